#include "core/import.h"

#include "base/alloc.h"

struct import_item *imported_add(struct imported *imported)
{
	struct import_item *item;

	ARRAY_GROW(imported->items, imported->nr, imported->alloc);
	item = &imported->items[imported->nr++];
	*item = (struct import_item){.state = IMPORT_NEW};
	return item;
}

size_t imported_count(const struct imported *imported, enum import_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < imported->nr; i++)
		count += imported->items[i].state == state;
	return count;
}

void imported_release(struct imported *imported)
{
	for (size_t i = 0; i < imported->nr; i++) {
		checkpoint_release(&imported->items[i].name);
		free(imported->items[i].reason);
		free(imported->items[i].file);
	}
	free(imported->items);
	strlist_release(&imported->notes);
	strlist_release(&imported->options);
	*imported = (struct imported){0};
}
