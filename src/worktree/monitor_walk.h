/*
 * Which directories a monitor watches: a walk over those of the worktree.
 */
#ifndef WORKTREE_MONITOR_WALK_H
#define WORKTREE_MONITOR_WALK_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/monitor_table.h"

struct repository;

/* What the walks of one monitor share. */
struct monitor_watch {
	struct repository *repo;
	int fd;	    /* inotify's */
	int top_fd; /* the worktree's */
	size_t limit;
	struct monitor_table table;
	unsigned round; /* of the walk over all of them */
	/* Directories that are not watched, "a/b/": ignored ones in which
	 * nothing is tracked, and those that are closed to us. */
	struct strlist passed_over;
	size_t passed_over_then; /* how many after the last walk over all */
};

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
