/*
 * Writing the index after a restore: the entries of core/restore/new_index.h,
 * with stat data from core/restore/new_index_stat.h.
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

#endif
