/*
 * The index file: gitformat-index(5), versions 2 to 4, with or without a
 * checksum (index.skipHash), split (`link`) and sparse (`sdir`), which libgit2
 * does not open.
 *
 * The file is mapped and parsed once; a split index is joined and a sparse one
 * expanded, so that callers see every path as an entry of its own. Nothing
 * here takes git's lock but index_lock().
 */
#ifndef GIT_INDEX_H
#define GIT_INDEX_H

#include "base/error.h"

#include <sys/stat.h>

#include "git/oid.h"

struct repository;

/* What the index keeps of lstat(), cut to 32 bits as the format has it. */
struct index_stat {
	uint32_t ctime_sec, ctime_nsec;
	uint32_t mtime_sec, mtime_nsec;
	uint32_t dev, ino, uid, gid;
	uint32_t size;
};

enum index_flag {
	INDEX_ASSUME_UNCHANGED = 1,
	INDEX_SKIP_WORKTREE = 2,
	INDEX_INTENT_TO_ADD = 4,
	INDEX_FROM_SPARSE_DIR = 8, /* expanded from a sparse directory */
};

struct index_entry {
	const char *path; /* NUL-terminated, from the top, no slash in front */
	uint32_t path_len;
	uint32_t mode; /* as in a tree: MODE_* of git/tree.h */
	uint8_t stage; /* 0, or 1-3 in a conflict */
	uint8_t flags; /* enum index_flag */
	struct oid oid;
	struct index_stat stat;
};

/* The TREE extension: ids of trees that the entries make. */
struct index_tree {
	const char *name; /* one component; "" at the top */
	uint32_t name_len;
	int32_t entries; /* how many entries it spans; < 0: not valid */
	struct oid oid;  /* where valid */
	struct index_tree *children;
	uint32_t nr_children;
};

struct index {
	struct index_entry *entries; /* sorted by path, then stage */
	size_t nr;
	struct index_tree *tree; /* NULL where there is none, or it is unusable */
	unsigned version;        /* 2, 3 or 4 */
	bool exists;             /* false: no file, which is an empty index */
	bool split;
	bool sparse;
	bool untracked_cache;
	bool fsmonitor;
	bool checksummed;         /* false: index.skipHash */
	struct oid checksum;      /* the file's last 20 bytes */
	struct timespec mtime;    /* of the file: entries as new are racy */
	struct stat file;         /* of the file when it was read */
	void *memory;             /* owned by index_free() */
};

/*
 * Read `path`. A missing file is an empty index. ERR_INVALID where it is
 * damaged: cut, wrong checksum, entries out of order, unknown mandatory
 * extension (named). `repo` is where a sparse directory's trees are read
 * from; NULL refuses sparse ones. The caller must index_free().
 */
int index_read(struct index **out, struct repository *repo, const char *path,
	       struct error *err);
void index_free(struct index *index);

/* Still the same file with the same content, as far as lstat() tells. */
bool index_file_unchanged(const struct index *index, const char *path);

/* The first entry that is not before `path` (and stage 0). */
size_t index_position(const struct index *index, const char *path, size_t len);
/* The entry of `path` at stage 0, or NULL. Borrowed. */
const struct index_entry *index_find(const struct index *index,
				     const char *path);

/* Fill from lstat(). */
void index_stat_fill(struct index_stat *out, const struct stat *st);
/*
 * Whether a file with `st` is the one the entry speaks of, by git's rules:
 * mtime, ctime (unless `trust_ctime` is false), size, inode (as far as
 * core.checkStat says), type and, with `trust_mode`, the executable bit.
 * Racy entries never match: mtime at or after the index file's.
 */
struct index_stat_rules {
	bool trust_ctime;   /* core.trustctime */
	bool check_stat;    /* core.checkStat is not "minimal" */
	bool trust_mode;    /* core.fileMode */
	bool has_symlinks;  /* core.symlinks */
};
bool index_entry_matches(const struct index *index,
			 const struct index_entry *entry, const struct stat *st,
			 const struct index_stat_rules *rules);

/*
 * A new index file for a restore: hold `<path>.lock` as git does, write,
 * then commit or roll back.
 *
 * ERR_LOCKED: the lock is there, with the hint that git gives.
 */
struct index_lock;
int index_lock(struct index_lock **out, const char *path, struct error *err);
/* Write entries (sorted by path and stage) in the format version given, with a
 * TREE extension where `tree` is not NULL, to the lock file. */
int index_lock_write(struct index_lock *lock, const struct index_entry *entries,
		     size_t nr, unsigned version, bool checksummed,
		     const struct index_tree *tree, struct error *err);
/* The lock file's path, for git to work on between write and commit. */
const char *index_lock_path(const struct index_lock *lock);
/* Rename it over the index. `lock` is freed in either case. */
int index_lock_commit(struct index_lock *lock, struct error *err);
void index_lock_rollback(struct index_lock *lock);

#endif
