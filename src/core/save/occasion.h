/*
 * When a checkpoint is made without anybody asking for one: checkpoint.auto,
 * checkpoint.on, checkpoint.interval. Commands, hooks and `watch` all ask here.
 *
 * What is asked for (`create`) is always made, and so is the safety checkpoint
 * of a restore. Of the others only `auto` is ever skipped for being like the
 * last one.
 */
#ifndef CORE_SAVE_OCCASION_H
#define CORE_SAVE_OCCASION_H

#include "base/error.h"
#include "core/record/record.h"
#include "core/save/save.h"

struct repository;

/*
 * Whether the configuration wants a checkpoint of that type to be made:
 * checkpoint.auto is not false, and checkpoint.on, where it is set, has the
 * type
 * (`interval` or `auto` for TYPE_AUTO). A value that is no type is an error.
 */
int occasion_wants(const struct repository *repo, enum checkpoint_type type,
		   bool *out, struct error *err);
/* The same for a commit that was made: only where checkpoint.on has `commit`.
 */
int occasion_wants_commit(const struct repository *repo, bool *out,
			  struct error *err);

/* Seconds of checkpoint.interval; 0: never. */
int occasion_interval(const struct repository *repo, int64_t *out,
		      struct error *err);
/*
 * Whether an `auto` is wanted and due: the last checkpoint of this worktree is
 * older than the interval, or there is none.
 */
int occasion_is_due(struct repository *repo, bool *out, struct error *err);

/*
 * Make a checkpoint of options->type, if it is wanted. `*made` is false where
 * it is not, where an `auto` would be like the last, and where there was one of
 * its key. The caller must saved_release() `out` in any case.
 */
int occasion_save(struct repository *repo, const struct save_options *options,
		  struct saved *out, bool *made, struct error *err);
/* Make an `auto`, if it is due, with the rest of `options`. */
int occasion_tick(struct repository *repo, const struct save_options *options,
		  struct saved *out, bool *made, struct error *err);

#endif
