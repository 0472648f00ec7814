/*
 * Memory that the kernel can have back: mappings of files without a name.
 *
 * For what there may be a million of and is gone through in order. Its bytes
 * are in the page cache, and on the disk where the kernel needs their room for
 * something else; of the process it takes up what was touched since it was last
 * let go of. That costs no more than finding the pages again, and can be done
 * at any time, by any thread, whatever others do with the memory meanwhile.
 *
 * Nothing depends on there being such memory: where a file system is nearly
 * full, or not known to keep room that it has given, it comes from the heap.
 */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H

#include "base/compat.h"

/*
 * Map `size` bytes, zeroed, of a new file in the directory `dir`. NULL: there
 * is no room for it there. The caller must spill_unmap() them.
 */
void *spill_map(const char *dir, size_t size);
/* They are not looked at for a while: until then they need not be in memory. */
void spill_rest(void *memory, size_t size);
void spill_unmap(void *memory, size_t size);

/*
 * An array that may become large: in the heap up to SPILL_ARRAY_HEAP bytes, and
 * then in a file of the directory `dir`, or the heap again where that cannot
 * be. Begins as SPILL_ARRAY_INIT; `dir` must outlive it.
 */
#define SPILL_ARRAY_HEAP ((size_t)1 << 20)

struct spill_array {
	const char *dir;
	void *items;
	size_t size; /* bytes of room */
	int fd;	     /* where it is mapped */
	bool mapped;
};

#define SPILL_ARRAY_INIT(dir)                                                  \
	{                                                                      \
		(dir), NULL, 0, -1, false                                      \
	}

/* Make room for `size` bytes, more than there is. Returns where items are now.
 */
void *spill_array_grow(struct spill_array *array, size_t size);
/* The same where it may be full with `nr` items of `size` bytes: room for one
 * more, and some. */
void *spill_array_next(struct spill_array *array, size_t nr, size_t size);
void spill_array_rest(const struct spill_array *array);
/* It has no items, and can be used again. */
void spill_array_release(struct spill_array *array);

#endif
