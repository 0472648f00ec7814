/*
 * When a watch saves: the decisions alone. It is told what happens and what
 * time it is (milliseconds of clock_monotonic_ms()), and does nothing itself.
 *
 * An interval is how old the newest checkpoint becomes before the next `auto`
 * one, if anything changed. That is then made as soon as the tree has been
 * quiet for a moment; a tree that never is, is saved all the same after a
 * while. While git holds its locks it is at work, and a checkpoint waits; but
 * a lock that a crash has left must not disable saving.
 */
#ifndef CORE_HOOK_WATCH_H
#define CORE_HOOK_WATCH_H

#include "base/compat.h"

#define WATCH_NEVER INT64_C(-1)

enum watch_action {
	WATCH_WAIT,
	WATCH_SETTLE, /* a quiet moment: monitor_settle() */
	WATCH_SAVE,
};

/* Plain data; set up by watch_init(). */
struct watch {
	int64_t interval_ms; /* WATCH_NEVER: no `auto` at all */
	int64_t quiet_ms;    /* so long nothing must have happened */
	int64_t patience_ms; /* or so long it must have gone on */
	int64_t retry_ms;    /* after a failure */
	bool blind;	     /* nobody reports changes: always look */
	bool changed;	     /* since the last save was begun */
	bool unsettled;	     /* since the last quiet moment */
	bool saving;	     /* one is being made */
	int64_t first_ms;    /* of the changes */
	int64_t last_ms;
	int64_t due_ms;	   /* no `auto` before */
	int64_t locked_ms; /* since when git was seen to hold locks; -1 */
};

/* What is there when it starts counts as a change. */
void watch_init(struct watch *watch, int64_t interval_ms, int64_t now_ms);

/* What happened. */
void watch_changed(struct watch *watch, int64_t now_ms);
void watch_settled(struct watch *watch);
void watch_begun(struct watch *watch);
/* One was made, or was not needed. */
void watch_saved(struct watch *watch, int64_t now_ms);
/* Somebody else made one meanwhile: the next is due in `wait_ms`. */
void watch_early(struct watch *watch, int64_t now_ms, int64_t wait_ms);
/* None is wanted; that may change. */
void watch_off(struct watch *watch, int64_t now_ms);
/* It could not be made; it will be tried again. */
void watch_failed(struct watch *watch, int64_t now_ms);

/* What to do now; for WATCH_WAIT `*wait_ms` is for how long, -1: until
 * something happens. */
enum watch_action watch_next(const struct watch *watch, int64_t now_ms,
			     int64_t *wait_ms);

/*
 * Whether to go on with a save at this moment, where `locked` says whether git
 * holds a lock; if not, ask again in `*wait_ms`.
 */
bool watch_may_save(struct watch *watch, int64_t now_ms, bool locked,
		    int64_t *wait_ms);

#endif
