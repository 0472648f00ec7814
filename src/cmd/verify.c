#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/checkpoint_name.h"
#include "core/verify/verify.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/progress.h"
#include "ui/verified.h"

static const char *const verify_usage[] = {
	"git checkpoint verify [<options>] [<checkpoint>...]",
	NULL,
};

struct verification {
	struct checkpoint_list list;
	struct verified *verified; /* one for each */
	bool repair;
};

static int read_options(struct verification *verification,
			struct output *output, struct arguments *args, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "repair", &verification->repair,
			 "make notes that are missing or stale again"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {verify_usage, table, 0};

	return options_parse(&options, argc, argv, args, err);
}

/* Those that are named, or all of this repository. */
static int list_all(struct command_context *context,
		    const struct arguments *args, struct checkpoint_list *out,
		    struct error *err)
{
	int ret = 0;

	if (!args->nr)
		return checkpoint_list_read(context->repo, SCOPE_ALL, NULL, out,
					    err);
	for (size_t i = 0; !ret && i < args->nr; i++) {
		struct checkpoint found = {0};

		ret = checkpoint_resolve(context->repo, args->items[i], &found,
					 err);
		if (!ret)
			checkpoint_list_add(out, &found);
		checkpoint_release(&found);
	}
	return ret;
}

static int look_at_all(struct command_context *context,
		       struct verification *verification, struct error *err)
{
	const struct checkpoint_list *list = &verification->list;
	struct verify *verify = NULL;
	struct progress progress;
	int ret;

	if (!list->nr)
		return 0;
	verification->verified =
		xcalloc(list->nr, sizeof(*verification->verified));
	ret = verify_open(&verify, context->repo, err);
	progress_start(&progress, "Verifying checkpoints", list->nr,
		       !context->output->quiet);
	for (size_t i = 0; !ret && i < list->nr; i++) {
		ret = verify_checkpoint(verify, &list->items[i],
					&verification->verified[i], err);
		progress_tick(&progress, 1);
	}
	progress_stop(&progress);
	verify_close(verify);
	return ret;
}

static bool needs_repair(const struct verification *verification, size_t i)
{
	return verification->repair &&
	       verified_has(&verification->verified[i], VERIFY_NOTE);
}

static int repair_all(struct command_context *context,
		      const struct verification *verification,
		      struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < verification->list.nr; i++)
		if (needs_repair(verification, i))
			checkpoint_list_add(&list,
					    &verification->list.items[i]);
	if (list.nr)
		ret = verify_repair(context->repo, &list, err);
	checkpoint_list_release(&list);
	return ret;
}

static bool any_has(const struct verification *verification,
		    enum verify_kind kind)
{
	for (size_t i = 0; i < verification->list.nr; i++)
		if (verified_has(&verification->verified[i], kind))
			return true;
	return false;
}

/* Print all; the answer is no where something is wrong. */
static int conclude(struct command_context *context,
		    const struct verification *verification, struct error *err)
{
	bool notes =
		!verification->repair && any_has(verification, VERIFY_NOTE);
	bool lost = any_has(verification, VERIFY_LOST);

	for (size_t i = 0; i < verification->list.nr; i++)
		verified_print(context->output, &verification->list.items[i],
			       &verification->verified[i],
			       needs_repair(verification, i));
	if (!notes && !lost && !any_has(verification, VERIFY_WRONG) &&
	    !any_has(verification, VERIFY_HERE))
		return 0;
	err->code = ERR_REFUSED;
	if (notes)
		error_hint(err, "'git checkpoint verify --repair' makes notes "
				"again");
	if (lost)
		error_hint(err, "'git checkpoint clean --verify' drops what "
				"cannot be restored");
	return ERR_REFUSED;
}

int cmd_verify(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct verification verification = {.list = CHECKPOINT_LIST_INIT};
	struct arguments args;
	int ret = read_options(&verification, context->output, &args, argc,
			       argv, err);

	if (!ret)
		ret = list_all(context, &args, &verification.list, err);
	if (!ret)
		ret = look_at_all(context, &verification, err);
	if (!ret)
		ret = repair_all(context, &verification, err);
	if (!ret)
		ret = conclude(context, &verification, err);
	for (size_t i = 0; verification.verified && i < verification.list.nr;
	     i++)
		verified_release(&verification.verified[i]);
	free(verification.verified);
	checkpoint_list_release(&verification.list);
	return ret;
}
