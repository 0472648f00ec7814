/*
 * What lstat() says of a file that tells it from what it was: a third of a
 * struct stat, for where there are many of them or they go into a file.
 */
#ifndef BASE_STAT_DATA_H
#define BASE_STAT_DATA_H

#include "base/compat.h"

#include <sys/stat.h>

/* Without gaps, so that two can be compared, and written, as bytes. */
struct stat_data {
	uint64_t size, inode;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint32_t device; /* the kernel's are of 32 bits */
	uint32_t mode;
};

void stat_data_fill(struct stat_data *out, const struct stat *st);
bool stat_data_equal(const struct stat_data *a, const struct stat_data *b);
/* Whether it was filled from an lstat() that said the same. */
bool stat_data_is(const struct stat_data *data, const struct stat *st);

#endif
