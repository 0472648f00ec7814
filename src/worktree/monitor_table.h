/*
 * The directories that a monitor watches, by the number that the kernel gave
 * each.
 */
#ifndef WORKTREE_MONITOR_TABLE_H
#define WORKTREE_MONITOR_TABLE_H

#include "base/compat.h"

enum monitored_kind {
	MONITORED_DIR,	   /* of the worktree */
	MONITORED_TRACKED, /* ignored, with tracked files in it */
	MONITORED_NESTED,  /* a repository of its own: whether it stays one */
	MONITORED_NESTED_GIT, /* its git directory: whether its HEAD moves */
	MONITORED_GIT,	      /* the git directory */
	MONITORED_LOGS,	      /* its logs/, where HEAD moves */
	MONITORED_INFO,	      /* info/, where exclude is */
};

struct monitored {
	int number;
	enum monitored_kind kind;
	unsigned round; /* of the walk that last saw it */
	char *path;	/* "" or "a/b/", from the top of the worktree */
};

struct monitor_table {
	struct monitored *items; /* sorted by number */
	size_t nr, alloc;
};

/* The one of that number, or NULL. Borrowed until the table changes. */
struct monitored *monitor_table_find(const struct monitor_table *table,
				     int number);
/* The same, made where it is missing: then its path is NULL. */
struct monitored *monitor_table_put(struct monitor_table *table, int number);
void monitor_table_remove(struct monitor_table *table, int number);
void monitor_table_release(struct monitor_table *table);

#endif
