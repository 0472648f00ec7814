/*
 * The entries of one directory of a snapshot, while they are gathered, and the
 * tree that they make.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_ENTRIES_H
#define CORE_SNAPSHOT_SNAPSHOT_ENTRIES_H

#include "base/error.h"
#include "git/oid.h"

struct index_entry;
struct snapshot;
struct tree_memory;

struct snapshot_entry {
	const char *name; /* borrowed */
	size_t len;
	uint32_t mode;
	struct oid oid;
	const struct index_entry *from; /* on whose word the object is there */
};

/* In any order. Begins zeroed; the caller must snapshot_entries_release() it.
 */
struct snapshot_entries {
	struct snapshot_entry *items;
	size_t nr, alloc;
};

void snapshot_entries_release(struct snapshot_entries *entries);
void snapshot_entries_add(struct snapshot_entries *entries, const char *name,
			  size_t len, uint32_t mode, const struct oid *oid);
/* What the index says of a path. */
void snapshot_entries_add_indexed(struct snapshot_entries *entries,
				  const char *name,
				  const struct index_entry *entry);

/*
 * Write their tree, unless it is there. `was` (or NULL) is one that is, as
 * those of the cache are; `memory` is NULL where nobody reads it before the
 * pack is finished. Objects that the index vouches for are looked for.
 */
int snapshot_entries_write(struct snapshot *snapshot,
			   struct snapshot_entries *entries,
			   const struct oid *was, struct tree_memory *memory,
			   struct oid *out, struct error *err);

/* It is one of this snapshot's trees: the next cache says so. */
void snapshot_note_tree(struct snapshot *snapshot, const struct oid *tree);

#endif
