/*
 * What dropping checkpoints does to the undo of all worktrees.
 */
#ifndef CORE_CLEAN_CLEAN_UNDO_H
#define CORE_CLEAN_CLEAN_UNDO_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"

struct cleaned;
struct repository;

/* ERR_REFUSED where the journal of any worktree needs one of `refs`, which are
 * sorted. */
int clean_undo_check(struct repository *repo, const struct strlist *refs,
		     struct error *err);

/* Add the steps that need one of `refs`, or can only be reached through one
 * that does, to `out->lost`: what undo_forget() will take off the stacks. */
int clean_undo_read(struct repository *repo, const struct strlist *refs,
		    struct cleaned *out, struct error *err);

/* Take them off. */
int clean_undo_forget(struct repository *repo,
		      const struct checkpoint_list *list, struct error *err);

#endif
