#include "ui/display.h"

#include <errno.h>
#include <signal.h>

#include "git/process.h"
#include "ui/output.h"

/* A handler, unlike SIG_IGN, is not handed on to the child. */
static void outlive(int number)
{
	(void)number;
}

static void catch_one(int number, struct sigaction *old)
{
	const struct sigaction catch = {.sa_handler = outlive,
					.sa_flags = SA_RESTART};

	sigaction(number, NULL, old);
	if (old->sa_handler == SIG_DFL)
		sigaction(number, &catch, NULL);
}

int display_git(struct output *output, const struct git_command *command,
		int *status, struct error *err)
{
	struct git_command shown = *command;
	struct sigaction interrupt, quit;
	int ret;

	shown.inherit_output = true;
	shown.inherit_errors = true;
	output_flush(output);
	catch_one(SIGINT, &interrupt);
	catch_one(SIGQUIT, &quit);
	ret = git_run(&shown, NULL, status, err);
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (!ret && *status == 128 + SIGPIPE)
		output->failure = EPIPE;
	return ret;
}
