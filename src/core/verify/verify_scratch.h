/*
 * A directory of our own below $GIT_DIR/checkpoint.d/ for trial restores. One
 * that a killed process left behind is removed by the next.
 */
#ifndef CORE_VERIFY_VERIFY_SCRATCH_H
#define CORE_VERIFY_VERIFY_SCRATCH_H

#include "base/error.h"

struct repository;

struct verify_scratch {
	char *dir;
	char *top;   /* in it: where files go */
	char *index; /* in it: an index file, which is not there yet */
	int lock;
};

/* The caller must verify_scratch_close(). */
int verify_scratch_open(struct verify_scratch **out,
			const struct repository *repo, struct error *err);
/* Remove what is in the top. */
int verify_scratch_clear(const struct verify_scratch *scratch,
			 struct error *err);
/* Remove all of it. */
void verify_scratch_close(struct verify_scratch *scratch);

#endif
