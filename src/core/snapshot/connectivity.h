/*
 * Whether every object that a checkpoint needs is there.
 */
#ifndef CORE_SNAPSHOT_CONNECTIVITY_H
#define CORE_SNAPSHOT_CONNECTIVITY_H

#include "base/error.h"
#include "git/oid.h"

struct repository;

/*
 * Walk C, I, S (and their base, whose own history is not looked at) with all
 * their trees, and look for each blob. ERR_NOT_FOUND names the first that is
 * missing; in a partial clone blobs may be.
 */
int connectivity_check(struct repository *repo, const struct oid *commit,
		       struct error *err);

#endif
