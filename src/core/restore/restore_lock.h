/*
 * One restore a worktree at a time, and what one that was killed has left.
 *
 * $GIT_DIR/checkpoint.d/restore.lock is held by a restore as long as it runs.
 * The lock of the index that it takes has a second name there, `index-lock`,
 * until the journal says the same. So a lock that is found when nobody holds
 * restore.lock, and is that very file, is nobody's.
 */
#ifndef CORE_RESTORE_RESTORE_LOCK_H
#define CORE_RESTORE_RESTORE_LOCK_H

#include "base/error.h"

struct index_lock;
struct repository;

/* ERR_LOCKED: another restore runs. What a killed one left is removed. The
 * caller must file_unlock(). */
int restore_lock(int *out_fd, struct repository *repo, struct error *err);

/* Lock the index, with restore_lock() held. */
int restore_lock_index(struct index_lock **out, struct repository *repo,
		       struct error *err);

/*
 * For whatever does not restore: remove the lock of a restore that was killed
 * before it wrote its journal. While a journal is there the lock stays, as it
 * keeps git out. That something cannot be removed does not matter here: who
 * needs the lock will say so.
 */
void restore_lock_sweep(struct repository *repo);

#endif
