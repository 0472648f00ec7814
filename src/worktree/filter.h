/*
 * Conversions that need another program: filter.<driver>.clean, .smudge and
 * .process, and working-tree-encoding. Git itself runs them, in one process for
 * all paths, so that a long-running filter such as git-lfs starts once.
 *
 * Into the repository it is `git update-index --add` on an index that is thrown
 * away, which holds the entries of the paths and the .gitattributes files: the
 * blobs are what `git add` would make. (`git hash-object` knows no index, so it
 * would convert line ends that the index has too, and not see attributes that a
 * sparse checkout left out.) The objects go to a directory of our own and from
 * there to the caller's pack: as loose objects, a `git gc --prune=now` of
 * another process could take them before a ref holds them.
 *
 * Out of it, it is `git cat-file --filters --batch`.
 */
#ifndef WORKTREE_FILTER_H
#define WORKTREE_FILTER_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct filter;
struct pack;
struct repository;

/*
 * Both directions, on the same scratch objects: what one has cleaned the other
 * can smudge, though no repository has it yet. The caller must filter_free().
 */
struct filter *filter_new(struct repository *repo);
void filter_free(struct filter *filter);

/*
 * Turn the files `paths` (from the top of the worktree) into blobs, and add
 * them to `pack`, unless the repository has them; `out` has room for as many
 * ids. A filter that fails where it is required is ERR_FAILED and names the
 * path; so is an encoding that the file is not in. A path that has gone
 * meanwhile gets the zero id; one that has changed is the caller's to notice.
 * Once for each filter.
 */
int filter_clean(struct filter *filter, const struct strlist *paths,
		 struct pack *pack, struct oid *out, struct error *err);

/* As object_read(), and reads what was cleaned as well. */
int filter_read(struct filter *filter, const struct oid *blob, uint64_t limit,
		struct buf *out, struct error *err);

/*
 * Write blob `blob` as `path` would have it in the worktree to a nameless file,
 * and hand it on: `sink` is called in the order of the requests, with a
 * readable descriptor that it must not close; the content is what there is
 * from its offset to its end. A sink that returns FILTER_KEEP may read it from
 * there with pread() until filter_free(), others are done with it. Attributes
 * are those of the worktree. A blob that is not there is ERR_NOT_FOUND, a
 * required filter that fails ERR_FAILED; both name the path, and what the
 * filter says goes to standard error.
 */
struct filter_request {
	const char *path;
	struct oid blob;
	void *context;
	const char *conversion; /* convert_describe(): instead of what
				   attributes and configuration say. For all
				   requests of a call, or NULL for all */
};
#define FILTER_KEEP 1
typedef int (*filter_sink)(void *context, int fd, uint64_t size,
			   struct error *err);
int filter_smudge(struct filter *filter, const struct filter_request *requests,
		  size_t nr, filter_sink sink, struct error *err);

#endif
