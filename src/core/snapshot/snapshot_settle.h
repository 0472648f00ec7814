/*
 * What reading a file came to: its item gets it, and may get another kind by
 * it; next to nothing is kept beside.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_SETTLE_H
#define CORE_SNAPSHOT_SNAPSHOT_SETTLE_H

#include "base/error.h"
#include "worktree/content.h"

struct plain;
struct snapshot;
struct snapshot_file;
struct snapshot_settling;

/* The caller must snapshot_settling_free(), last: files point into it. */
struct snapshot_settling *snapshot_settling_new(void);
void snapshot_settling_free(struct snapshot_settling *settling);

/*
 * Takes over the content, and empties it. What only git can convert is put
 * aside, with its content. Safe from several threads, for different files.
 */
void snapshot_settle(struct snapshot *snapshot, struct snapshot_file *file,
		     struct content *content);

/* Those that were put aside, in one batch. All files must be there, sorted. */
int snapshot_settle_filtered(struct snapshot *snapshot,
			     const struct content_source *source,
			     struct plain *plain, struct error *err);

#endif
