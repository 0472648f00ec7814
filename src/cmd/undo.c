#include "cmd/command.h"

#include "base/alloc.h"
#include "core/restore/restore.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/restored.h"

static const char *const undo_usage[] = {
	"git checkpoint undo [--dry-run] [--move-head | --keep-head]",
	NULL,
};

static const char *const redo_usage[] = {
	"git checkpoint redo [--dry-run] [--move-head | --keep-head]",
	NULL,
};

static int run(struct command_context *context, enum restore_kind kind,
	       const char *const *usage, int argc, const char **argv,
	       struct error *err)
{
	struct restore_request request = {.kind = kind};
	struct restore_result result = {.plan = PLAN_INIT,
					.mismatch = BUF_INIT};
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	int mode = 0, ret;
	const struct option table[] = {
		OPT_FLAG('n', "dry-run", &request.dry_run,
			 "print what would change, and change nothing"),
		OPT_MODE(0, "move-head", &mode, RESTORE_MOVE_HEAD,
			 "move HEAD and refs, wherever they are now"),
		OPT_MODE(0, "keep-head", &mode, RESTORE_KEEP_HEAD,
			 "change the files only"),
		OPT_OUTPUT(context->output),
		OPT_OUTPUT_NUL(context->output),
		OPT_END,
	};
	const struct options options = {usage, table, 0};
	struct arguments args;

	request.argc = argc;
	request.argv = as_typed;
	ret = options_parse(&options, argc, argv, &args, err);
	if (!ret && args.nr)
		ret = options_error(&options, err, "too many arguments");
	request.allow_move = mode == RESTORE_MOVE_HEAD;
	request.mode =
		mode == RESTORE_KEEP_HEAD ? RESTORE_KEEP_HEAD : RESTORE_AS_IS;
	if (!ret)
		ret = restore_run(context->repo, &request, &result, err);
	if (!ret)
		restored_print(context->output, &request, &result, false);
	restore_result_release(&result);
	free(as_typed);
	return ret;
}

int cmd_undo(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	return run(context, RESTORE_UNDO, undo_usage, argc, argv, err);
}

int cmd_redo(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	return run(context, RESTORE_REDO, redo_usage, argc, argv, err);
}
