/*
 * A file that is written piece by piece beside the one whose place it is to
 * take: for what can be made anew, as nothing is synced.
 */
#ifndef BASE_REPLACEMENT_H
#define BASE_REPLACEMENT_H

#include "base/error.h"

#include <sys/types.h>

struct replacement {
	char *path, *temporary; /* NULL: over */
	int fd;
	struct error err;
};

/* What fails is told at the end, which must follow. */
void replacement_begin(struct replacement *file, const char *path);
void replacement_write(struct replacement *file, const void *data, size_t len);
/* Over what was written there. */
void replacement_write_at(struct replacement *file, const void *data,
			  size_t len, off_t at);
/* Put it in place, if nothing has failed; or nothing is there of it. */
int replacement_end(struct replacement *file, struct error *err);
/* Nothing is to come of it. May follow the end. */
void replacement_drop(struct replacement *file);

#endif
