#include "cmd/command.h"

#include "base/alloc.h"
#include "core/work/task_work.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/tasks.h"

static const char *const phase_usage[] = {
	"git checkpoint phase start [<options>] <phase>",
	"git checkpoint phase complete [<options>] [<phase>]",
	NULL,
};

static const char *const subtask_usage[] = {
	"git checkpoint subtask start [<options>] <name>",
	"git checkpoint subtask complete [<options>] [<name>]",
	"git checkpoint subtask step [<options>] <step>",
	NULL,
};

struct verb {
	const char *name;
	enum task_verb verb;
	const char *done;
	bool needs_argument;
};

static const struct verb phase_verbs[] = {
	{"start", PHASE_START, "Phase started of task", true},
	{"complete", PHASE_COMPLETE, "Phase completed of task", false},
};

static const struct verb subtask_verbs[] = {
	{"start", SUBTASK_START, "Subtask started of task", true},
	{"complete", SUBTASK_COMPLETE, "Subtask completed of task", false},
	{"step", SUBTASK_STEP, "Step noted of task", true},
};

static int find_verb(const struct verb *verbs, size_t nr,
		     const struct options *options,
		     const struct arguments *args, const struct verb **out,
		     struct error *err)
{
	size_t at;

	if (options_subcommand(options, args, verbs, nr, sizeof(*verbs), &at,
			       err) < 0)
		return err->code;
	*out = &verbs[at];
	if (args->nr > 2)
		return options_error(options, err, "too many arguments");
	if (args->nr < 2 && (*out)->needs_argument)
		return options_error(options, err, "which one?");
	return 0;
}

static int run(struct command_context *context, const char *const *usage,
	       const struct verb *verbs, size_t nr, int argc, const char **argv,
	       struct error *err)
{
	/* The parser puts them in another order. */
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct task_call call = {.save = {.argc = argc, .argv = as_typed}};
	struct task_result result = {0};
	const struct option table[] = {
		OPT_STRING(0, "task", &call.task, "task",
			   "of this task, in place of the current one"),
		OPT_STRING(0, "key", &call.key, "key",
			   "do it only once for this key"),
		OPT_OUTPUT(context->output),
		OPT_END,
	};
	const struct options options = {usage, table, 0};
	const struct verb *verb = NULL;
	struct arguments args;
	int ret = options_parse(&options, argc, argv, &args, err);

	if (!ret)
		ret = find_verb(verbs, nr, &options, &args, &verb, err);
	if (!ret) {
		call.verb = verb->verb;
		call.what = args.items[1];
		ret = task_work(context->repo, &call, &result, err);
	}
	if (!ret)
		task_print_result(context->output, verb->done, &result);
	task_result_release(&result);
	free(as_typed);
	return ret;
}

int cmd_phase(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	return run(context, phase_usage, phase_verbs, ARRAY_SIZE(phase_verbs),
		   argc, argv, err);
}

int cmd_subtask(struct command_context *context, int argc, const char **argv,
		struct error *err)
{
	return run(context, subtask_usage, subtask_verbs,
		   ARRAY_SIZE(subtask_verbs), argc, argv, err);
}
