/*
 * What git-lfs stores: a pointer, which is the blob, and the content that it
 * names by SHA-256, a file below lfs/objects.
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
#ifndef WORKTREE_LFS_POINTER_H
#define WORKTREE_LFS_POINTER_H

#include "base/error.h"

struct repository;

/* A pointer has fewer bytes than this. */
#define LFS_POINTER_BYTES 1024
/* 64 lower case hex digits and a NUL. */
#define LFS_ID_BYTES 65

/* Whether a blob of these bytes is a pointer, and to what. */
bool lfs_pointer_parse(const char *text, size_t len, char id[LFS_ID_BYTES]);

/* Where content is kept in this repository, also where there is none: below
 * lfs.storage, or $GIT_COMMON_DIR/lfs. The caller must free() both. */
char *lfs_store(const struct repository *repo);
char *lfs_store_path(const char *store, const char *id);

#endif
