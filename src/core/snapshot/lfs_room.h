/*
 * The directory of core/snapshot/lfs.h, file by file; for core/lfs*.c only.
 */
#ifndef CORE_SNAPSHOT_LFS_ROOM_H
#define CORE_SNAPSHOT_LFS_ROOM_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/lfs_pointer.h"

struct repository;

/* Paths in it, which the caller must free(): any name, the content `id`, and
 * what the checkpoint needs. */
char *lfs_room_path(const struct repository *repo, const char *name);
char *lfs_room_content(const struct repository *repo, const char *id);
char *lfs_room_needs(const struct repository *repo, const char *session,
		     const char *id);

bool lfs_room_exists(const char *path);

/* Hold it alone; file_unlock() ends that. */
int lfs_room_lock(const struct repository *repo, int *lock, struct error *err);

/* Make `to` another name of `from`, or a copy where that is all that can be;
 * one that is there stays. ERR_NOT_FOUND: `from` is not there. */
int lfs_room_share(const char *from, const char *to, struct error *err);

/* The set that the file `path` names. */
int lfs_room_read_needs(const char *path, char sum[LFS_ID_BYTES],
			struct error *err);
/* Add the ids of the set `sum`. ERR_NOT_FOUND, ERR_INVALID: it is not whole. */
int lfs_room_read_set(const struct repository *repo, const char *sum,
		      struct strlist *out, struct error *err);

#endif
