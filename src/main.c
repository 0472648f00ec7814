/*
 * git-checkpoint: the table of commands, what each needs opened, and the exit
 * status.
 */
#include "base/compat.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/version.h"
#include "cmd/command.h"
#include "git/repository.h"
#include "ui/output.h"

static const struct command commands[] = {
	COMMAND_GROUP("about"),
	{"help", "list the commands, or a command's options", cmd_help,
	 NEED_NOTHING},
	COMMAND_END,
};

/*
 * A file that we open must never become the standard output that we print to,
 * so descriptors that the caller closed are taken.
 */
static bool open_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	return fd > 2;
}

/* The text of a usage error stands by itself, others are hints. */
static void print_hints(const char *hints, FILE *to)
{
	if (!strncmp(hints, "usage: ", 7)) {
		fputs(hints, to);
		return;
	}
	while (*hints) {
		size_t len = strcspn(hints, "\n");

		fprintf(to, "hint: %.*s\n", (int)len, hints);
		hints += len + (hints[len] == '\n');
	}
}

/* Say what went wrong; returns the exit status. */
static int report(const struct error *err)
{
	bool usage = err->code == ERR_USAGE;

	if (err->text)
		fprintf(stderr, "%s: %s\n", usage ? "error" : "fatal",
			err->text);
	if (err->hints)
		print_hints(err->hints, usage && !err->text ? stdout : stderr);
	return error_exit_status(err);
}

static bool asks_for_help(const char *word)
{
	return word && (!strcmp(word, "-h") || !strcmp(word, "--help"));
}

static int open_repository(struct command_context *context,
			   const struct command *command, const char **argv,
			   struct error *err)
{
	int rc;

	if (command->need == NEED_NOTHING || asks_for_help(argv[1]))
		return output_configure(context->output, NULL, err);
	rc = repository_open(&context->repo, err);
	if (rc == ERR_NOT_FOUND && command->need == MAY_REPO) {
		error_release(err);
		rc = 0;
	}
	if (rc < 0)
		return rc;
	return output_configure(context->output, context->repo, err);
}

static int run(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	const struct command *command = command_find(commands, argv[0]);
	int rc;

	if (!command) {
		error_set(err, ERR_USAGE,
			  "'%s' is not a git-checkpoint command", argv[0]);
		return error_hint(err, "'git checkpoint help' lists them");
	}
	rc = open_repository(context, command, argv, err);
	if (rc < 0)
		return rc;
	return command->run(context, argc, argv, err);
}

/* Print what is gathered; returns the exit status. */
static int finish_output(struct output *output)
{
	struct error err = ERROR_INIT;
	int status = 0;

	if (output_finish(output, &err) < 0 && !output_closed(output))
		status = report(&err);
	error_release(&err);
	return status;
}

/* Run it and say how it went; returns the exit status. */
static int run_and_report(int argc, const char **argv)
{
	struct output output;
	struct command_context context = {.output = &output,
					  .commands = commands};
	struct error err = ERROR_INIT;
	bool closed;
	int status;

	output_init(&output, STDOUT_FILENO);
	if (run(&context, argc, argv, &err) < 0) {
		finish_output(&output);
		status = report(&err);
		closed = false;
	} else {
		status = finish_output(&output);
		closed = output_closed(&output);
	}
	output_release(&output);
	repository_free(context.repo);
	error_release(&err);
	if (closed) {
		/* The reader left: end as if that had stopped us. */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return status;
}

int main(int argc, char **argv)
{
	const char *help[] = {"help", NULL};
	const char **words = (const char **)argv + 1;

	if (!open_standard_descriptors())
		return 128;
	/* A reader that goes away must not stop a restore half-way. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		run_and_report(1, help);
		return 129;
	}
	if (!strcmp(words[0], "--version")) {
		printf("git-checkpoint version %s\n", CHECKPOINT_VERSION);
		return fflush(stdout) ? 128 : 0;
	}
	if (asks_for_help(words[0]))
		words[0] = "help";
	return run_and_report(argc - 1, words);
}
