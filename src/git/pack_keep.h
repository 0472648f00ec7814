/*
 * The `.keep` file that protects a pack from `git repack` and `git gc` until
 * the refs that hold its objects are set.
 *
 * It says "git-checkpoint <pid> on <host>", and its maker holds it locked
 * (flock(2)) as long as it is needed. One of ours that nobody holds was left
 * by a process that died; process ids, which are reused and mean nothing in
 * another container, are only for people to read.
 */
#ifndef GIT_PACK_KEEP_H
#define GIT_PACK_KEEP_H

#include "base/error.h"

struct repository;

struct pack_keep {
	int fd;
	char *path;
};

#define PACK_KEEP_INIT                                                         \
	{                                                                      \
		-1, NULL                                                       \
	}

/*
 * Make the .keep of the pack `name` ("pack-<sum>"). One that another process
 * of ours holds, because it has written the same pack, is waited for, some
 * seconds, then it is ERR_LOCKED; one that is not ours stays as it is, and
 * does as well. The caller must pack_keep_drop().
 */
int pack_keep_make(struct pack_keep *keep, const struct repository *repo,
		   const char *name, struct error *err);
/* Remove it, where one was made. */
void pack_keep_drop(struct pack_keep *keep);

/*
 * Remove those that were left by processes of this host that died, or by any
 * two weeks ago: on some network file systems, the locks of another host
 * cannot be seen.
 */
int pack_keep_drop_stale(const struct repository *repo, struct error *err);

#endif
