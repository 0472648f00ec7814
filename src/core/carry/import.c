#include "core/carry/import.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "core/carry/importing.h"

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

char *importing_tail(const struct checkpoint *name)
{
	return xstrfmt("%s/%s", name->session, name->id);
}

void importing_refuse(struct import_item *item, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	if (item->state == IMPORT_REFUSED)
		return;
	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	item->state = IMPORT_REFUSED;
	item->reason = buf_detach(&text);
}
