/*
 * A map from byte strings to pointers: open addressing, keys copied.
 * Iteration order is of no meaning.
 */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include "base/compat.h"

struct strmap_entry {
	char *key; /* NULL: the slot is free */
	void *value;
};

struct strmap {
	struct strmap_entry *slots;
	size_t nr;
	size_t alloc; /* a power of two, or 0 */
};

#define STRMAP_INIT                                                            \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

/* The value of `key`, or NULL. */
void *strmap_get(const struct strmap *map, const char *key);
bool strmap_has(const struct strmap *map, const char *key);
/* Set `key`; returns the value that it had, or NULL. */
void *strmap_put(struct strmap *map, const char *key, void *value);
/* Free the keys and the table, and each value where `free_value` is given. */
void strmap_release(struct strmap *map, void (*free_value)(void *));

#endif
