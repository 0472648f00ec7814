#include "cmd/command.h"
#include "core/record/json.h"
#include "ui/options.h"
#include "ui/output.h"

static void list_commands(struct command_context *context)
{
	struct buf text = BUF_INIT;

	command_usage(context->commands, &text);
	output_write(context->output, text.ptr, text.len);
	buf_release(&text);
}

static void list_commands_json(struct command_context *context)
{
	const struct command *command = context->commands;

	for (; command->summary; command++) {
		struct json *json;

		if (!command->name)
			continue;
		json = json_object_new();
		json_set_string(json, "command", command->name);
		json_set_string(json, "summary", command->summary);
		output_json(context->output, json);
		json_free(json);
	}
}

/* Only the command knows its options; it is asked as a user would ask it. */
static int show_usage(struct command_context *context, const char *name,
		      const struct options *options, struct error *err)
{
	const struct command *command = command_find(context->commands, name);
	const char *argv[] = {name, "-h", NULL};
	struct error usage = ERROR_INIT;

	if (!command)
		return options_error(options, err,
				     "'%s' is not a git-checkpoint command",
				     name);
	command->run(context, 2, argv, &usage);
	if (usage.hints)
		output_print(context->output, "%s", usage.hints);
	error_release(&usage);
	return 0;
}

int cmd_help(struct command_context *context, int argc, const char **argv,
	     struct error *err)
{
	const char *const usage[] = {
		"git checkpoint help [<command>]",
		NULL,
	};
	const struct option table[] = {OPT_OUTPUT(context->output), OPT_END};
	const struct options options = {usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	if (args.nr)
		return show_usage(context, args.items[0], &options, err);
	if (context->output->json)
		list_commands_json(context);
	else
		list_commands(context);
	return 0;
}
