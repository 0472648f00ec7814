/*
 * Changing one path of the worktree without losing what somebody else may be
 * writing there.
 *
 * A file is written beside its target under a name of ours, with its final
 * mode, and exchanged with it in one step (renameat2(2), RENAME_EXCHANGE; a
 * new name with RENAME_NOREPLACE). What came out is then looked at: it must be
 * what the caller expects (it has been saved), and nobody may have it open for
 * writing (a read lease, fcntl(2) F_SETLEASE, tells). Only then is it removed;
 * otherwise it is exchanged back and the caller hears ERR_CHANGED. Where the
 * file system can neither exchange nor lease, see writer_caps.
 *
 * Directories on the way are opened one by one with O_NOFOLLOW below the top of
 * the worktree; a symbolic link or a file in the way is ERR_CHANGED, so nothing
 * is ever written outside.
 */
#ifndef WORKTREE_WRITER_H
#define WORKTREE_WRITER_H

#include "base/error.h"
#include "base/stat_data.h"
#include "git/oid.h"

struct writer;

/* What the file system under the worktree can do; found by trying, once. */
struct writer_caps {
	bool exchange;	/* else: compare, then rename over; the gap is a few
			   microseconds instead of none */
	bool noreplace; /* else: link(2), or O_EXCL for what cannot be linked */
	bool lease;	/* else: an open writer is not noticed */
	bool symlinks;
	bool exec_bit;
};

/*
 * `git_dir` is the worktree's git directory, or NULL: a directory in which
 * another one is, is never entered (nested_is_repository()). Must live as long
 * as the writer. `tag` is put into the names of temporary files,
 * ".checkpoint-<tag>-<n>", by which writer_sweep() knows them again. `without`
 * turns abilities off, for tests. The caller must writer_close().
 */
int writer_open(struct writer **out, const char *worktree, const char *git_dir,
		const char *tag, const struct writer_caps *without,
		struct error *err);
void writer_close(struct writer *writer);
const struct writer_caps *writer_caps(const struct writer *writer);

/*
 * What the caller knows to be at a path: it has been saved. `stat` is as
 * lstat() gave it then, with `settled` where that was long enough after the
 * last change that an equal stat (size, inode, mtime and ctime) means equal
 * bytes; otherwise `same` is asked to read `fd` (for a link: `link`, and `fd`
 * is -1) and say 1 equal, 0 not, < 0 failure; without `same` it is not equal. A
 * mode that differs is a change in any case. Who wants to write to the file
 * waits while `same` reads it.
 */
struct writer_expect {
	bool absent;
	struct stat_data stat;
	bool settled;
	int (*same)(void *context, int fd, const char *link, struct error *err);
	void *context;
};

/* What is to be there. */
struct writer_content {
	uint32_t mode;	 /* MODE_FILE, MODE_EXEC, MODE_LINK of git/tree.h */
	int permissions; /* exact permission bits, or -1: umask and MODE_EXEC;
			    with them a link becomes a plain file */
	int (*write)(void *context, int fd, struct error *err);
	void *context;
	const char *link; /* the target of a link */
};

/*
 * Put `content` at `path`, replacing what `expect` describes. Makes the
 * directories that are missing. `after` (may be NULL) gets the new file's
 * lstat(). `n` numbers the temporary file. ERR_CHANGED: what is there is not
 * what was expected; it is as it was. Safe from several threads.
 */
int writer_put(struct writer *writer, const char *path, unsigned n,
	       const struct writer_expect *expect,
	       const struct writer_content *content, struct stat *after,
	       struct error *err);

/*
 * Remove the file or link at `path`, then directories that became empty, up to
 * but without `keep_dir` (a path that ends in a slash; "" is the top). A path
 * where nothing is any more is no failure.
 */
int writer_remove(struct writer *writer, const char *path, unsigned n,
		  const struct writer_expect *expect, const char *keep_dir,
		  struct error *err);

/* Set exactly these permission bits on what `expect` describes. */
int writer_chmod(struct writer *writer, const char *path, int permissions,
		 const struct writer_expect *expect, struct error *err);

/*
 * Make an empty directory, or remove one; absent or not empty is no failure,
 * and one that is there keeps its permissions. writer_remove() takes empty
 * directories with it, so those that are to stay are made after the last one.
 */
int writer_mkdir(struct writer *writer, const char *path, int permissions,
		 struct error *err);
int writer_rmdir(struct writer *writer, const char *path, struct error *err);

/*
 * After a kill: call `found` for every temporary file with our tag at the
 * directory of `path` numbered `n`, and for those in the nest of that directory
 * (worktree/nest.h) with this number; it says 1: remove it, 0: leave it, < 0:
 * failure. `fd` is open on it, or -1 for a link; `path` is what it was to be.
 */
typedef int (*writer_leftover)(void *context, const char *path, int fd,
			       const char *temporary, struct error *err);
int writer_sweep(struct writer *writer, const char *path, unsigned n,
		 writer_leftover found, void *context, struct error *err);

#endif
