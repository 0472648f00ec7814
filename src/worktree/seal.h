/*
 * What a whole walk came to, directory by directory, so that a later checkpoint
 * can take over what lies below a directory in which nothing has happened
 * since. For who is told by a watch what has (core/snapshot/snapshot_told.h).
 *
 * A seal is of one checkpoint, which must still be there, of one index file and
 * of the terms under which it was made: configuration, rules, options. Any
 * other one is none. Of each directory it has what the checkpoint's trees do
 * not: where in the index its entries are, which directories are in it, what it
 * adds to counts, and the ids of files that the index does not vouch for.
 *
 * It is mapped, and only those parts are looked at, and checked, that are asked
 * for. Derived data in $GIT_DIR/checkpoint.d/seal, safe to delete; it is only
 * ever replaced whole.
 */
#ifndef WORKTREE_SEAL_H
#define WORKTREE_SEAL_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/index.h"
#include "git/oid.h"
#include "worktree/cache.h"
#include "worktree/recall.h"

struct repository;
struct seal;

/* How often something was counted. */
struct seal_count {
	uint32_t what, nr;
};

/* A file with rules in the worktree. */
struct seal_rules {
	struct cache_entry stat; /* path and lstat() */
	bool attributes;	 /* or ignore rules */
};

/* What is said of the whole. Pointers are borrowed. */
struct seal_head {
	struct recall_head moment; /* with the index file */
	unsigned char terms[20];
	struct oid commit, tree, index_tree;
	unsigned index_version;
	uint64_t nr_entries; /* of the index */
	uint64_t nr_dirs;
	int64_t files, unstaged, untracked; /* beside these */
	unsigned file_mode, exec_mode, dir_mode;
	const char *holder; /* the ref of `commit` */
	const struct seal_count *modes;
	size_t nr_modes;
	const uint64_t *links; /* inodes of several names; sorted */
	size_t nr_links;
	const char *extra, *omitted; /* worktree-extra, omitted: their texts */
	size_t extra_len, omitted_len;
};

struct seal_child {
	const char *name;
	size_t place; /* among the children */
	uint64_t at;
	bool tracked; /* the index has files below it */
};

struct seal_dir {
	const char *path; /* "" or "a/b/" */
	size_t path_len;
	uint64_t at, start; /* all below it are between the two */
	bool looked;	    /* it is to be looked at each time */
	bool tracked;	    /* the index has files below it */
	int64_t files, unstaged, untracked;
	const struct index_run *runs; /* its own files in the index */
	size_t nr_runs;
	const struct seal_count *modes;
	size_t nr_modes;
	const void *children; /* seal_child() */
	size_t nr_children;
	const char *cached; /* seal_cached() */
	size_t cached_len;
};

/* -- reading ------------------------------------------------------------- */

/* NULL: there is none that is good. The caller must seal_close(). */
struct seal *seal_open(const struct repository *repo);
/* The same from memory that is aligned to 8 bytes, and borrowed. */
struct seal *seal_parse(const void *data, size_t len);
void seal_close(struct seal *seal);
const struct seal_head *seal_head(const struct seal *seal);

/* The files with rules. false: it is damaged, here as below. */
bool seal_rules(const struct seal *seal, struct seal_rules **out, size_t *nr);

/* The directory that lies at a place; that of the top is seal_top(). */
bool seal_dir_at(const struct seal *seal, uint64_t at, struct seal_dir *out);
uint64_t seal_top(const struct seal *seal);
/* The one at `*at`, which is set to where the next one lies. A directory lies
 * behind all that are below it, the first of which is at `start`. */
bool seal_dir_next(const struct seal *seal, uint64_t *at, struct seal_dir *out);
struct seal_child seal_child(const struct seal_dir *dir, size_t i);
/* false: it has no such directory. `len` without the slash. */
bool seal_find_child(const struct seal_dir *dir, const char *name, size_t len,
		     struct seal_child *out);

/* Its next file from `*at` on whose content was read; false: no more. */
bool seal_cached(const struct seal_dir *dir, size_t *at,
		 struct cache_entry *out);

/* Where directories lie that are to be looked at each time. */
bool seal_looked(const struct seal *seal, const uint64_t **out, size_t *nr);
/*
 * The directories with a file that has one of these inodes, which are cut to 32
 * bits and sorted: where they lie, in any order, some maybe twice. The caller
 * must free() `*places`.
 */
bool seal_find_inodes(const struct seal *seal, const uint32_t *inodes,
		      size_t nr, uint64_t **places, size_t *nr_places);

/* -- writing ------------------------------------------------------------- */

struct seal_writer;
/* For the file, which is replaced by seal_write(), or stays as it is. */
struct seal_writer *seal_writer_new(const struct repository *repo);
void seal_writer_free(struct seal_writer *writer);

struct seal_new_dir {
	struct seal_dir dir;		    /* its lists apart from these: */
	const struct seal_child *below;	    /* sorted by name */
	const struct cache_entry *contents; /* sorted by path */
	size_t nr_contents;
};
/* Add one, after all that are below it; where they began was seal_at() then.
 * Returns where it lies. */
uint64_t seal_add(struct seal_writer *writer, const struct seal_new_dir *dir);
uint64_t seal_at(const struct seal_writer *writer);
/* A file of the directory that will lie at seal_at() once it is added. */
void seal_add_inode(struct seal_writer *writer, uint64_t inode);

/* Replace the file; `head` has its lists. */
int seal_write(struct seal_writer *writer, const struct seal_head *head,
	       const struct seal_rules *rules, size_t nr_rules,
	       struct error *err);

#endif
