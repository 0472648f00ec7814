/*
 * The index file: gitformat-index(5), versions 2 to 4, with or without a
 * checksum (index.skipHash), split (`link`) and sparse (`sdir`), which libgit2
 * does not open.
 *
 * The file is read and parsed once; a split index is joined and a sparse one
 * expanded, so that callers see every path as an entry of its own. Nothing
 * here takes git's lock but index_lock().
 *
 * What is checked: the checksum where there is one, the order of the entries,
 * and that a path is relative with no empty, "." or ".." component. Whether a
 * path may be written to a worktree is path_is_safe()'s to say, and whether
 * objects exist is not looked at.
 */
#ifndef GIT_INDEX_H
#define GIT_INDEX_H

#include "base/error.h"

#include <sys/stat.h>

#include "git/oid.h"

struct arena;
struct index_memory;
struct index_seen;
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
	INDEX_RACY = 16,	   /* set by index_read(): as new as the file */
	INDEX_LONG_HEAD = 128,	   /* private: where the id lies */
};

/*
 * An entry's id and stat data lie in front of its path, as the file has them,
 * and are read from there: most are looked at once, if at all, and are not in
 * memory twice for that.
 */
struct index_entry {
	const char *path; /* NUL-terminated, from the top, no slash in front */
	uint32_t path_len;
	uint16_t mode; /* as in a tree: MODE_* of git/tree.h, but MODE_TREE */
	uint8_t stage; /* 0, or 1-3 in a conflict */
	uint8_t flags; /* enum index_flag */
};

const struct oid *index_entry_oid(const struct index_entry *entry);
struct index_stat index_entry_stat(const struct index_entry *entry);
/*
 * Make the path, the id and the stat data of an entry in an arena, which must
 * outlive it; `stat` may be NULL: not known, all zero. The path may be that of
 * the entry itself. Its other members stay.
 */
void index_entry_fill(struct index_entry *entry, struct arena *arena,
		      const char *path, size_t len, const struct oid *oid,
		      const struct index_stat *stat);

/*
 * The TREE extension: ids of trees that the entries make. Where a tree is
 * valid, its entries are known to be those of its directory; a subdirectory
 * may be missing from the children all the same.
 */
struct index_tree {
	const char *name;	     /* one component; "" at the top */
	struct index_tree *children; /* shorter names first, then bytewise */
	uint32_t nr_children;
	int32_t entries; /* how many entries it spans; < 0: not valid */
	struct oid oid;	 /* where valid */
	uint16_t name_len;
	/*
	 * Valid, and so is every directory below it, none of which is missing.
	 * index_read() and index_tree_update() say so; it is in no file.
	 */
	bool complete;
};

/* The child of that name, or NULL. */
struct index_tree *index_tree_child(const struct index_tree *tree,
				    const char *name, size_t len);

/*
 * Build a complete one for the entries of the tree `new_top`, to write with
 * them. Of `old`, an index's present one or NULL, the complete directories are
 * taken over that have the same id in both; other trees are read. ERR_NOT_FOUND
 * where one is missing, ERR_INVALID where it is none, or where they are nested
 * deeper than paths can be. Nothing is borrowed of `old`. The caller must
 * index_tree_free() it.
 */
int index_tree_update(struct index_tree **out, struct repository *repo,
		      const struct index_tree *old, const struct oid *new_top,
		      struct error *err);
/* For what index_tree_update() made; that of a struct index is the index's. */
void index_tree_free(struct index_tree *tree);

struct index {
	struct index_entry *entries; /* sorted by path, then stage */
	size_t nr;
	size_t nr_stages; /* of entries in a conflict */
	uint8_t flags;	  /* those that any entry has */
	/* NULL where there is none, or it does not agree with the entries. */
	struct index_tree *tree;
	unsigned version; /* 2, 3 or 4 */
	bool exists;	  /* false: no file, which is an empty index */
	bool split;
	bool sparse;
	bool untracked_cache;
	bool fsmonitor;
	bool checksummed;	     /* false: index.skipHash */
	struct oid checksum;	     /* the file's last 20 bytes */
	bool settled;		     /* had not changed for a tick when read */
	struct timespec mtime;	     /* of the file: entries as new are racy */
	struct stat file;	     /* of the file when it was read */
	struct index_memory *memory; /* private */
};

/*
 * Read `path`. A missing file is an empty index. ERR_INVALID where it is
 * damaged: cut, wrong checksum, entries out of order, unknown mandatory
 * extension (named), shared index missing. ERR_CHANGED where it was cut while
 * it was read. `repo` is where the shared index of a split index is, and
 * where a sparse directory's trees are read from; NULL looks for the one
 * beside `path` and refuses sparse directories. The caller must index_free().
 */
int index_read(struct index **out, struct repository *repo, const char *path,
	       struct error *err);
void index_free(struct index *index);

/* The same; the checksum of the file that was `seen` is not checked again. */
int index_read_seen(struct index **out, struct repository *repo,
		    const char *path, const struct index_seen *seen,
		    struct error *err);

/*
 * Parts of an index file, for who knows where they lie: entries side by side,
 * by their place in the file.
 */
struct index_run {
	uint64_t offset;
	uint32_t len, nr; /* bytes, and entries */
};

/*
 * Whether parts of it can be read: one file of version 2 or 3 that nobody has
 * just written, whose entries have neither stages nor flags (but
 * INDEX_RACY).
 */
bool index_is_plain(const struct index *index);
/* Where the entry `at` of such an index, as it was read, lies. */
struct index_run index_run_of(const struct index *index, size_t at);
/*
 * Read those parts, in the order of the file, of the one that is `wanted`,
 * whose checksum was found right. What is not in them is not there, nor a tree.
 * NULL: it is another file, or no such entries are there. The caller must
 * index_free().
 */
struct index *index_read_part(const char *path, const struct index_seen *wanted,
			      unsigned version, const struct index_run *runs,
			      size_t nr);

/* Still the same file with the same content, as far as stat() tells. */
bool index_file_unchanged(const struct index *index, const char *path);

/* The first entry that is not before `path` (and stage 0). */
size_t index_position(const struct index *index, const char *path, size_t len);
/* The entry of `path` at stage 0, or NULL. Borrowed. */
const struct index_entry *index_find(const struct index *index,
				     const char *path);

/* Fill from lstat(). */
void index_stat_fill(struct index_stat *out, const struct stat *st);

/*
 * Whether the entry's file may have been changed after git looked at it and
 * still have the same lstat(): its mtime is at or after the index file's, in
 * whole seconds. That is what git goes by where it is built without USE_NSEC,
 * as it mostly is; see git's Documentation/technical/racy-git.txt. Submodules
 * are not compared by their stat data, and never racy.
 */
bool index_entry_is_racy(const struct index *index,
			 const struct index_entry *entry);

/*
 * Whether a file with `st` is the one the entry speaks of, by git's rules:
 * mtime, size, and as far as core.checkStat and core.trustctime say, ctime,
 * owner and inode; type and, with `trust_mode`, the owner's executable bit.
 *
 * Stricter than git in one: nanoseconds are compared where both sides have
 * them. A submodule matches any directory: the caller must look at its HEAD.
 * Racy entries, those in a conflict and intent-to-add ones never match, nor
 * do those with a size of 0 that are not the empty blob, which is how git
 * marks what it has found racy. The flags assume-unchanged and skip-worktree
 * make no difference.
 */
struct index_stat_rules {
	bool trust_ctime;  /* core.trustctime */
	bool check_stat;   /* core.checkStat is not "minimal" */
	bool trust_mode;   /* core.fileMode */
	bool has_symlinks; /* core.symlinks */
};
bool index_entry_matches(const struct index *index,
			 const struct index_entry *entry, const struct stat *st,
			 const struct index_stat_rules *rules);

/*
 * A new index file for a restore: hold `<path>.lock` as git does, write, then
 * commit or roll back. Where `path` is a link, that is beside the file that it
 * leads to.
 *
 * ERR_LOCKED: the lock is there, with a hint what that means. The file's
 * permissions are by umask; for an index of the repository's, the caller must
 * repository_share(index_lock_path()) after writing, as git does.
 *
 * `token` is NULL, or a path that is made a second name of the lock before
 * there is a lock: should this process be killed, index_lock_sweep() knows the
 * lock by it. Where something is there already, or the file system has no such
 * names, the lock goes without. The caller must see to it that no two processes
 * use the same one.
 */
struct index_lock;
int index_lock(struct index_lock **out, const char *path, const char *token,
	       struct error *err);
/* What a kill leaves from now on, somebody else knows: the token goes. */
void index_lock_drop_token(struct index_lock *lock);
/*
 * Nobody uses `token` any more, so the lock of `path` goes where it is the same
 * file. A token that is the lock of another index stays.
 */
int index_lock_sweep(const char *path, const char *token, struct error *err);

/*
 * Write entries (sorted by path and stage, none of them a directory) to the
 * lock file. `version` is 2, 3 or 4; 2 and 3 are each written as the other
 * where the flags INDEX_SKIP_WORKTREE and INDEX_INTENT_TO_ADD need it, or no
 * longer do. Entries from sparse directories are written as the files they
 * are. Without `checksummed` the checksum is left zero, as index.skipHash has
 * it. With `tree` a TREE extension is written, children in any order, of
 * which the trees are left valid that have all their subdirectories: git
 * makes commits of these. ERR_INVALID where entries or tree are wrong.
 *
 * Readers take entries for racy that are not older than the index file, so
 * fresh stat data need no more care than git takes: lstat() before the content
 * is read, or after it was written. Stat data taken over from an index in
 * which they were racy would no longer be so: with INDEX_RACY the size is
 * written as 0, git's mark for "look at the content". The caller must keep
 * that flag with the stat data that it belongs to.
 *
 * `from` (may be NULL) is an index that was read from a file: entries of it
 * that are to be as they were there are copied from there.
 */
int index_lock_write(struct index_lock *lock, const struct index_entry *entries,
		     size_t nr, const struct index *from, unsigned version,
		     bool checksummed, const struct index_tree *tree,
		     struct error *err);
/* Make it as new as if it were written now. */
int index_lock_touch(struct index_lock *lock, struct error *err);
/* The lock file's path, for git to work on between write and commit. */
const char *index_lock_path(const struct index_lock *lock);
/*
 * Sync it and rename it over the index. `lock` is freed in either case; after
 * an error the index is what it was. `after` (may be NULL) gets the stat of the
 * new one.
 */
int index_lock_commit(struct index_lock *lock, struct stat *after,
		      struct error *err);
/* Remove it. */
void index_lock_rollback(struct index_lock *lock);

#endif
