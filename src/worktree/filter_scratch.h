/*
 * A directory of our own below $GIT_DIR/checkpoint.d, in which git works on a
 * filter's behalf: an object directory, an index. It is locked for as long as
 * it is in use, so that one that a kill has left is known, and removed.
 */
#ifndef WORKTREE_FILTER_SCRATCH_H
#define WORKTREE_FILTER_SCRATCH_H

#include "base/error.h"

struct repository;

struct filter_scratch {
	char *dir;
	int lock_fd;
};

#define FILTER_SCRATCH_INIT                                                    \
	{                                                                      \
		.lock_fd = -1                                                  \
	}

/* Make one. The caller must filter_scratch_release() it. */
int filter_scratch_open(struct filter_scratch *scratch,
			const struct repository *repo, struct error *err);
/* Remove it, with all that is in it. */
void filter_scratch_release(struct filter_scratch *scratch);

/* A nameless file in it, which the caller must close; -1 with `err` filled. */
int filter_scratch_file(const struct filter_scratch *scratch,
			struct error *err);

#endif
