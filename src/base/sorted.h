/*
 * Where something is in a sorted array, or would be: bsearch(3) says only the
 * one of it.
 */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include "base/compat.h"

/*
 * The place of the first of `nr` items of `size` bytes that is not before
 * `key`; `nr` where all are. `compare` is bsearch(3)'s: < 0 where `key` is
 * before the item. Here and not in a .c file, so that it is compiled into the
 * search.
 */
static inline size_t
sorted_place(const void *key, const void *items, size_t nr, size_t size,
	     int (*compare)(const void *key, const void *item))
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(key, (const char *)items + middle * size) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

#endif
