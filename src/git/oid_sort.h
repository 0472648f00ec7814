/*
 * Sorting by id, of what there may be millions of.
 */
#ifndef GIT_OID_SORT_H
#define GIT_OID_SORT_H

#include "git/oid.h"

/* Items may be as large as this. */
#define OID_SORT_MAX_BYTES 64

/*
 * Sort `nr` items of `size` bytes, each of which begins with its id. In place:
 * qsort(), which takes as much memory again as what it sorts, gets a part at a
 * time.
 */
void oid_sort(void *items, size_t nr, size_t size);

#endif
