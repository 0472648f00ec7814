/*
 * What decides, beside the files themselves, what becomes of them.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_TERMS_H
#define CORE_SNAPSHOT_SNAPSHOT_TERMS_H

#include "base/error.h"

struct repository;
struct snapshot_options;

#define SNAPSHOT_TERMS_SIZE 20

/*
 * A sum over the configuration, all of it, the rule files outside of the
 * worktree, and the options: where it is the same, and so are the rule files in
 * the worktree, the same files come to the same.
 */
int snapshot_terms(unsigned char out[SNAPSHOT_TERMS_SIZE],
		   const struct repository *repo,
		   const struct snapshot_options *options, struct error *err);

#endif
