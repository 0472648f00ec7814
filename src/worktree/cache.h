/*
 * What the last checkpoint read: the ids of files that the index does not
 * vouch for (untracked, changed, converted), by their lstat(), and the trees
 * that they are in. So that 300 MB of untracked files are hashed once, not at
 * every save, and a tree that is there is not made again.
 *
 * Derived data in $GIT_DIR/checkpoint.d/cache, safe to delete. A cache is
 * believed only where its checksum holds, it was made under the same
 * configuration of conversions, and the checkpoint it was written for is still
 * there to keep its objects alive. Anything else costs time, never
 * correctness.
 */
#ifndef WORKTREE_CACHE_H
#define WORKTREE_CACHE_H

#include "base/error.h"
#include "base/stat_data.h"
#include "git/oid.h"

struct cache;
struct repository;

/* What is known of one path. */
struct cache_entry {
	const char *path;
	const char *conversion; /* convert_describe(); "-" for none */
	struct oid blob;	/* as git add would store it */
	struct oid raw;		/* of its bytes on disk; equal to `blob` without
				   conversion */
	struct stat_data stat;	/* of these bytes */
	bool keep_raw;		/* clean then smudge does not give it back */
};

/*
 * Read what is there; an unusable cache is an empty one. `holder` is filled
 * with the ref that must still have the value `commit` for this to be used;
 * the caller checks that, and calls cache_clear() where it does not hold.
 * The caller must cache_free().
 */
struct cache *cache_read(const struct repository *repo, char **holder,
			 struct oid *commit);
/* The same from memory, which is copied. */
struct cache *cache_parse(const struct repository *repo, const void *data,
			  size_t len, char **holder, struct oid *commit);
/* One of these entries, sorted by path, which are copied. */
struct cache *cache_of(const struct cache_entry *entries, size_t nr);
void cache_clear(struct cache *cache);
void cache_free(struct cache *cache);

/* The entry whose path and lstat() are these; false: not known. What it points
 * at is borrowed. Safe from several threads. */
bool cache_find(const struct cache *cache, const char *path,
		const struct stat_data *stat, struct cache_entry *out);

/* Few more will be looked for: what it takes up may leave memory. */
void cache_rest(const struct cache *cache);

/* Whether the checkpoint that the cache was written for has this tree. */
bool cache_has_tree(const struct cache *cache, const struct oid *tree);

/* What a tree is made from, summed up, and the tree. */
struct cache_recipe {
	unsigned char sum[32];
	struct oid tree;
};
/* The tree of that checkpoint that was made from this; NULL: not known. */
const struct oid *cache_find_recipe(const struct cache *cache,
				    const unsigned char sum[32]);
/* Whether this is the tree of the index that the checkpoint has, so that all
 * that is in it is there. */
bool cache_has_index(const struct cache *cache, const struct oid *tree);

struct cache_content {
	/* The next entry, in the order of paths; false: that was the last. */
	bool (*next)(void *context, struct cache_entry *out);
	void *context;
	const struct oid *trees; /* sorted, each of them in the checkpoint */
	size_t nr_trees;
	const struct cache_recipe *recipes; /* sorted by sum, the trees too */
	size_t nr_recipes;
	struct oid index_tree;
};

/* Replace the file, for the checkpoint `commit` on the ref `holder`. */
int cache_write(const struct repository *repo, const char *holder,
		const struct oid *commit, const struct cache_content *content,
		struct error *err);

#endif
