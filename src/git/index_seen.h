/*
 * The index file whose checksum was found right last time: while it is the same
 * file by its stat data, the 10 MB of 100,000 entries need not be summed up
 * again.
 *
 * Derived data in $GIT_DIR/checkpoint.d/index-seen, safe to delete.
 */
#ifndef GIT_INDEX_SEEN_H
#define GIT_INDEX_SEEN_H

#include "base/error.h"

#include <sys/stat.h>

struct index_seen {
	uint64_t device, inode, size;
	int64_t mtime_sec, ctime_sec;
	uint64_t mtime_nsec, ctime_nsec;
};

/* What is there; one that is damaged is all zero, which is no file. */
void index_seen_read(const char *git_dir, struct index_seen *seen);
int index_seen_write(const char *git_dir, const struct index_seen *seen,
		     struct error *err);

void index_seen_fill(struct index_seen *seen, const struct stat *st);
bool index_seen_is(const struct index_seen *seen, const struct stat *st);

#endif
