/*
 * Another process, of which nothing is known but its number: waiting for its
 * end. No number of a process that came later is mistaken for it.
 */
#ifndef BASE_PID_H
#define BASE_PID_H

#include "base/error.h"

#include <sys/types.h>

struct pid {
	pid_t number;
	int fd;		/* readable once it has ended; -1: ask pid_ended() */
	uint64_t since; /* when it was started, where that can be told */
};

/* ERR_NOT_FOUND: there is no such process (any more). The caller must
 * pid_release(). */
int pid_open(struct pid *out, pid_t number, struct error *err);
bool pid_ended(const struct pid *pid);
/* Whether the program that it runs has this name, as far as that can be told.
 */
bool pid_is_named(const struct pid *pid, const char *name);
void pid_release(struct pid *pid);

#endif
