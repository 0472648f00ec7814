/*
 * Content of git-lfs that checkpoints need. Git holds a checkpoint's pointers,
 * but nothing holds what they name: `git lfs prune` took it. So each file of
 * it gets a hard link of ours, below $GIT_COMMON_DIR/checkpoint.d/lfs:
 *
 *	content/<sha256>              one link, however many checkpoints
 *	sets/<sha256>                 ids, one a line; named by its own sum
 *	checkpoints/<session>:<id>    the name of the set that it needs
 *
 * Checkpoints of the same content share a set. Who needs what is found out
 * anew each time that something goes: there is no count that could be wrong.
 * Without git-lfs each of these costs a look for a directory.
 */
#ifndef CORE_SNAPSHOT_LFS_H
#define CORE_SNAPSHOT_LFS_H

#include "base/error.h"

struct checkpoint;
struct oid;
struct repository;
struct snapshot;

/*
 * Hold what the snapshot needs for the checkpoint `session`/`id`, whose objects
 * can be read and whose ref is to be set next; until then `*lock` keeps others
 * from taking it for gone (-1: there was nothing to hold). The caller must
 * file_unlock() it where it is not -1. `*held` is false where content that was
 * there has gone meanwhile.
 */
int lfs_hold(struct repository *repo, const struct snapshot *snapshot,
	     const char *session, const char *id, int *lock, bool *held,
	     struct error *err);

/* Whether there may be content of git-lfs in the snapshot. */
bool lfs_may_need(const struct repository *repo,
		  const struct snapshot *snapshot);

/* Let go of what no checkpoint needs any more: after refs were deleted. */
int lfs_sweep(struct repository *repo, struct error *err);

/* Give back to git-lfs what the checkpoint needs and it has no more. */
int lfs_bring_back(struct repository *repo, const struct checkpoint *checkpoint,
		   struct error *err);

/* The file with the content of the pointer `blob`, which the caller must
 * free(); NULL: no pointer, or its content is not here. */
char *lfs_find(struct repository *repo, const struct oid *blob);

#endif
