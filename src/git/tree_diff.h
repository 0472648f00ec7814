/*
 * The paths in which two trees differ. Equal subtrees are not read.
 */
#ifndef GIT_TREE_DIFF_H
#define GIT_TREE_DIFF_H

#include "base/error.h"
#include "git/oid.h"

struct repository;
struct tree_memory;

/* One path; a mode of 0 means that the side does not have it. */
struct tree_change {
	const char *path;
	uint32_t old_mode, new_mode; /* MODE_* of git/tree.h, never a tree */
	struct oid old_oid, new_oid;
};

/*
 * Call `visit` for each path that is not the same file, link or nested
 * repository in both, in path order within a directory. A path that is a file
 * on one side and a directory on the other is several changes, the removals
 * first. != 0 ends it and is returned. Zero ids stand for empty trees. More
 * than `max_entries` entries read is ERR_INVALID.
 */
typedef int (*tree_diff_visit)(void *context, const struct tree_change *change,
			       struct error *err);
int tree_diff(struct repository *repo, const struct tree_memory *memory,
	      const struct oid *old_tree, const struct oid *new_tree,
	      uint64_t max_entries, tree_diff_visit visit, void *context,
	      struct error *err);

#endif
