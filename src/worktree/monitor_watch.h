/*
 * The directories that a monitor watches, one by one: the kernel's watches
 * (inotify(7)), and the table that says whose each is. Which directories those
 * are is worktree/monitor_walk.h's to find out.
 */
#ifndef WORKTREE_MONITOR_WATCH_H
#define WORKTREE_MONITOR_WATCH_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/monitor_table.h"

struct repository;

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
 * Watch the directory that `fd` is open on, as "" or "a/b/", in this round. 1:
 * it was watched already, by this path; 0: it was not, or it cannot be and is
 * passed over. ERR_UNSUPPORTED: there are more than the system allows.
 */
int monitor_watch_fd(struct monitor_watch *watch, int fd, const char *path,
		     enum monitored_kind kind, struct error *err);
/* The same for a directory by its name, which is not the worktree's. Nothing
 * is done where there is none. */
int monitor_watch_name(struct monitor_watch *watch, const char *dir,
		       enum monitored_kind kind, struct error *err);

/* Watch those no more that were not watched in this round. */
void monitor_watch_drop_unseen(struct monitor_watch *watch);

#endif
