/*
 * git-checkpoint: the table of commands, what each needs opened, and the exit
 * status.
 */
#include "base/compat.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/child.h"
#include "base/error.h"
#include "base/strlist.h"
#include "base/text.h"
#include "base/version.h"
#include "cmd/command.h"
#include "core/record/journal.h"
#include "core/restore/restore_lock.h"
#include "git/repository.h"
#include "ui/options.h"
#include "ui/output.h"

static const struct command commands[] = {
	COMMAND_GROUP("save and bring back"),
	{"create", "save the workspace as it is", cmd_create, NEED_REPO_EARLY},
	{"restore", "bring a checkpoint back", cmd_restore, NEED_REPO_EARLY},
	{"undo", "take back the last restore", cmd_undo, NEED_REPO_EARLY},
	{"redo", "take back the last undo", cmd_redo, NEED_REPO_EARLY},
	{"guard", "save, then run a command that may do harm", cmd_guard,
	 NEED_REPO},
	COMMAND_GROUP("let it save by itself"),
	{"watch", "save by itself, again and again, while work goes on",
	 cmd_watch, NEED_REPO},
	{"hooks", "have git and agents call it", cmd_hooks, NEED_REPO},
	{"hook", "what they call", cmd_hook, NEED_NOTHING},
	COMMAND_GROUP("look and compare"),
	{"list", "list checkpoints", cmd_list, NEED_REPO},
	{"show", "show what is known of a checkpoint", cmd_show, NEED_REPO},
	{"diff", "compare a checkpoint with another, or the workspace",
	 cmd_diff, NEED_REPO},
	COMMAND_GROUP("how far the work has got"),
	{"session", "start, end and look at sessions", cmd_session, NEED_REPO},
	{"task", "start, complete, fail or skip a task", cmd_task, NEED_REPO},
	{"phase", "start or complete a phase of it", cmd_phase, NEED_REPO},
	{"subtask", "start or complete a subtask, note a step", cmd_subtask,
	 NEED_REPO},
	{"update", "note decisions and more in a task's record", cmd_update,
	 NEED_REPO},
	{"resume", "go on where the work stopped", cmd_resume, NEED_REPO},
	{"status", "say how things stand", cmd_status, NEED_REPO},
	{"report", "report how the work went", cmd_report, NEED_REPO},
	COMMAND_GROUP("keep and drop"),
	{"pin", "never drop a checkpoint unless it is named", cmd_pin,
	 NEED_REPO},
	{"unpin", "take the pin away", cmd_unpin, NEED_REPO},
	{"clean", "drop checkpoints that are no longer needed", cmd_clean,
	 NEED_REPO},
	{"verify", "check that checkpoints can be restored", cmd_verify,
	 NEED_REPO},
	COMMAND_GROUP("carry"),
	{"push", "put checkpoints on a remote", cmd_push, NEED_REPO},
	{"fetch", "get the checkpoints of other clones", cmd_fetch, NEED_REPO},
	{"ls-remote", "list the sessions that a remote has", cmd_ls_remote,
	 NEED_REPO},
	{"export", "write checkpoints to a file, a Git bundle", cmd_export,
	 NEED_REPO},
	{"import", "take in checkpoints from such a file", cmd_import,
	 NEED_REPO},
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

/* Add a line of a message, in which a file's name may have any bytes. */
static void add_line(struct buf *out, const char *label, const char *text)
{
	buf_addf(out, "%s: ", label);
	text_printable(out, text);
	buf_addch(out, '\n');
}

static void add_hints(struct buf *out, const char *hints)
{
	struct strlist lines = STRLIST_INIT;
	size_t i;

	strlist_split(&lines, hints, '\n');
	for (i = 0; i < lines.nr; i++)
		add_line(out, "hint", lines.items[i]);
	strlist_release(&lines);
}

/* Say what went wrong; returns the exit status. */
static int report(const struct error *err)
{
	struct buf text = BUF_INIT;

	if (err->text)
		add_line(&text, err->code == ERR_USAGE ? "error" : "fatal",
			 err->text);
	if (options_error_has_usage(err))
		buf_addstr(&text, err->hints);
	else if (err->hints)
		add_hints(&text, err->hints);
	fwrite(text.ptr, 1, text.len, stderr);
	buf_release(&text);
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
	rc = command->need == NEED_REPO_EARLY
		     ? repository_open_early(&context->repo, err)
		     : repository_open(&context->repo, err);
	if (rc == ERR_NOT_FOUND && command->need == MAY_REPO) {
		error_release(err);
		rc = 0;
	}
	if (rc < 0)
		return rc;
	if (context->repo)
		restore_lock_sweep(context->repo);
	return output_configure(context->output, context->repo, err);
}

static int need_command(struct error *err)
{
	struct buf usage = BUF_INIT;

	command_usage(commands, &usage);
	error_set(err, ERR_USAGE, "need a command");
	err->hints = buf_detach(&usage);
	return ERR_USAGE;
}

/* What only looks goes on while a restore is unfinished; what writes has
 * refused. */
static void warn_of_journal(struct command_context *context)
{
	struct strlist hints = STRLIST_INIT;
	struct error found = ERROR_INIT;

	if (journal_refuse(context->repo, &found) < 0) {
		output_warn(context->output, "%s", found.text);
		strlist_split(&hints, found.hints, '\n');
		for (size_t i = 0; i < hints.nr; i++)
			output_hint(context->output, "%s", hints.items[i]);
	}
	strlist_release(&hints);
	error_release(&found);
}

/* argv[0] is the command's name. */
static int run(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	const struct command *command;
	int rc;

	if (!argc)
		return need_command(err);
	if (!strcmp(argv[0], "--version")) {
		output_print(context->output, "git-checkpoint version %s\n",
			     CHECKPOINT_VERSION);
		return 0;
	}
	command = command_find(commands,
			       asks_for_help(argv[0]) ? "help" : argv[0]);
	if (!command) {
		error_set(err, ERR_USAGE,
			  "'%s' is not a git-checkpoint command", argv[0]);
		return error_hint(err, "'git checkpoint help' lists them");
	}
	rc = open_repository(context, command, argv, err);
	if (rc < 0)
		return rc;
	rc = command->run(context, argc, argv, err);
	if (!rc && context->repo)
		warn_of_journal(context);
	return rc;
}

/* Run it and say how it went; returns the exit status. */
static int run_and_report(struct command_context *context, int argc,
			  const char **argv)
{
	struct error err = ERROR_INIT;
	struct error output_err = ERROR_INIT;
	int status = 0;

	if (run(context, argc, argv, &err) < 0)
		status = error_exit_status(&err);
	if (options_error_is_request(&err)) {
		output_print(context->output, "%s", err.hints);
		error_release(&err);
	}
	if (output_finish(context->output, &output_err) < 0 && !err.code &&
	    !output_closed(context->output))
		error_move(&err, &output_err);
	if (err.code)
		status = report(&err);
	if (context->status)
		status = context->status;
	error_release(&err);
	error_release(&output_err);
	return status;
}

int main(int argc, char **argv)
{
	int words = argc ? argc - 1 : 0;
	struct output output;
	struct command_context context = {.output = &output,
					  .commands = commands};
	bool closed;
	int status;

	if (!open_standard_descriptors())
		return 128;
	/* A reader that goes away must not stop a restore half-way. */
	signal(SIGPIPE, SIG_IGN);
	output_init(&output, STDOUT_FILENO);
	status = run_and_report(&context, words,
				(const char **)argv + argc - words);
	closed = output_closed(&output);
	output_release(&output);
	repository_free(context.repo);
	if (closed && !status) {
		/* Now end as if it had stopped us. */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	child_end_likewise(context.signal);
	return status;
}
