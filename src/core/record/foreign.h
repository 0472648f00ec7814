/*
 * Checkpoints of this repository's own sessions that came in from outside all
 * the same: $GIT_COMMON_DIR/checkpoint.d/imported, a commit a line.
 *
 * Whoever knows the name of a session can make a checkpoint of it. So one that
 * an import has brought is treated like another clone's (see restore on
 * operations and permissions), unless the user says that the file is his own.
 */
#ifndef CORE_RECORD_FOREIGN_H
#define CORE_RECORD_FOREIGN_H

#include "base/error.h"
#include "git/oid.h"

struct repository;

/* Add them to the list, or take them off it, in one step. */
int foreign_mark(struct repository *repo, const struct oid *commits, size_t nr,
		 bool foreign, struct error *err);
/* Whether the commit is on the list. */
int foreign_has(struct repository *repo, const struct oid *commit, bool *out,
		struct error *err);

#endif
