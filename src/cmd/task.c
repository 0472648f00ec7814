#include "cmd/command.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/session/task_record.h"
#include "core/work/task_work.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/tasks.h"

static const char *const task_usage[] = {
	"git checkpoint task start [<options>] <task>",
	"git checkpoint task complete [<options>] [<task>] [--outputs "
	"<file>...]",
	"git checkpoint task fail [<options>] [<task>]",
	"git checkpoint task skip [<options>] [<task>]",
	"git checkpoint task add [<options>] [<task>]",
	NULL,
};

static const struct verb {
	const char *name;
	enum task_verb verb;
	const char *done;
} verbs[] = {
	{"start", TASK_START, "Task started"},
	{"complete", TASK_COMPLETE, "Task completed"},
	{"fail", TASK_FAIL, "Task failed"},
	{"skip", TASK_SKIP, "Task skipped"},
	{"add", TASK_ADD, "Task added"},
};

struct task {
	struct task_call call;
	const char *message;
	const char *route;
	const char *score;
	const char *phases;
	struct strlist scores;
	struct strlist phase_names;
	struct strlist subtasks;
	struct strlist outputs;
	struct json *record;
	char *drawn; /* id of a task that was given none */
};

/* -- what is said of a task ---------------------------------------------- */

static int set_number(struct json *object, const char *key, const char *text,
		      const struct options *options, struct error *err)
{
	struct error ignored = ERROR_INIT;
	struct json *number = NULL;

	if (json_parse(&number, text, strlen(text), 64, &ignored) < 0 ||
	    json_type(number) != JSON_NUMBER) {
		json_free(number);
		error_release(&ignored);
		return options_error(options, err, "not a number: '%s'", text);
	}
	json_set(object, key, number);
	return 0;
}

static int add_scores(struct task *task, const struct options *options,
		      struct error *err)
{
	struct json *scores;
	int ret = 0;

	if (!task->scores.nr)
		return 0;
	scores = json_set_object(task->record, "scoring_breakdown");
	for (size_t i = 0; !ret && i < task->scores.nr; i++) {
		char *name = task->scores.items[i];
		char *equals = strchr(name, '=');

		if (!equals)
			return options_error(options, err,
					     "want <name>=<number>: '%s'",
					     name);
		*equals = '\0';
		ret = set_number(scores, name, equals + 1, options, err);
	}
	return ret;
}

static void add_names(struct json *record, const char *key,
		      const struct strlist *names)
{
	struct json *array;

	if (!names->nr)
		return;
	array = json_set_array(record, key);
	for (size_t i = 0; i < names->nr; i++)
		json_add_string(array, names->items[i]);
}

static int build_record(struct task *task, const struct options *options,
			struct error *err)
{
	task->record = json_object_new();
	if (task->message)
		json_set_string(task->record, "task_description",
				task->message);
	if (task->route)
		json_set_string(task->record, "route", task->route);
	if (task->score && set_number(task->record, "complexity_score",
				      task->score, options, err) < 0)
		return err->code;
	if (task->phases &&
	    set_number(task->record, "phases", task->phases, options, err) < 0)
		return err->code;
	add_names(task->record, "phases", &task->phase_names);
	add_names(task->record, "subtasks", &task->subtasks);
	if (add_scores(task, options, err) < 0)
		return err->code;
	task->call.record = task->record;
	return task_record_expand(task->record, err);
}

/* -- the command line ---------------------------------------------------- */

static int read_arguments(struct task *task, const struct verb *verb,
			  const struct options *options,
			  const struct arguments *args, struct error *err)
{
	bool starts = verb->verb == TASK_START || verb->verb == TASK_ADD;
	bool described = task->route || task->score || task->phases ||
			 task->scores.nr || task->phase_names.nr ||
			 task->subtasks.nr;

	if (described && !starts)
		return options_error(options, err,
				     "an option is for 'task start' and 'task "
				     "add'");
	if (task->outputs.nr && verb->verb != TASK_COMPLETE)
		return options_error(options, err,
				     "--outputs is for 'task complete'");
	task->call.task = args->items[1];
	for (size_t i = 2; i < args->nr; i++) {
		if (!task->outputs.nr)
			return options_error(options, err,
					     "more than one task");
		strlist_add(&task->outputs, args->items[i]);
	}
	if (verb->verb == TASK_ADD && !task->call.task)
		task->call.task = task->drawn = task_id_new();
	if (verb->verb == TASK_START && !task->call.task)
		return options_error(options, err, "which task?");
	if (starts)
		return build_record(task, options, err);
	task->call.message = task->message;
	return 0;
}

static int read_options(struct task *task, struct output *output, int argc,
			const char **argv, const struct verb **verb,
			struct error *err)
{
	const struct option table[] = {
		OPT_STRING('m', "message", &task->message, "text",
			   "what the task is; why it failed; what was done"),
		OPT_LIST(0, "outputs", &task->outputs, "file",
			 "complete: keep a copy of <file>, and of those "
			 "behind <task>"),
		OPT_STRING(0, "route", &task->route, "name",
			   "start, add: how it is gone about"),
		OPT_STRING(0, "complexity-score", &task->score, "number",
			   "start, add: how hard it is"),
		OPT_LIST(0, "score", &task->scores, "name=number",
			 "start, add: what that is made of"),
		OPT_STRING(0, "phases", &task->phases, "n",
			   "start, add: how many phases it has"),
		OPT_LIST(0, "phase", &task->phase_names, "name",
			 "start, add: its next phase"),
		OPT_LIST(0, "subtask", &task->subtasks, "name",
			 "start, add: its next subtask"),
		OPT_STRING(0, "key", &task->call.key, "key",
			   "do it only once for this key"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {task_usage, table, 0};
	struct arguments args;
	size_t at;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (options_subcommand(&options, &args, verbs, ARRAY_SIZE(verbs),
			       sizeof(*verbs), &at, err) < 0)
		return err->code;
	*verb = &verbs[at];
	return read_arguments(task, *verb, &options, &args, err);
}

int cmd_task(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	struct task task = {0};
	struct task_result result = {0};
	/* The parser puts them in another order. */
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	const struct verb *verb = NULL;
	int ret;

	task.call.save.argc = argc;
	task.call.save.argv = as_typed;
	task.call.outputs = &task.outputs;
	ret = read_options(&task, context->output, argc, argv, &verb, err);
	if (!ret) {
		task.call.verb = verb->verb;
		ret = task_work(context->repo, &task.call, &result, err);
	}
	if (!ret)
		task_print_result(context->output, verb->done, &result);
	task_result_release(&result);
	json_free(task.record);
	free(task.drawn);
	strlist_release(&task.scores);
	strlist_release(&task.phase_names);
	strlist_release(&task.subtasks);
	strlist_release(&task.outputs);
	free(as_typed);
	return ret;
}
