/*
 * Starting a command of git/process.h: its arguments, its environment, where it
 * runs and what its standard streams are. For git/process.c only.
 */
#ifndef GIT_SPAWN_H
#define GIT_SPAWN_H

#include "base/error.h"

#include <sys/types.h>

struct git_command;

/* In the order of their descriptors in the child. */
enum { SPAWN_INPUT, SPAWN_OUTPUT, SPAWN_ERRORS, SPAWN_STREAMS };

/*
 * Start it. `piped` and `ours` have SPAWN_STREAMS elements; `ours` gets our
 * ends of those that are to be pipes, for the caller to close(), and else -1.
 * ERR_FAILED: it cannot be run. The caller must wait for `*pid`.
 */
int git_spawn(const struct git_command *command, const bool piped[], int ours[],
	      pid_t *pid, struct error *err);

#endif
