#include "cmd/command.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"
#include "core/session/task_record.h"
#include "core/work/task_work.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/tasks.h"

static const char *const update_usage[] = {
	"git checkpoint update [<options>] [-]",
	NULL,
};

/* Room for the escapes that a record has not. */
#define MAX_BYTES (8 * TASK_RECORD_MAX_BYTES)

static int read_patch(struct json **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = buf_read_fd(&text, STDIN_FILENO, MAX_BYTES, err);

	if (!ret)
		ret = json_parse_embedded(out, text.ptr, text.len, MAX_BYTES,
					  err);
	if (!ret && json_type(*out) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID, "it is not a JSON object");
	if (ret < 0)
		error_prefix(err, "bad update");
	buf_release(&text);
	return ret;
}

int cmd_update(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	/* The parser puts them in another order. */
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct task_call call = {.verb = TASK_UPDATE,
				 .save = {.argc = argc, .argv = as_typed}};
	struct task_result result = {0};
	struct json *patch = NULL;
	const struct option table[] = {
		OPT_STRING(0, "task", &call.task, "task",
			   "this task, in place of the current one"),
		OPT_STRING(0, "key", &call.key, "key",
			   "do it only once for this key"),
		OPT_OUTPUT(context->output),
		OPT_END,
	};
	const struct options options = {update_usage, table, 0};
	struct arguments args;
	int ret = options_parse(&options, argc, argv, &args, err);

	if (!ret && (args.nr > 1 || (args.nr && strcmp(args.items[0], "-"))))
		ret = options_error(&options, err,
				    "the object is read from standard input");
	if (!ret)
		ret = read_patch(&patch, err);
	if (!ret) {
		call.patch = patch;
		ret = task_work(context->repo, &call, &result, err);
	}
	if (!ret)
		task_print_result(context->output, "Updated", &result);
	task_result_release(&result);
	json_free(patch);
	free(as_typed);
	return ret;
}
