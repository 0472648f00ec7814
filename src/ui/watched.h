/*
 * What a watch tells: a line as it happens.
 */
#ifndef UI_WATCHED_H
#define UI_WATCHED_H

#include "base/error.h"

struct output;
struct watch_result;

/*
 * What was said last of each kind, so that it is not said every time. Each
 * function prints at once, and nothing where it was said before.
 *
 * --json: {"event":<name>, ...} a line, as git-checkpoint(1) lists them.
 */
struct watched {
	struct output *output;
	char *failure; /* the text that was told; NULL: the last save was well
			*/
	bool waiting;  /* told that git is at work */
	bool off;      /* told that the configuration wants no checkpoints */
};

void watched_release(struct watched *watched);

void watched_started(struct watched *watched, const char *worktree,
		     size_t directories, bool blind, int64_t interval_ms,
		     bool has_keys);
/* Changes are not reported (any more), for the reason in `why`. */
void watched_blind(struct watched *watched, const struct error *why,
		   int64_t interval_ms);
void watched_waiting(struct watched *watched);
void watched_result(struct watched *watched, const struct watch_result *result);
/* `reason` is "signal", with its number, "process" or "git". */
void watched_ended(struct watched *watched, const char *reason, int number);

#endif
