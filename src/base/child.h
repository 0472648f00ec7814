/*
 * A child that has the user's terminal, and signals that are meant for it.
 *
 * While one is waited for, SIGINT and SIGQUIT of the terminal reach it anyway
 * and do not end us; what another process sends us (SIGTERM, SIGHUP, SIGINT,
 * SIGQUIT) is handed on to it. So however it is ended, we live to tell how.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/error.h"

#include <signal.h>
#include <sys/types.h>

struct child_end {
	int status;  /* what it exited with; 128 + `signal` where it did not */
	int signal;  /* that ended it; 0: none */
	bool killed; /* by us, because its time was over */
};

/*
 * Run `argv` (NULL-terminated, looked for in PATH) where we are, with our
 * standard streams and environment, and wait for it. ERR_NOT_FOUND: there is
 * no such program.
 */
int child_run(const char *const *argv, struct child_end *out,
	      struct error *err);

/*
 * The same in two steps for a fork(2) of ours: hold back the signals before
 * it (`before` is for sigprocmask(2) afterwards, and in the child), and wait.
 * With `limit_ms` the child leads a process group, which is killed when the
 * time is over; 0 is for ever.
 */
void child_hold_signals(sigset_t *before);
int child_wait(pid_t pid, int64_t limit_ms, struct child_end *out,
	       struct error *err);

/* End as the child did, where a signal ended it. Returns otherwise. */
void child_end_likewise(int signal);

#endif
