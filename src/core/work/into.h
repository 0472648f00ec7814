/*
 * Restoring into a new worktree.
 */
#ifndef CORE_WORK_INTO_H
#define CORE_WORK_INTO_H

#include "base/error.h"

struct repository;
struct restore_request;
struct restore_result;

/*
 * Make a linked worktree at `dir`, detached at the checkpoint's base, and
 * restore worktree and index there; never the operation. Where that fails the
 * worktree is removed again. With dry_run nothing is made.
 */
int restore_into(struct repository *repo, const struct restore_request *request,
		 const char *dir, struct restore_result *out,
		 struct error *err);

#endif
