/*
 * The trees of a snapshot: of the worktree, and of the index.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_TREE_H
#define CORE_SNAPSHOT_SNAPSHOT_TREE_H

#include "base/error.h"
#include "git/oid.h"

struct snapshot;

/*
 * Build snapshot->tree and snapshot->index_tree out of the scan, whose items
 * have their ids. Directories without a difference take the tree that the
 * index knows; only others are made anew. Every object that is taken on trust
 * from the index is looked for.
 */
int snapshot_build_trees(struct snapshot *snapshot, struct error *err);

/*
 * What the index names at `path` must be there: a checkpoint never points at
 * nothing. ERR_NOT_FOUND names both. In a partial clone what is missing is with
 * the promisor, as it is for git.
 */
int snapshot_expect_object(struct snapshot *snapshot, const struct oid *oid,
			   uint32_t mode, const char *path, struct error *err);

#endif
