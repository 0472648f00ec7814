/*
 * The worktrees of a repository.
 */
#ifndef GIT_WORKTREES_H
#define GIT_WORKTREES_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* Add the $GIT_DIR of every worktree, the main one first. */
int worktree_git_dirs(const struct repository *repo, struct strlist *out,
		      struct error *err);

/*
 * Whether another worktree than this one has the branch (a full name) checked
 * out, is rebasing it, or bisects from it. `*where` is its $GIT_DIR, which the
 * caller must free(); NULL: none.
 */
int worktree_using_branch(const struct repository *repo, const char *branch,
			  char **where, struct error *err);

#endif
