/*
 * A running watch tells whoever makes a checkpoint what has changed since an
 * earlier one: the side that asks. What it rests on is in
 * Documentation/technical/decisions/.
 */
#ifndef CORE_SNAPSHOT_WATCH_ASK_H
#define CORE_SNAPSHOT_WATCH_ASK_H

#include "base/error.h"
#include "worktree/told.h"

struct repository;

/*
 * Fill `out` with what the watch of this worktree says; where none runs, it is
 * slow, or anything is doubtful, nothing is believed, and that is no error.
 * Without `believe` nothing is in any case, but what is seen can be recorded.
 * An error is a value of the configuration that is none. What has changed is
 * asked for since `since`, which is taken over; NULL: what the last walk
 * recalls. The caller must told_release().
 */
int watch_ask(struct told *out, struct repository *repo, bool believe,
	      struct recall *since, struct error *err);

/* Whether one may run: there is somebody to ask. */
bool watch_listens(const struct repository *repo);

/* What a watch answered, `len` bytes, taken apart; `out` was asked for by what
 * is in its head. false: it is no answer, or says that there is none. `*known`:
 * it says what has changed since that. */
bool watch_answer_parse(struct told *out, const char *text, size_t len,
			const char *mounts, bool *known);

#endif
