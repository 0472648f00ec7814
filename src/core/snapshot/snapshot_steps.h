/*
 * The steps of taking a snapshot; for core/snapshot/snapshot*.c only.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_STEPS_H
#define CORE_SNAPSHOT_SNAPSHOT_STEPS_H

#include "base/error.h"

struct cache;
struct pack;
struct repository;
struct snapshot;
struct snapshot_options;

struct snapshot *snapshot_new(struct repository *repo, struct pack *pack,
			      struct cache *cache);
/* All that is made of it. */
int snapshot_conclude(struct snapshot *snapshot,
		      const struct snapshot_options *options,
		      struct error *err);

#endif
