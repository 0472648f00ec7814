/*
 * The index after a restore: the target's entries, with the stat data of the
 * files that were just written or did not change, so that the next `git status`
 * reads no file again.
 */
#ifndef CORE_RESTORE_RESTORE_INDEX_H
#define CORE_RESTORE_RESTORE_INDEX_H

#include "base/error.h"
#include "base/strlist.h"

struct index_lock;
struct plan;
struct snapshot;
struct target;

/*
 * Write the new index to the lock and commit it; the lock is freed in any case.
 * With `pathspecs` only entries that match come from the target. An index that
 * would be the same is left alone.
 */
int restore_index(struct index_lock *lock, struct snapshot *now,
		  const struct target *target, const struct plan *plan,
		  const struct strlist *pathspecs, struct error *err);

/* ERR_INVALID: it would get an entry that no index may have. */
int restore_index_check(struct snapshot *now, const struct target *target,
			const struct strlist *pathspecs, struct error *err);

/* Whether that would change any entry. */
int restore_index_differs(struct snapshot *now, const struct target *target,
			  const struct strlist *pathspecs, bool *out,
			  struct error *err);

#endif
