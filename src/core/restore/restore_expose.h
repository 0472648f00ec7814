/*
 * Files that a restore makes visible because the ignore rules that it brought
 * back are older. They are protected from then on (core/record/protected.h).
 */
#ifndef CORE_RESTORE_RESTORE_EXPOSE_H
#define CORE_RESTORE_RESTORE_EXPOSE_H

#include "base/error.h"
#include "base/strlist.h"

struct plan;
struct repository;
struct snapshot;
struct target;

/*
 * Look at what was ignored before (as `now` knows) under the rules that hold
 * now, and bring the protected list up to date: what is exposed comes on it,
 * what is gone, tracked or ignored again goes. New ones are added to `exposed`.
 */
int restore_expose(struct repository *repo, const struct snapshot *now,
		   const struct plan *plan, const struct target *target,
		   struct strlist *exposed, struct error *err);

#endif
