#include "cmd/command.h"

#include "core/work/status.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/stated.h"

static const char *const status_usage[] = {
	"git checkpoint status [<options>]",
	NULL,
};

struct asked {
	bool remotes;
	bool exit_code;
};

static int read_options(struct asked *asked, struct output *output, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "remotes", &asked->remotes,
			 "also the sessions of other clones"),
		OPT_FLAG(0, "exit-code", &asked->exit_code,
			 "exit with 1 where tasks are not done"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {status_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (args.nr)
		return options_error(&options, err, "too many arguments");
	return 0;
}

int cmd_status(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct asked asked = {0};
	struct status status = {0};
	int ret;

	ret = read_options(&asked, context->output, argc, argv, err);
	if (ret < 0)
		return ret;
	ret = status_read(context->repo, asked.remotes, &status, err);
	if (!ret)
		stated_print(context->output, &status, asked.remotes);
	if (!ret && asked.exit_code && status_is_incomplete(&status)) {
		err->code = ERR_REFUSED;
		ret = err->code;
	}
	status_release(&status);
	return ret;
}
