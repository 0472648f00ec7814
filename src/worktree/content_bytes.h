/*
 * The bytes of an open file: read, converted as git would, hashed, and put into
 * the pack. Whether they were all of one moment is worktree/content.h's to find
 * out.
 */
#ifndef WORKTREE_CONTENT_BYTES_H
#define WORKTREE_CONTENT_BYTES_H

#include "base/error.h"
#include "worktree/content.h"

struct convert;

/* All borrowed. */
struct content_bytes {
	const struct content_source *source;
	const struct index_entry *entry; /* or NULL */
	const struct convert *convert;
	int fd;	       /* at its beginning */
	uint64_t size; /* of the file */
	bool raw_only; /* the blob is the entry's: nothing is kept but what it
			  would not give back */
};

/*
 * Take them: `blob`, `raw`, `converted` and `keep_raw` of `out`, or `raw` alone
 * and the state CONTENT_NEEDS_GIT. ERR_CHANGED: it had another size; but the
 * caller must look whether it has by then, as not every way finds out.
 */
int content_bytes_take(const struct content_bytes *bytes, struct content *out,
		       struct error *err);

#endif
