/*
 * Memory that is there or the program ends.
 *
 * Running out of memory is the one failure that is not returned: the
 * program says so and exits with 128. Nothing is lost by that, because what
 * is on disk is at every moment the state before, the state after, or a
 * journal (Documentation/technical/decisions/0001-out-of-memory.md). A size
 * that comes from a file is checked against a limit before it gets here.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include "base/compat.h"

/* Each returns memory that the caller must free(). */
void *xmalloc(size_t size);
/* The same for much memory that will all be written: where the kernel has large
 * pages it is in these, which spares it thousands of faults. */
void *xmalloc_large(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *ptr, size_t size);
char *xstrdup(const char *s);
/* NULL of NULL. */
char *xstrdup_or_null(const char *s);
/* In place of what `*member` owns; `s` may be NULL, or a part of that. */
void xstrdup_over(char **member, const char *s);
char *xstrndup(const char *s, size_t len);
void *xmemdup(const void *data, size_t len);
char *xstrfmt(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* `count * size`, or the end of the program where that overflows. */
size_t array_bytes(size_t count, size_t size);

/*
 * Make room for element number `nr` in the growing array `array`, whose
 * capacity is kept in `alloc`.
 */
#define ARRAY_GROW(array, nr, alloc)                                           \
	do {                                                                   \
		if ((nr) >= (alloc)) {                                         \
			(alloc) = ((nr) + 16) * 3 / 2;                         \
			(array) = xrealloc(                                    \
				(array),                                       \
				array_bytes((alloc), sizeof(*(array))));       \
		}                                                              \
	} while (0)

#endif
