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
	/* What is more than `heap` bytes is in files of this directory, where
	 * they can be (base/spill.h); borrowed. NULL: it is in the heap too. */
	const char *spill_dir;
	size_t heap;
};

#define ARENA_INIT                                                             \
	{                                                                      \
		NULL, 0, NULL, 0                                               \
	}

/* `align` is a power of 2, at most 8. Not zeroed, never NULL, and there until
 * arena_release(). */
void *arena_get(struct arena *arena, size_t len, size_t align);
/* A copy of `len` bytes with a NUL behind them. */
char *arena_copy(struct arena *arena, const char *text, size_t len);
/* What is in files is not looked at for a while. Safe from several threads, as
 * long as none gets anything from it. */
void arena_rest(const struct arena *arena);
/* Everything is freed; the arena is empty, and can be used again. */
void arena_release(struct arena *arena);

#endif
