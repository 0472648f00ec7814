/*
 * Reading what a scan found changed or new, for a snapshot.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_CONTENT_H
#define CORE_SNAPSHOT_SNAPSHOT_CONTENT_H

#include "base/error.h"

struct snapshot;
struct snapshot_options;

/*
 * Fill snapshot->files, put blobs into the pack, and give every item of the
 * scan its id; items change their kind where the content says so (SCAN_SAME,
 * SCAN_GONE, SCAN_DELETED, SCAN_OMITTED). Tracked files that the index vouches
 * for are looked at only where a conversion may apply to them.
 */
int snapshot_read_content(struct snapshot *snapshot,
			  const struct snapshot_options *options,
			  struct error *err);

#endif
