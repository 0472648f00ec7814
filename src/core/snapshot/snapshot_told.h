/*
 * A snapshot that costs what has changed, and not what there is: a running
 * watch says in which directories something may have happened since a
 * checkpoint that looked at everything, and what is below the others is taken
 * over from that checkpoint.
 *
 * What must be the same for that, the seal says (worktree/seal.h). Where any of
 * it is not, or anything is found that does not fit, there is no such snapshot,
 * and one is taken in the usual way.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_TOLD_H
#define CORE_SNAPSHOT_SNAPSHOT_TOLD_H

#include "base/error.h"

struct oid;
struct pack;
struct repository;
struct snapshot;
struct snapshot_options;

/*
 * Take one. 1: it is `*out`, and what it took over is held by the ref
 * `*holder`, which the caller must free(), while that is `*commit`. 0: it has
 * to be taken in the usual way.
 */
int snapshot_take_told(struct snapshot **out, struct repository *repo,
		       const struct snapshot_options *options,
		       struct pack *pack, char **holder, struct oid *commit);

#endif
