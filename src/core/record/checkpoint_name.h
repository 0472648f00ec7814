/*
 * What a user calls a checkpoint: its id (cp_...) or any unique beginning of
 * it, `latest`, `latest~<n>`, its ref, or its commit's id or a unique beginning
 * of that. `latest` is this worktree's newest that is not a pre_restore.
 *
 * This worktree's come before others of the repository, and those before
 * fetched ones.
 */
#ifndef CORE_RECORD_CHECKPOINT_NAME_H
#define CORE_RECORD_CHECKPOINT_NAME_H

#include "base/error.h"

struct checkpoint;
struct repository;

/*
 * What `name` names. ERR_NOT_FOUND: nothing; ERR_AMBIGUOUS: several, with
 * the first of them as hints; ERR_INVALID: it is not a name. The caller must
 * checkpoint_release().
 */
int checkpoint_resolve(struct repository *repo, const char *name,
		       struct checkpoint *out, struct error *err);

/* This worktree's newest but `skip` that is not a pre_restore. ERR_NOT_FOUND.
 */
int checkpoint_latest(struct repository *repo, size_t skip,
		      struct checkpoint *out, struct error *err);

#endif
