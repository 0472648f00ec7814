/*
 * What ends a watch: a signal, the end of a process that it follows, or that
 * nobody reads its output any more. The first of them counts; a last checkpoint
 * is made then, so there is a while between it and the end.
 */
#ifndef CORE_HOOK_WATCH_ENDING_H
#define CORE_HOOK_WATCH_ENDING_H

#include "base/pid.h"

enum watch_end {
	WATCH_GOES_ON,
	WATCH_END_SIGNAL,
	WATCH_END_PROCESS, /* --on-exit-of */
	WATCH_END_GIT,	   /* the git that runs us as its command */
	WATCH_END_OUTPUT,  /* nobody reads it any more */
};

struct watch_ending {
	enum watch_end end;
	int number;	    /* of the signal */
	int64_t since_ms;   /* of clock_monotonic_ms() */
	struct pid process; /* --on-exit-of; number 0: none */
	struct pid git;	    /* number 0: none */
};

#define WATCH_ENDING_INIT                                                      \
	{                                                                      \
		.process = {.fd = -1}, .git = {.fd = -1 }                      \
	}

/* Follow the process of that number, -1: none, and the git that runs us. */
void watch_ending_follow(struct watch_ending *ending, int64_t process);
void watch_ending_release(struct watch_ending *ending);

/* It is to end. `number` is the signal's, or 0. */
void watch_ending_note(struct watch_ending *ending, enum watch_end end,
		       int number);
/* Note it where a process has ended. */
void watch_ending_look(struct watch_ending *ending);
/* Whether that must be called from time to time: no descriptor tells. */
bool watch_ending_must_look(const struct watch_ending *ending);

/* Whether somebody who sends another signal now means it, having waited. */
bool watch_ending_is_repeated(const struct watch_ending *ending, int number);

#endif
