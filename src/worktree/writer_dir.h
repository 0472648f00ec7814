/*
 * The directories of a worktree, opened one component at a time below its top,
 * so that no symbolic link is ever followed and no path is too long, and kept
 * open for a while.
 *
 * A directory that holds the git directory of another repository is never
 * opened. That is looked up once, when the directory is opened.
 *
 * Everything here is safe from several threads.
 */
#ifndef WORKTREE_WRITER_DIR_H
#define WORKTREE_WRITER_DIR_H

#include "base/error.h"

struct writer_dirs;

struct writer_dir {
	int fd; /* O_PATH; for the *at() calls */
	/* The rest is the cache's. */
	char *path;
	size_t len;
	uint64_t hash;
	unsigned refs;
	unsigned long used;
	bool cached;
};

/* Both are borrowed; `git_dir` is the worktree's own, or NULL. The caller must
 * writer_dirs_free(). */
struct writer_dirs *writer_dirs_new(int top_fd, const char *git_dir);
void writer_dirs_free(struct writer_dirs *dirs);

/*
 * Open the directory that is named by the first `len` bytes of `path` (no slash
 * at the end; 0 is the top) and, with `make`, make what is missing of it, mode
 * 0777 & ~umask. ERR_NOT_FOUND: it is missing; ERR_CHANGED: something that is
 * no directory, or another repository, is in the way. The caller must
 * writer_dirs_put() it.
 */
int writer_dirs_get(struct writer_dirs *dirs, const char *path, size_t len,
		    bool make, struct writer_dir **out, struct error *err);
void writer_dirs_put(struct writer_dirs *dirs, struct writer_dir *dir);

/* Somebody has removed the directory that `dir` is open on: it is not kept any
 * longer, and writer_dirs_get() looks again. */
bool writer_dirs_is_gone(struct writer_dirs *dirs, struct writer_dir *dir);

#endif
