/*
 * The walk that a snapshot is made of: over all of the worktree, or over what a
 * running watch says may have changed; with what the configuration includes,
 * excludes and finds too large.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_WALK_H
#define CORE_SNAPSHOT_SNAPSHOT_WALK_H

#include "base/error.h"

struct snapshot;
struct snapshot_options;

/*
 * Fill `scan`, by what `told` and `sealed` say. Where `told` turns out not to
 * be enough, and nothing was sealed, all is walked and `told` says so.
 */
int snapshot_walk(struct snapshot *snapshot,
		  const struct snapshot_options *options, struct error *err);

#endif
