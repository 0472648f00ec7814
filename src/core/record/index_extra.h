/*
 * What the tree I cannot say of an index: the file `index-extra` of S;
 * gitformat-checkpoint(5).
 *
 *	index-extra 1
 *	version <2, 3 or 4>
 *	stage <1, 2 or 3> <mode> <id> <path>   an entry of a conflict
 *	intent <mode> <path>                   git add --intent-to-add
 *	flags <letters> <path>                 a assume-unchanged, s
 *skip-worktree
 *
 * Modes are six octal digits. Every kind of line is sorted by path (and stage),
 * and the kinds stand in this order.
 */
#ifndef CORE_RECORD_INDEX_EXTRA_H
#define CORE_RECORD_INDEX_EXTRA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "git/index.h"

/* What is not a plain entry at stage 0. */
struct index_extra {
	unsigned version;
	struct index_entry *stages;
	size_t nr_stages, alloc_stages;
	struct index_entry *intents;
	size_t nr_intents, alloc_intents;
	struct index_entry *flags; /* path and flags only */
	size_t nr_flags, alloc_flags;
	struct arena arena; /* what entries point at */
};

void index_extra_init(struct index_extra *extra);
void index_extra_release(struct index_extra *extra);

/* Take what is extra out of an index. */
void index_extra_collect(struct index_extra *out, const struct index *index);

void index_extra_write(const struct index_extra *extra, struct buf *out);
/* ERR_INVALID where it is not in its one valid form. */
int index_extra_read(struct index_extra *out, const char *text, size_t len,
		     struct error *err);

#endif
