/*
 * HEAD and refs in a restore: whether they are what the checkpoint recorded,
 * and how they get there. Every move is a compare-and-swap.
 */
#ifndef CORE_RESTORE_RESTORE_HEAD_H
#define CORE_RESTORE_RESTORE_HEAD_H

#include "base/buf.h"
#include "base/error.h"
#include "core/record/journal.h"
#include "core/snapshot/target.h"

struct repository;

/*
 * The moves that bring HEAD, its branch and (with `operation`) the refs that
 * the operation names to what `target` recorded; none where all match. `why`
 * gets one line for each thing that differs.
 */
int restore_head_moves(struct repository *repo, const struct target *target,
		       bool operation, struct ref_moves *out, struct buf *why,
		       struct error *err);

/* The moves for a new branch at the target's base. ERR_EXISTS, or ERR_INVALID
 * where git would not have the name. */
int restore_head_branch(struct repository *repo, const struct target *target,
			const char *branch, struct ref_moves *out,
			struct error *err);

/*
 * ERR_REFUSED where a move may not be made: the branch is in use in another
 * worktree.
 */
int restore_head_check(struct repository *repo, const struct ref_moves *moves,
		       struct error *err);

/* Make them. What is there already is passed over; what is neither old nor new
 * is ERR_CHANGED. `reason` goes into the reflogs. */
int restore_head_apply(struct repository *repo, const struct ref_moves *moves,
		       const char *reason, struct error *err);

/* The same moves back. */
void ref_moves_invert(struct ref_moves *out, const struct ref_moves *moves);

#endif
