/*
 * Which checkpoints of a session are on a remote: the message of a commit that
 * one ref of the remote leads to; gitformat-checkpoint(5), "THE MANIFEST".
 */
#ifndef CORE_RECORD_MANIFEST_H
#define CORE_RECORD_MANIFEST_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct manifest_item {
	char *id;
	char *type; /* any that the format allows, also one not known here */
	int64_t time_ms;
	struct oid commit; /* C */
};

struct manifest {
	char *session;
	struct oid previous;	     /* zero: none */
	struct manifest_item *items; /* sorted by id_compare() */
	size_t nr, alloc;
};

#define MANIFEST_INIT                                                          \
	{                                                                      \
		NULL, {{0}}, NULL, 0, 0                                        \
	}

/*
 * Read a message. ERR_INVALID: it is not in its one valid form; ERR_NEWER. The
 * caller must manifest_release() `out`, which is initialised here, in any case.
 */
int manifest_parse(struct manifest *out, const char *text, size_t len,
		   struct error *err);
/* Append the message. */
void manifest_format(const struct manifest *manifest, struct buf *out);
void manifest_release(struct manifest *manifest);

/* Add one, at its place. One of that id that is there stays. */
void manifest_add(struct manifest *manifest, const char *id, const char *type,
		  int64_t time_ms, const struct oid *commit);
/* Take one out, if it is there. */
void manifest_remove(struct manifest *manifest, const char *id);
/* The one of that id, or NULL. Borrowed. */
const struct manifest_item *manifest_find(const struct manifest *manifest,
					  const char *id);

/* The number of "manifest-<n>", 1 or more; 0: that is no such name. */
int64_t manifest_number(const char *name);

#endif
