/*
 * What a walk saw of each directory, kept for the next one: the names that the
 * index does not have, lstat() of what is not just as the index says, and
 * permissions. So a walk that is told by a watch which directories have changed
 * since need not look at the others.
 *
 * A recall is of a moment, its token, that one watch has given out: it is
 * believed only by who has asked this watch what changed since, and has had it
 * forget that (core/snapshot/watch_ask.h). As with rosters it holds names and
 * numbers, never what rules made of them.
 *
 * Some directories are never recorded, so that they are always looked at: what
 * may change without an event, and what is more than its names (nested
 * repositories, ignore files).
 *
 * Derived data in $GIT_DIR/checkpoint.d/recall, safe to delete.
 */
#ifndef WORKTREE_RECALL_H
#define WORKTREE_RECALL_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/stat.h>

#include "git/index_seen.h"

struct repository;
struct recall;

#define RECALL_EPOCH_SIZE 17 /* 16 hex digits and a NUL */

struct recall_head {
	char epoch[RECALL_EPOCH_SIZE]; /* of the watch that gave the token */
	uint64_t sequence;
	int64_t full_ms; /* when all was last looked at: monotonic */
	/* What else must be the same for it to be believed. */
	unsigned char circumstances[20];
	/* The index file that the sums are of; all 0: not known. */
	struct index_seen index;
};

/* One directory. */
struct recalled {
	const char *path; /* "a/b/" */
	size_t path_len;
	uint64_t tracked;  /* recall_sum of what the index has here */
	const char *names; /* as a roster's */
	size_t names_len;
	const char *files; /* recall_add_file(), one behind the other */
	size_t files_len;
	uint32_t count; /* of all names but . and .. */
	uint32_t mode;	/* of the directory itself */
	/* Permissions of tracked files that are just as the index says. */
	uint16_t file_mode, exec_mode;
	bool forgotten;
};

/* Read what is there; an unusable file is an empty one, whose epoch is "".
 * The caller must recall_free(). */
struct recall *recall_read(const struct repository *repo);
/* The same from memory, which is copied. For tests. */
struct recall *recall_parse(const void *data, size_t len);
/* One without directories: of this moment, and with these inodes, which are
 * sorted, and copied. */
struct recall *recall_of(const struct recall_head *head, const uint64_t *links,
			 size_t nr_links);
void recall_free(struct recall *recall);

const struct recall_head *recall_head(const struct recall *recall);
size_t recall_count(const struct recall *recall);
/* To begin the sum over what the index has in a directory with. */
uint64_t recall_seed(const struct recall *recall);
/* Whether the inode had several links, and so is one of those that are always
 * looked at. */
bool recall_has_link(const struct recall *recall, uint64_t inode);

/* The directory of that path, "a/b/"; NULL: not known, or forgotten. Safe from
 * several threads. */
const struct recalled *recall_find(const struct recall *recall,
				   const char *path, size_t len);
/* Believe it no more. */
void recall_forget(struct recall *recall, const char *path);

/*
 * lstat() of a name as it was. `*at`, 0 at first, is where to go on: names are
 * found fastest in the order in which they were added. 0; or -1 with `errno`:
 * ENOENT it was not there, ENODATA nothing is recorded of it.
 */
int recalled_stat(const struct recalled *dir, size_t *at, const char *name,
		  struct stat *out);
/* The next file from `*at` on; false: that was the last. */
bool recalled_next(const struct recalled *dir, size_t *at, const char **name,
		   struct stat *out);
/* Add to what becomes `files`; NULL: it was not there. */
void recall_add_file(struct buf *out, const char *name, const struct stat *st);

/*
 * Replace the file by these directories, whose sums began with `seed`, and by
 * the inodes that have several links.
 */
int recall_write(const struct repository *repo, const struct recall_head *head,
		 uint64_t seed, const struct recalled *const *items, size_t nr,
		 const uint64_t *links, size_t nr_links, struct error *err);

#endif
