/*
 * Which directories a monitor watches: a walk over those of the worktree.
 */
#ifndef WORKTREE_MONITOR_WALK_H
#define WORKTREE_MONITOR_WALK_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/monitor_watch.h"

/*
 * Watch every directory that is to be watched, and no other any more.
 * ERR_UNSUPPORTED: there are more than the system allows.
 */
int monitor_walk_all(struct monitor_watch *watch, struct error *err);

/* The same for these directories ("a/b"), which are new, and what is below
 * them. */
int monitor_walk_new(struct monitor_watch *watch, const struct strlist *dirs,
		     struct error *err);

/* Whether something is tracked by now in a directory that was passed over. */
bool monitor_passed_over_wrongly(const struct monitor_watch *watch);

#endif
