/*
 * What the walk found and reading made of it, taken stock of: in one pass over
 * all items, for there may be a million of them.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_STOCK_H
#define CORE_SNAPSHOT_SNAPSHOT_STOCK_H

#include "base/error.h"
#include "worktree/scan.h"

struct snapshot;

/*
 * Once all items have the kind that they keep: mark the directories that
 * differ, count, list what is omitted, and take a census of the permissions of
 * files that are not tracked.
 */
int snapshot_take_stock(struct snapshot *snapshot, struct error *err);

/* What an item adds to the counts beside the files that the index has. */
struct snapshot_counts {
	int64_t files, unstaged, untracked, ignored;
};
void snapshot_count_item(struct snapshot_counts *counts,
			 const struct scan_item *item);

#endif
