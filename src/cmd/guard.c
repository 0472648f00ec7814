#include "cmd/command.h"

#include "base/alloc.h"
#include "core/hook/guard.h"
#include "core/record/json.h"
#include "ui/options.h"
#include "ui/output.h"

/* What a shell ends with where it cannot run a command. */
#define STATUS_NOT_FOUND 127
#define STATUS_NOT_RUN 126

static int read_options(struct guard_request *request, struct output *output,
			int argc, const char **argv, struct error *err)
{
	const char *const usage[] = {
		"git checkpoint guard [<options>] [--] <command>...",
		NULL,
	};
	const struct option table[] = {
		OPT_FLAG(0, "restore-on-failure", &request->restore_on_failure,
			 "bring everything back if the command fails"),
		OPT_STRING('m', "message", &request->description, "text",
			   "what the checkpoint is"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {usage, table, OPTIONS_STOP_AT_ARGUMENT};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "which command?");
	request->command = args.items;
	return 0;
}

static void say_failure(struct output *output,
			const struct guard_request *request,
			const struct guard_result *result)
{
	const char *id = result->saved.checkpoint.id;

	if (result->end.signal)
		output_warn(output, "'%s' died of signal %d",
			    request->command[0], result->end.signal);
	else
		output_warn(output, "'%s' exited with status %d",
			    request->command[0], result->end.status);
	if (result->restored) {
		output_hint(output,
			    "everything is as it was before; 'git checkpoint "
			    "undo' takes that back");
		return;
	}
	if (result->restore_err.text)
		output_warn(output, "%s%s",
			    request->restore_on_failure
				    ? "nothing was brought back: "
				    : "",
			    result->restore_err.text);
	output_hint(output,
		    "'git checkpoint restore %s%s' brings back what was there "
		    "before",
		    result->head_moved ? "--move-head " : "", id);
}

static void print_json(struct output *output,
		       const struct guard_request *request,
		       const struct guard_result *result)
{
	struct json *doc = json_object_new(), *command;

	json_set_string(doc, "checkpoint", result->saved.checkpoint.id);
	json_set_string(doc, "ref", result->saved.checkpoint.ref);
	command = json_set_array(doc, "command");
	for (size_t i = 0; request->command[i]; i++)
		json_add_path(command, request->command[i]);
	json_set_int(doc, "status", result->end.status);
	if (result->end.signal)
		json_set_int(doc, "signal", result->end.signal);
	else
		json_set_null(doc, "signal");
	json_set_bool(doc, "restored", result->restored);
	output_json(output, doc);
	json_free(doc);
}

int cmd_guard(struct command_context *context, int argc, const char **argv,
	      struct error *err)
{
	struct guard_request request = {0};
	struct guard_result result = {0};
	struct output *output = context->output;
	const char **as_typed = xmemdup(argv, (size_t)argc * sizeof(*argv));
	int ret;

	request.argc = argc;
	request.argv = as_typed;
	ret = read_options(&request, output, argc, argv, err);
	if (ret < 0)
		goto done;
	ret = guard_save(context->repo, &request, &result, err);
	if (ret < 0) {
		error_hint(err, "'%s' was not run", request.command[0]);
		goto done;
	}
	for (size_t i = 0; i < result.saved.warnings.nr; i++)
		output_warn(output, "%s", result.saved.warnings.items[i]);
	output_flush(output);
	ret = guard_run(context->repo, &request, &result, err);
	if (ret < 0) {
		context->status = ret == ERR_NOT_FOUND ? STATUS_NOT_FOUND
						       : STATUS_NOT_RUN;
		goto done;
	}
	if (output->json)
		print_json(output, &request, &result);
	if (result.end.status)
		say_failure(output, &request, &result);
	context->status = result.end.status;
	context->signal = result.end.signal;
done:
	guard_release(&result);
	free(as_typed);
	return ret;
}
