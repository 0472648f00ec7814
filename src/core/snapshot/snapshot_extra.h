/*
 * What of a snapshot is no tree of the worktree or index: index-extra,
 * worktree-extra, stages, raw bytes, operation files, the omitted list.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_EXTRA_H
#define CORE_SNAPSHOT_SNAPSHOT_EXTRA_H

#include "base/error.h"

struct snapshot;

/* Fill these in and add their blobs and trees to the pack. */
int snapshot_collect_extra(struct snapshot *snapshot, struct error *err);

#endif
