/*
 * Tracked files that the walk found unchanged, where conversions apply: the
 * index knows their blobs, and the bytes on disk may be others.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_UNCHANGED_H
#define CORE_SNAPSHOT_SNAPSHOT_UNCHANGED_H

#include "base/error.h"

struct content_source;
struct plain;
struct snapshot;

/* Whether any rule could have a tracked file stored otherwise than on disk. */
bool snapshot_may_convert(const struct snapshot *snapshot,
			  const struct content_source *source);

/*
 * Look at those that `plain` does not know, on several threads. One that is
 * stored just as it is is added to `plain`; each other becomes an item of its
 * directory (SCAN_SAME) and a file of the snapshot, with its content. Pointers
 * to items are not valid any more.
 */
int snapshot_read_unchanged(struct snapshot *snapshot,
			    const struct content_source *source,
			    struct plain *plain, struct error *err);

#endif
