/*
 * What a directory's tree was in the checkpoint that is sealed
 * (worktree/seal.h) and what of it is still so, where a walk has looked at some
 * directories alone (worktree/sealed.h).
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_WAS_H
#define CORE_SNAPSHOT_SNAPSHOT_WAS_H

#include "base/buf.h"
#include "base/error.h"
#include "git/tree.h"

struct scan_dir;
struct snapshot;

/* Say what it was; a zero id: there was none, which is not an empty one. */
void snapshot_was_set(struct scan_dir *dir, const struct oid *tree);

/*
 * List what it had that still holds, and tell the children that it has what
 * they were. Where it was none, there is nothing. ERR_CHANGED: what was found
 * is not what the watch has told. The entries point into `raw`, which the
 * caller must buf_release() when they are done with.
 */
typedef void snapshot_was_fn(void *context, const struct tree_entry *entry);
int snapshot_was_list(struct snapshot *snapshot, const struct scan_dir *dir,
		      struct buf *raw, snapshot_was_fn *keep, void *context,
		      struct error *err);

#endif
