/*
 * An inotify(7) descriptor for a worktree, or the reason why there is none.
 */
#ifndef WORKTREE_MONITOR_INOTIFY_H
#define WORKTREE_MONITOR_INOTIFY_H

#include "base/error.h"

/*
 * Open one for the worktree that `top_fd` is open on. ERR_UNSUPPORTED: its file
 * system does not tell of all changes, or the system has no more of them. The
 * caller must close() it.
 */
int monitor_inotify(int *out, int top_fd, struct error *err);

#endif
