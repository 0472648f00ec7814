/*
 * A plan while it is made: what core/plan.c and core/plan_place.c share.
 */
#ifndef CORE_PLANNING_H
#define CORE_PLANNING_H

#include "base/error.h"
#include "core/plan.h"

struct planning {
	struct plan *plan;
	struct snapshot *now;
	const struct target *target;
	const struct strlist *pathspecs;
	struct strmap dirs; /* whose permissions have been looked at */
};

/* The item of `path`: a new one, or the one that is there already, as it is. */
struct plan_item *planning_add(struct planning *planning, const char *path,
			       enum plan_action action);

/* ERR_REFUSED: what is at `path` is in the way. */
int planning_refuse(struct error *err, const char *path, const char *why);

/*
 * Where a file is to come into being: is the place free, or can it be made so?
 * What has to go is put into the plan; what is in no checkpoint yet on its
 * list.
 */
int planning_look_at_place(struct planning *planning, const char *path,
			   struct error *err);

/* Refuse a path that lies in a repository which is not ours. */
int planning_look_for_nested(struct planning *planning, const char *path,
			     struct error *err);

#endif
