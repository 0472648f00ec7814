/*
 * The list of what was seen and not saved: the file `omitted` of L, and the
 * counts in the metadata; gitformat-checkpoint(5).
 *
 *	omitted 1
 *	<reason> SP <bytes or "-"> SP <escaped path> LF
 *
 * A path that ends in a slash stands for everything below it.
 */
#ifndef CORE_RECORD_OMITTED_H
#define CORE_RECORD_OMITTED_H

#include "base/buf.h"
#include "base/error.h"
#include "worktree/scan.h"

struct record;
struct scan;

struct omitted_path {
	char *path;
	enum omit_reason reason;
	int64_t bytes; /* -1: nobody counted */
};

struct omitted {
	struct omitted_path *items; /* sorted by path */
	size_t nr, alloc;
};

#define OMITTED_INIT                                                           \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

void omitted_add(struct omitted *omitted, const char *path,
		 enum omit_reason reason, int64_t bytes);
/* Sort; of a path that is there twice the first stays. */
void omitted_sort(struct omitted *omitted);
void omitted_release(struct omitted *omitted);

/* Whether a sorted list holds `path` or a directory above it. */
const struct omitted_path *omitted_find(const struct omitted *omitted,
					const char *path);

void omitted_write(const struct omitted *omitted, struct buf *out);
int omitted_read(struct omitted *out, const char *text, size_t len,
		 struct error *err);
/* Count it into the metadata. */
void omitted_count(const struct omitted *omitted, struct record *record);

#endif
