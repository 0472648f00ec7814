/*
 * The tree of a notes ref: a note on an object is a blob whose path is the
 * object's 40 digits, with a slash behind any pair of them or none;
 * git-notes(1). Git and others may have written the same note in several forms,
 * which are then read as one. Entries that are no notes stay as they are.
 */
#ifndef GIT_NOTE_TREE_H
#define GIT_NOTE_TREE_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct pack;
struct repository;

/* Append the note on `target`; ERR_NOT_FOUND; `limit` as object_read(). */
int note_tree_read(struct repository *repo, const struct oid *tree,
		   const struct oid *target, uint64_t limit, struct buf *out,
		   struct error *err);

/* One change: all forms of the note go, and `blob` is put in their place. */
struct note_edit {
	struct oid target;
	bool remove;
	struct oid blob; /* where not `remove` */
};

/*
 * Make the changed tree of `tree` (NULL: an empty one) and add what is new to
 * `pack`. `edits` are put in the order of their targets, each of which must be
 * there once. New notes are at two digits, a slash and 38 digits. `out` is the
 * zero id where nothing is left.
 */
int note_tree_edit(struct repository *repo, struct pack *pack,
		   const struct oid *tree, struct note_edit *edits, size_t nr,
		   struct oid *out, struct error *err);

#endif
