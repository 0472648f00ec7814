/*
 * One watch a worktree: $GIT_DIR/checkpoint.d/watch is locked by it, and holds
 * its process id. A process that dies lets go of the lock, so none is stale.
 */
#ifndef CORE_HOOK_WATCH_LOCK_H
#define CORE_HOOK_WATCH_LOCK_H

#include "base/error.h"

struct repository;

/* ERR_REFUSED where another one runs. The caller must file_unlock(). */
int watch_lock(int *out_fd, struct repository *repo, struct error *err);

/* Whether git is at work: it holds the lock of the index or of HEAD. */
bool watch_git_is_busy(const struct repository *repo);

#endif
