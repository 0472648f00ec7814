#include "cmd/command.h"

#include "ui/options.h"

const struct command *command_find(const struct command *commands,
				   const char *name)
{
	for (; commands->summary; commands++) {
		if (commands->name && !strcmp(commands->name, name))
			return commands;
	}
	return NULL;
}

void command_usage(const struct command *commands, struct buf *out)
{
	buf_addstr(out, "usage: git checkpoint <command> [<options>]\n");
	for (; commands->summary; commands++) {
		if (commands->name)
			buf_addf(out, "   %-10s %s\n", commands->name,
				 commands->summary);
		else
			buf_addf(out, "\n%s\n", commands->summary);
	}
	buf_addstr(out,
		   "\n"
		   "'git checkpoint help <command>' lists a command's options, "
		   "'git help checkpoint'\n"
		   "opens the manual.\n");
}

int command_dispatch(struct command_context *context,
		     const struct command *commands, const char *const *usage,
		     int argc, const char **argv, struct error *err)
{
	const struct option table[] = {OPT_END};
	const struct options options = {usage, table, OPTIONS_STOP_AT_ARGUMENT};
	const struct command *command;
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "need a subcommand");
	command = command_find(commands, args.items[0]);
	if (!command)
		return options_error(&options, err, "unknown subcommand: `%s'",
				     args.items[0]);
	return command->run(context, (int)args.nr, args.items, err);
}
