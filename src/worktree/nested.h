/*
 * Repositories inside the worktree: submodules and embedded ones. Nothing of
 * theirs is ever entered, changed or kept but the commit their HEAD names.
 */
#ifndef WORKTREE_NESTED_H
#define WORKTREE_NESTED_H

#include "base/error.h"
#include "git/oid.h"

struct repository;

/*
 * Whether the `.git` in an open directory is `git_dir`, this worktree's own (or
 * NULL): where core.worktree or GIT_WORK_TREE is a directory above the one that
 * holds it. To git that is a directory like any other then; the `.git` in it is
 * never looked at. One that leads there by a link is the same, one that is a
 * file with "gitdir: " is not. Safe from several threads.
 */
bool nested_is_own(const char *git_dir, int dir_fd);

/*
 * Whether git takes an open directory for a repository of its own: its `.git`
 * is not nested_is_own(), but a directory with HEAD, objects/ and refs/, or a
 * file that leads to one, as gitrepository-layout(5) has it. Any other
 * directory is one like all to `git add`. Where that cannot be found out it is
 * a repository. Safe from several threads.
 */
bool nested_is_repository(const char *git_dir, int dir_fd);

/*
 * The HEAD of the repository whose worktree is `path` (from the top).
 * 1: read; 0: it is a repository without a commit, or one that cannot be read.
 * Safe from several threads.
 */
int nested_head(struct repository *repo, const char *path, struct oid *out,
		struct error *err);

#endif
