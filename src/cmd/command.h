/*
 * What a command is. One file a command: it parses its options, calls the
 * core, and prints through the output it is given. No command calls another.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "base/buf.h"
#include "base/error.h"

struct output;
struct repository;

/* What a command is given. All of it is borrowed. */
struct command_context {
	struct repository *repo; /* NULL where there is none */
	struct output *output;
	const struct command *commands; /* all of them, for `help` */
	/* Of a program that was run for the user, to be passed on: its exit
	 * status, and the signal that ended it. Set by the command. */
	int status;
	int signal;
};

/*
 * Run a command: argv[0] is its name, argv[argc] is NULL. Returns 0, or an
 * error that main() prints and turns into the exit status. ERR_REFUSED
 * without a text: the answer is no, and all is said.
 *
 * Options are parsed before anything else is done: where `-h` is all that was
 * asked for, `context->repo` is NULL whatever the command needs.
 */
typedef int command_run(struct command_context *context, int argc,
			const char **argv, struct error *err);

enum command_need {
	NEED_NOTHING = 0,
	NEED_REPO,	 /* fails outside a repository */
	NEED_REPO_EARLY, /* the same, by repository_open_early() */
	MAY_REPO,	 /* context->repo is NULL outside a repository */
};

/* A line of a table, which ends with one that has no summary. */
struct command {
	const char *name;    /* NULL: `summary` heads the lines that follow */
	const char *summary; /* one line, starts small, no full stop */
	command_run *run;
	enum command_need need;
};

#define COMMAND_GROUP(heading)                                                 \
	{                                                                      \
		NULL, (heading), NULL, NEED_NOTHING                            \
	}
#define COMMAND_END                                                            \
	{                                                                      \
		NULL, NULL, NULL, NEED_NOTHING                                 \
	}

/* The command of that name in a table, or NULL. */
const struct command *command_find(const struct command *commands,
				   const char *name);

/* Append the usage text of all commands. */
void command_usage(const struct command *commands, struct buf *out);

/*
 * For a command that is a family, as `session start`: run the one that argv[1]
 * names. `usage` is as in struct options. The summaries are not printed.
 */
int command_dispatch(struct command_context *context,
		     const struct command *commands, const char *const *usage,
		     int argc, const char **argv, struct error *err);

command_run cmd_clean;
command_run cmd_create;
command_run cmd_diff;
command_run cmd_export;
command_run cmd_guard;
command_run cmd_hook;
command_run cmd_hooks;
command_run cmd_import;
command_run cmd_fetch;
command_run cmd_list;
command_run cmd_phase;
command_run cmd_ls_remote;
command_run cmd_pin;
command_run cmd_push;
command_run cmd_redo;
command_run cmd_report;
command_run cmd_restore;
command_run cmd_resume;
command_run cmd_session;
command_run cmd_show;
command_run cmd_subtask;
command_run cmd_task;
command_run cmd_status;
command_run cmd_undo;
command_run cmd_update;
command_run cmd_verify;
command_run cmd_unpin;
command_run cmd_watch;
command_run cmd_help;

#endif
