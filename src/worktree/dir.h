/*
 * Opening directories and files below the top of the worktree without ever
 * following a symbolic link on the way.
 */
#ifndef WORKTREE_DIR_H
#define WORKTREE_DIR_H

#include "base/compat.h"

#include <sys/stat.h>

/*
 * Open the directory `path` ("a/b" or "a/b/"; "" is the top itself) below
 * `top_fd`. Returns a descriptor that the caller must close, or -1 with errno;
 * ELOOP or ENOTDIR where a component is a link or no directory. Paths longer
 * than PATH_MAX work.
 */
int dir_open(int top_fd, const char *path);

/*
 * Open the file `path` for reading, under the same rules, and without waiting
 * for a fifo's other end. -1 with errno.
 */
int dir_open_file(int top_fd, const char *path);

/* The descriptor of the directory that holds `path`; `*name` points at the last
 * component. -1 with errno. */
int dir_open_parent(int top_fd, const char *path, const char **name);

/* lstat() of `path` below the top. -1 with errno. */
int dir_stat(int top_fd, const char *path, struct stat *out);

#endif
