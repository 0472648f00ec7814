/*
 * Carrying out a plan in the worktree.
 */
#ifndef CORE_RESTORE_RESTORE_FILES_H
#define CORE_RESTORE_RESTORE_FILES_H

#include "base/error.h"

struct plan;
struct snapshot;
struct target;
struct writer;

/*
 * Delete, write and set permissions as the plan says. Each path must still be
 * what the snapshot `now` holds of it: ERR_CHANGED names the first that is not,
 * and leaves it as it is. Items that are done are marked, with their lstat().
 */
int restore_files(struct plan *plan, struct snapshot *now,
		  const struct target *target, struct writer *writer,
		  struct error *err);

#endif
