/*
 * Sessions that are over, as an archive: their checkpoints stay, and the oldest
 * of them are thinned out or, when that is asked for, dropped.
 *
 * A session is over when it is not active and nothing of it is left to do, or
 * it was abandoned.
 */
#ifndef CORE_SAVE_HISTORY_H
#define CORE_SAVE_HISTORY_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* The names of this worktree's sessions that are over, but for the `keep` that
 * ended last, are added to `out`, which is sorted. */
int history_read(struct repository *repo, size_t keep, struct strlist *out,
		 struct error *err);

/*
 * Automatic retention: sessions that ended longer ago than the newest
 * checkpoint.maxHistory lose the checkpoints that nobody asked for, but those
 * that automatic retention never drops.
 */
int history_apply(struct repository *repo, struct error *err);

/* Forget those of these sessions that have no checkpoint any more: their logs
 * go. */
int history_forget(struct repository *repo, const struct strlist *sessions,
		   struct error *err);

#endif
