/*
 * Running the git program (and the few others a user names in his
 * configuration), without a shell unless the user's own text asks for one.
 *
 * Every child of a repository gets GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE
 * as repository_open() found them and runs at the top of the worktree, with
 * hooks off and optional locks off: asking git a question never changes what
 * a user sees. The rest of the user's environment stays, also what git itself
 * put there (`git -c`). Messages that are kept are in English, whatever
 * the locale.
 */
#ifndef GIT_PROCESS_H
#define GIT_PROCESS_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

struct repository;

struct git_command {
	const struct repository *repo; /* NULL: no repository, this directory */
	const char *const *argv;       /* behind "git"; NULL-terminated */
	const char *const *env;	       /* more "NAME=value", or "NAME" to unset;
					  NULL-terminated; or NULL */
	const char *program;	       /* instead of "git"; or NULL */
	const void *input;	       /* written to its standard input */
	size_t input_len;
	const int *input_fd;  /* or this file is its standard input, from where
				 it stands */
	const int *output_fd; /* its standard output goes to this file */
	bool inherit_input;   /* standard input is ours; else it is `input` */
	bool inherit_output;  /* standard output goes where ours does */
	bool inherit_errors;  /* so does standard error; else it is kept, and
				 becomes the text of the error */
	bool with_hooks;      /* the user's hooks may run */
};

/*
 * Run it and wait. What it printed is appended to `out` (may be NULL: thrown
 * away). Input and output are moved at the same time, so no size of either
 * can block.
 *
 * With `status` NULL an exit status other than 0 is ERR_FAILED, its text what
 * git said, without "fatal: ". Otherwise the status is stored and 0 returned;
 * what git said is then in err->text with err->code 0, for callers that ask.
 */
int git_run(const struct git_command *command, struct buf *out, int *status,
	    struct error *err);

/* git_run() for the plain case: arguments behind `out`, ended by NULL. */
int git_ask(const struct repository *repo, struct buf *out, struct error *err,
	    ...) __attribute__((sentinel));

/*
 * The same in two steps, so that several can run at once: start them all, then
 * finish each. What `input` points to must stay until then. A job that was
 * started must be finished.
 */
struct git_job {
	pid_t pid;
	int to, from, errors; /* our ends; -1: inherited or none */
	char *name;	      /* for error text: "git <verb>" */
	const char *input;
	size_t input_len;
};
int git_job_start(struct git_job *job, const struct git_command *command,
		  struct error *err);
int git_job_finish(struct git_job *job, struct buf *out, int *status,
		   struct error *err);

/*
 * A child that is talked to: `git cat-file --batch` and the like. `to` and
 * `from` are our ends of its standard input and output, standard error is
 * ours. Close `to` and set it to -1 to tell it that no more comes.
 */
struct git_child {
	pid_t pid;
	int to;
	int from;
	char *name;
};

int git_child_start(struct git_child *child, const struct git_command *command,
		    struct error *err);
/*
 * Write all of it. A child that is gone is ERR_FAILED and not a SIGPIPE, which
 * write(2) to `to` would be.
 */
int git_child_write(struct git_child *child, const void *data, size_t len,
		    struct error *err);
/* Close both ends and wait. A status other than 0 is ERR_FAILED. */
int git_child_finish(struct git_child *child, struct error *err);

#endif
