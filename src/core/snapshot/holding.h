/*
 * Which checkpoints hold a path.
 */
#ifndef CORE_SNAPSHOT_HOLDING_H
#define CORE_SNAPSHOT_HOLDING_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "git/oid.h"

struct repository;

/*
 * Add to `out` each checkpoint of `list` that has a file whose path matches: in
 * the worktree, the index, a stage of a conflict, raw bytes, ignored files or
 * attachments. The ids of what was found go to `blobs`. Where a part of one
 * cannot be read, the others are searched all the same, and its ref is added to
 * `unread`.
 */
int holding_checkpoints(struct repository *repo,
			const struct checkpoint_list *list,
			const struct strlist *pathspecs,
			struct checkpoint_list *out, struct oid_set *blobs,
			struct strlist *unread, struct error *err);

#endif
