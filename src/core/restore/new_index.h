/*
 * The entries of the index after a restore: those of the present one, with what
 * the target has otherwise. Nothing is written here;
 * core/restore/restore_index.h writes them.
 *
 * With `pathspecs` only paths that match come from the target.
 */
#ifndef CORE_RESTORE_NEW_INDEX_H
#define CORE_RESTORE_NEW_INDEX_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strlist.h"
#include "git/index.h"

struct snapshot;
struct target;

struct new_index {
	/* Sorted by path, then stage. Of the present index and of the target
	 * much is borrowed: both must outlive them. */
	struct index_entry *entries;
	size_t nr, alloc;
	struct arena arena; /* what they point at that is new */
	bool changed;	    /* they are others than the present ones */
};

#define NEW_INDEX_INIT                                                         \
	{                                                                      \
		NULL, 0, 0, ARENA_INIT, false                                  \
	}

/*
 * Build them. Entries that are as before keep their stat data, others have
 * none: new_index_stat() gives them theirs. ERR_INVALID: a path of the target's
 * may be in no index. The caller must new_index_release() in any case.
 */
int new_index_build(struct new_index *out, struct snapshot *now,
		    const struct target *target,
		    const struct strlist *pathspecs, struct error *err);
void new_index_release(struct new_index *index);

/* That ERR_INVALID, at the cost of a comparison. */
int new_index_check(struct snapshot *now, const struct target *target,
		    const struct strlist *pathspecs, struct error *err);

/* Whether any entry would be another. */
int new_index_differs(struct snapshot *now, const struct target *target,
		      const struct strlist *pathspecs, bool *out,
		      struct error *err);

/* Not in a conflict, and not one that is only to be added later. */
static inline bool new_index_is_plain(const struct index_entry *entry)
{
	return !entry->stage && !(entry->flags & INDEX_INTENT_TO_ADD);
}

#endif
