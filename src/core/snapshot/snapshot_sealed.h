/*
 * What is taken over from a seal into the lists of a snapshot: what they said
 * of directories that were not looked at.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_SEALED_H
#define CORE_SNAPSHOT_SNAPSHOT_SEALED_H

#include "base/error.h"

struct omitted;
struct sealed;
struct worktree_extra;

/* Both add, and leave it to the caller to sort. */
int snapshot_sealed_extra(const struct sealed *sealed,
			  struct worktree_extra *out, struct error *err);
int snapshot_sealed_omitted(const struct sealed *sealed, struct omitted *out,
			    struct error *err);

#endif
