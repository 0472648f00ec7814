/*
 * The refs that remain where some checkpoints go, as git rev-list and git log
 * are told of them: ours by id on standard input, all others by `--all`.
 */
#ifndef CORE_CLEAN_REMAINING_H
#define CORE_CLEAN_REMAINING_H

#include "base/buf.h"
#include "base/error.h"
#include "core/record/checkpoint.h"
#include "git/ref.h"

struct repository;

/* Of damaged refs the id is zero. */
struct remaining_ids {
	struct oid *items;
	size_t nr, alloc;
};

struct remaining {
	struct remaining_ids drop; /* what goes: C, L and pin of each */
	struct remaining_ids stay; /* all others of ours */
};

/*
 * Arguments that go before `--all`, so that it leaves out our refs. Notes are
 * among them: what they hold is in S, too.
 */
#define REMAINING_EXCLUDE                                                      \
	"--exclude=" CHECKPOINT_REFS "*",                                      \
		"--exclude=" CHECKPOINT_LOCAL_REFS "*",                        \
		"--exclude=" CHECKPOINT_PIN_REFS "*",                          \
		"--exclude=" CHECKPOINT_REMOTE_REFS "*",                       \
		"--exclude=" CHECKPOINT_NOTES_REFS "*"

/* Sort our refs into those of `list`, which go, and others. The caller must
 * remaining_release(). */
int remaining_read(struct remaining *out, struct repository *repo,
		   const struct checkpoint_list *list, struct error *err);
void remaining_release(struct remaining *remaining);

/*
 * Append a line `sign` (maybe "^") and id for each, as --stdin wants it.
 * Damaged ones, where git could not go from one commit to the next, are left
 * out; then false is returned.
 */
bool remaining_add_lines(struct repository *repo,
			 const struct remaining_ids *ids, const char *sign,
			 struct buf *out);

#endif
