/*
 * What a directory's tree is made from, summed up, so that a tree that the last
 * checkpoint has is neither put together nor hashed again.
 *
 * A recipe is SHA-256, which nobody can make collide, over what decides on the
 * tree: the index's own tree of the directory, which stands for all that the
 * index has in it; what the walk found otherwise; and the trees of
 * subdirectories that are not just as the index has them.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_RECIPE_H
#define CORE_SNAPSHOT_SNAPSHOT_RECIPE_H

#include "base/checksum.h"
#include "git/oid.h"
#include "worktree/scan.h"

struct snapshot;

struct recipe {
	struct checksum_sha256 sum;
	bool possible; /* the index knows its tree, or has nothing in it */
	unsigned char value[32];
};

void recipe_start(struct recipe *recipe, const struct scan *scan,
		  const struct scan_dir *dir);
/* What a subdirectory came to; `oid` is NULL where that is nothing. Those that
 * are as the index has them need not be told. */
void recipe_add_child(struct recipe *recipe, const struct scan_dir *child,
		      uint32_t mode, const struct oid *oid);
bool recipe_needs_child(const struct scan_dir *child);

/* All is told. The tree that the last checkpoint has of it; NULL: none. */
const struct oid *recipe_find(struct recipe *recipe,
			      const struct snapshot *snapshot);
/* This came of it. */
void recipe_note(const struct recipe *recipe, struct snapshot *snapshot,
		 const struct oid *tree);

#endif
