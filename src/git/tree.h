/*
 * Trees: reading as if hostile, writing canonically.
 */
#ifndef GIT_TREE_H
#define GIT_TREE_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct pack;
struct repository;

#define MODE_TREE 0040000
#define MODE_FILE 0100644
#define MODE_EXEC 0100755
#define MODE_LINK 0120000
#define MODE_GITLINK 0160000

struct tree_entry {
	uint32_t mode;
	struct oid oid;
	const char *name; /* NUL-terminated, in the tree's own bytes */
	size_t name_len;
};

/*
 * Walk a tree's raw bytes: start with `*pos` 0. Returns 1 and fills `entry`, 0
 * at the end, or ERR_INVALID: bytes that are no tree, modes that git takes for
 * none of the five above, empty names, names with a slash, doubles, wrong
 * order. Old trees spell a mode otherwise (100664, 040000): `mode` is what git
 * reads, one of the five. What a name may be in a worktree is
 * path_component_is_safe()'s to say.
 */
int tree_next(const struct buf *raw, size_t *pos, struct tree_entry *entry,
	      struct error *err);

/* Append one entry in tree order: the caller adds them sorted as git sorts
 * (tree_name_compare()). */
void tree_add(struct buf *raw, uint32_t mode, const char *name, size_t name_len,
	      const struct oid *oid);
/* git's order: a directory sorts as if its name ended in a slash. */
int tree_name_compare(const char *a, size_t a_len, bool a_dir, const char *b,
		      size_t b_len, bool b_dir);

/*
 * Find `path` (with slashes) below `tree`. ERR_NOT_FOUND where there is none.
 * `mode` and `out` may be NULL.
 */
int tree_find(struct repository *repo, const struct oid *tree, const char *path,
	      uint32_t *mode, struct oid *out, struct error *err);

/*
 * Call `visit` for every entry below `tree` that is no directory, in path
 * order. A visit that returns != 0 ends it, and that is returned. More than
 * `max_entries` entries, or directories nested deeper than 4096, is
 * ERR_INVALID.
 */
typedef int (*tree_visit)(void *context, const char *path,
			  const struct tree_entry *entry, struct error *err);
int tree_walk(struct repository *repo, const struct oid *tree,
	      uint64_t max_entries, tree_visit visit, void *context,
	      struct error *err);

/*
 * Build a tree with subdirectories from paths in any order.
 */
struct tree_builder;
struct tree_builder *tree_builder_new(void);
/*
 * A path given twice, or as a file and as a directory, is ERR_INVALID at write.
 * With MODE_TREE, `oid` is a tree that exists already: what did not change need
 * not be given file by file.
 */
void tree_builder_add(struct tree_builder *builder, const char *path,
		      uint32_t mode, const struct oid *oid);
size_t tree_builder_count(const struct tree_builder *builder);
/* Add the trees to `pack` and say the top one's id. An empty one is git's empty
 * tree. */
int tree_builder_write(struct tree_builder *builder, struct pack *pack,
		       struct oid *out, struct error *err);
void tree_builder_free(struct tree_builder *builder);

#endif
