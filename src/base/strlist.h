/*
 * A list of strings that owns its copies.
 */
#ifndef BASE_STRLIST_H
#define BASE_STRLIST_H

#include "base/compat.h"

struct strlist {
	char **items; /* NULL behind the last once anything was added */
	size_t nr;
	size_t alloc;
};

#define STRLIST_INIT                                                           \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

void strlist_add(struct strlist *list, const char *s);
void strlist_addn(struct strlist *list, const char *s, size_t len);
void strlist_addf(struct strlist *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Add `s` itself; the list frees it. */
void strlist_take(struct strlist *list, char *s);
/* Bytewise order, as strcmp(). */
void strlist_sort(struct strlist *list);
/* Whether a sorted list holds `s`. */
bool strlist_sorted_has(const struct strlist *list, const char *s);
/* Whether any list holds `s`. */
bool strlist_has(const struct strlist *list, const char *s);
/* Drop doubles from a sorted list. */
void strlist_unique(struct strlist *list);
/* Add each piece of `text` between `separator` bytes, empty ones left out. */
void strlist_split(struct strlist *list, const char *text, char separator);
void strlist_release(struct strlist *list);

#endif
