#include "base/strlist.h"

#include <stdarg.h>

#include "base/alloc.h"

void strlist_take(struct strlist *list, char *s)
{
	ARRAY_GROW(list->items, list->nr + 1, list->alloc);
	list->items[list->nr++] = s;
	list->items[list->nr] = NULL;
}

void strlist_add(struct strlist *list, const char *s)
{
	strlist_take(list, xstrdup(s));
}

void strlist_addn(struct strlist *list, const char *s, size_t len)
{
	strlist_take(list, xstrndup(s, len));
}

void strlist_addf(struct strlist *list, const char *fmt, ...)
{
	va_list args;
	char *text = NULL;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) >= 0)
		strlist_take(list, text);
	va_end(args);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strlist_sort(struct strlist *list)
{
	if (list->nr > 1)
		qsort(list->items, list->nr, sizeof(*list->items), compare);
}

bool strlist_sorted_has(const struct strlist *list, const char *s)
{
	return list->nr && bsearch(&s, list->items, list->nr,
				   sizeof(*list->items), compare);
}

bool strlist_has(const struct strlist *list, const char *s)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->items[i], s))
			return true;
	return false;
}

void strlist_unique(struct strlist *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (kept && !strcmp(list->items[kept - 1], list->items[i]))
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->nr = kept;
	if (list->items)
		list->items[kept] = NULL;
}

void strlist_split(struct strlist *list, const char *text, char separator)
{
	while (*text) {
		const char *end = strchr(text, separator);
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len)
			strlist_addn(list, text, len);
		text += len + (end != NULL);
	}
}

void strlist_release(struct strlist *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strlist)STRLIST_INIT;
}
