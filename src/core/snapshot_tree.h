/*
 * The trees of a snapshot: of the worktree, and of the index.
 */
#ifndef CORE_SNAPSHOT_TREE_H
#define CORE_SNAPSHOT_TREE_H

#include "base/error.h"

struct snapshot;

/*
 * Build snapshot->tree and snapshot->index_tree out of the scan, whose items
 * have their ids. Directories without a difference take the tree that the
 * index knows; only others are made anew. Every object that is taken on trust
 * from the index is looked for.
 */
int snapshot_build_trees(struct snapshot *snapshot, struct error *err);

#endif
