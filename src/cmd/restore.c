#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/checkpoint_name.h"
#include "core/record/json.h"
#include "core/record/pathspec.h"
#include "core/restore/restore.h"
#include "core/work/into.h"
#include "git/object.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/prompt.h"
#include "ui/restored.h"

enum action { ACTION_CONTINUE = 1, ACTION_ABORT };

struct restore {
	struct restore_request request;
	struct arguments args;
	const char *branch, *into;
	struct strlist paths;
	int action;
	int mode;
	bool yes;
};

static const char *const restore_usage[] = {
	"git checkpoint restore [<options>] <checkpoint> [--] [<path>...]",
	"git checkpoint restore --continue | --abort",
	NULL,
};

static int check_words(struct restore *restore, const struct options *options,
		       struct error *err)
{
	int modes = (restore->mode != 0) + (restore->branch != NULL) +
		    (restore->into != NULL);

	if (restore->action &&
	    (restore->args.nr || modes || restore->request.dry_run ||
	     restore->request.operation))
		return options_error(options, err,
				     "--continue and --abort stand alone");
	if (restore->action)
		return 0;
	if (!restore->args.nr)
		return options_error(options, err, "which checkpoint?");
	if (modes > 1)
		return options_error(options, err,
				     "only one of --move-head, --keep-head, "
				     "--branch and --into can be given");
	if (restore->args.nr > 1 && modes)
		return options_error(options, err,
				     "paths are restored where HEAD is; "
				     "no other mode goes with them");
	if (restore->args.nr > 1 && restore->request.operation)
		return options_error(options, err,
				     "--operation does not go with paths");
	return 0;
}

static int read_options(struct restore *restore, struct output *output,
			int argc, const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG('n', "dry-run", &restore->request.dry_run,
			 "print what would change, and change nothing"),
		OPT_MODE(0, "move-head", &restore->mode, RESTORE_MOVE_HEAD,
			 "move HEAD and refs back to where they were"),
		OPT_MODE(0, "keep-head", &restore->mode, RESTORE_KEEP_HEAD,
			 "restore the files only"),
		OPT_STRING(0, "branch", &restore->branch, "new",
			   "start a new branch at the checkpoint's base"),
		OPT_STRING(0, "into", &restore->into, "dir",
			   "restore into a new worktree"),
		OPT_FLAG(0, "operation", &restore->request.operation,
			 "bring back an operation under way from another "
			 "clone's checkpoint, too"),
		OPT_MODE(0, "continue", &restore->action, ACTION_CONTINUE,
			 "finish a restore that was interrupted"),
		OPT_MODE(0, "abort", &restore->action, ACTION_ABORT,
			 "take back a restore that was interrupted"),
		OPT_FLAG('y', "yes", &restore->yes, "do not ask"),
		OPT_OUTPUT(output),
		OPT_OUTPUT_NUL(output),
		OPT_END,
	};
	const struct options options = {restore_usage, table, 0};

	if (options_parse(&options, argc, argv, &restore->args, err) < 0)
		return err->code;
	return check_words(restore, &options, err);
}

static int read_mode(struct command_context *context, struct restore *restore,
		     struct error *err)
{
	struct restore_request *request = &restore->request;

	request->mode = RESTORE_AS_IS;
	if (restore->mode)
		request->mode = (enum restore_mode)restore->mode;
	if (restore->branch)
		request->mode = RESTORE_BRANCH;
	request->branch = restore->branch;
	if (restore->args.nr < 2)
		return 0;
	request->mode = RESTORE_PATHS;
	request->paths = &restore->paths;
	return pathspec_resolve(context->repo, restore->args.items + 1,
				restore->args.nr - 1, &restore->paths, err);
}

/* A person at a terminal is asked what to do where HEAD does not match. */
static int ask_mode(struct restore *restore,
		    const struct restore_result *result, struct error *err)
{
	static const struct prompt_choice choices[] = {
		{'m', "move HEAD and refs back"},
		{'k', "keep HEAD, restore the files only"},
		{'q', "leave everything as it is"},
	};
	char *question = xstrfmt("%s\nWhat now", result->mismatch.ptr);
	struct prompt prompt = {.question = question};
	size_t chosen;
	int ret;

	error_release(err);
	ret = prompt_choose(&prompt, choices, ARRAY_SIZE(choices), &chosen,
			    err);
	free(question);
	if (ret < 0)
		return ret;
	if (chosen == 2)
		return error_set(err, ERR_REFUSED, "nothing was restored");
	restore->request.mode = chosen ? RESTORE_KEEP_HEAD : RESTORE_MOVE_HEAD;
	return 0;
}

static int run(struct command_context *context, struct restore *restore,
	       struct restore_result *result, struct error *err)
{
	int ret;

	if (restore->into)
		return restore_into(context->repo, &restore->request,
				    restore->into, result, err);
	ret = restore_run(context->repo, &restore->request, result, err);
	if (ret != ERR_REFUSED || !result->mismatch.len ||
	    restore->request.mode != RESTORE_AS_IS || !prompt_possible())
		return ret;
	ret = ask_mode(restore, result, err);
	restore_result_release(result);
	if (!ret)
		ret = restore_run(context->repo, &restore->request, result,
				  err);
	return ret;
}

int cmd_restore(struct command_context *context, int argc, const char **argv,
		struct error *err)
{
	struct restore restore = {.paths = STRLIST_INIT};
	struct restore_result result = {.plan = PLAN_INIT,
					.mismatch = BUF_INIT};
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	int ret;

	restore.request.argc = argc;
	restore.request.argv = as_typed;
	ret = read_options(&restore, context->output, argc, argv, err);
	if (!ret && restore.action == ACTION_CONTINUE) {
		ret = restore_continue(context->repo, argc, as_typed, &result,
				       err);
	} else if (!ret && restore.action == ACTION_ABORT) {
		ret = restore_abort(context->repo, argc, as_typed, &result,
				    err);
	} else if (!ret) {
		/* Whatever is read from packs need not wait for libgit2. */
		object_read_many(context->repo);
		ret = checkpoint_resolve(context->repo, restore.args.items[0],
					 &restore.request.target, err);
		if (!ret)
			ret = read_mode(context, &restore, err);
		if (!ret)
			ret = run(context, &restore, &result, err);
	}
	if (!ret)
		restored_print(context->output, &restore.request, &result,
			       restore.action == ACTION_ABORT);
	restore_result_release(&result);
	checkpoint_release(&restore.request.target);
	strlist_release(&restore.paths);
	free(as_typed);
	return ret;
}
