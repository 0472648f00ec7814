/*
 * A file of the pack directory while it is written: it has no name there
 * until it is whole.
 *
 * Without a name (O_TMPFILE) it cannot be swept away by a `git prune` that
 * runs at the same time, and a process that is killed leaves nothing behind.
 * Where the file system cannot do that, it is called "tmp_pack_<random>" as
 * git's own are, and git sweeps what a killed process leaves.
 *
 * Permissions are git's: read-only, by umask and core.sharedRepository. Synced
 * as core.fsync and core.fsyncMethod say about packs; git's default is to
 * sync them. (core.fsyncObjectFiles is about loose objects only.)
 */
#ifndef GIT_PACK_FILE_H
#define GIT_PACK_FILE_H

#include "base/error.h"

struct repository;

struct pack_file {
	int fd;
	char *temporary; /* its path as long as it has a temporary one */
};

#define PACK_FILE_INIT                                                         \
	{                                                                      \
		-1, NULL                                                       \
	}

/* The caller must pack_file_release(). */
int pack_file_create(struct pack_file *file, const struct repository *repo,
		     struct error *err);
int pack_file_sync(const struct pack_file *file, const struct repository *repo,
		   struct error *err);
/*
 * Give it the name `path`. Where that exists it is replaced in one step, or,
 * with `replace` false, is ERR_EXISTS.
 */
int pack_file_publish(struct pack_file *file, const struct repository *repo,
		      const char *path, bool replace, struct error *err);
/* Sync the pack directory, so that the names last. */
int pack_file_sync_names(const struct repository *repo, struct error *err);
/* Close it. One that was not published is gone. */
void pack_file_release(struct pack_file *file);

/* "<objects>/pack/<name>"; the caller must free() it. */
char *pack_file_path(const struct repository *repo, const char *name);
/* The same for a file of the pack `name` ("pack-<sum>"): ".pack", ".idx". */
char *pack_part_path(const struct repository *repo, const char *name,
		     const char *extension);

#endif
