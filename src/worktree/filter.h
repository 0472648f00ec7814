/*
 * Conversions that need another program: filter.<driver>.clean, .smudge and
 * .process, and working-tree-encoding. Git itself runs them (`git hash-object
 * --stdin-paths`, `git cat-file --filters --batch`): one process for all paths,
 * so that a long-running filter such as git-lfs starts once.
 */
#ifndef WORKTREE_FILTER_H
#define WORKTREE_FILTER_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct pack;
struct repository;

/*
 * Turn the files `paths` (from the top of the worktree) into blobs, and add
 * them to `pack`; `out` has room for as many ids. A filter that fails where it
 * is required is ERR_FAILED and names the path. Each path that has changed
 * since is the caller's to notice.
 */
int filter_clean(struct repository *repo, const struct strlist *paths,
		 struct pack *pack, struct oid *out, struct error *err);

/*
 * Write blob `blob` as `path` would have it in the worktree to a new file, and
 * hand it on: `sink` is called in the order of the requests, with a readable
 * descriptor at offset 0 that it must not close. ERR_FAILED names the path.
 */
struct filter_request {
	const char *path;
	struct oid blob;
	void *context;
};
typedef int (*filter_sink)(void *context, int fd, uint64_t size,
			   struct error *err);
int filter_smudge(struct repository *repo, const struct filter_request *requests,
		  size_t nr, filter_sink sink, struct error *err);

#endif
