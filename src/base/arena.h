/*
 * Many small pieces of memory that are freed together: no header for each, and
 * one free() for a quarter of a megabyte. Not safe from several threads.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/compat.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* private */
	size_t total;		    /* bytes handed out */
};

#define ARENA_INIT                                                             \
	{                                                                      \
		NULL, 0                                                        \
	}

/* `align` is a power of 2, at most 8. Not zeroed, never NULL, and there until
 * arena_release(). */
void *arena_get(struct arena *arena, size_t len, size_t align);
/* A copy of `len` bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const char *text, size_t len);
/* Everything is freed; the arena is empty, and can be used again. */
void arena_release(struct arena *arena);

#endif
