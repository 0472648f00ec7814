/*
 * Deleting checkpoints: their refs, pins, local parts and notes. Objects go
 * with git's next gc.
 */
#ifndef CORE_SAVE_DROP_H
#define CORE_SAVE_DROP_H

#include "base/error.h"
#include "core/record/checkpoint.h"
#include "git/ref.h"

struct repository;

/*
 * Drop them all at once: either all refs go, or none. Notes go after the refs,
 * one commit a session. Checkpoints need not be readable. The caller has asked
 * whether they may go; nothing is protected here.
 */
int drop_checkpoints(struct repository *repo,
		     const struct checkpoint_list *list, struct error *err);
int drop_checkpoint(struct repository *repo,
		    const struct checkpoint *checkpoint, struct error *err);

/* Add the refs that go with them: those of C, L and pins. A damaged one has the
 * zero id. */
int drop_refs(struct repository *repo, const struct checkpoint_list *list,
	      struct ref_list *out, struct error *err);

#endif
