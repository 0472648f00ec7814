#include "worktree/monitor_table.h"

#include "base/alloc.h"
#include "base/sorted.h"

static int compare_number(const void *number, const void *item)
{
	int a = *(const int *)number,
	    b = ((const struct monitored *)item)->number;

	return (a > b) - (a < b);
}

/* The place of the first that is not below `number`. */
static size_t place_of(const struct monitor_table *table, int number)
{
	const size_t nr = table->nr;

	/* The kernel counts upwards: mostly it is the last. */
	if (nr && table->items[nr - 1].number < number)
		return nr;
	return sorted_place(&number, table->items, nr, sizeof(*table->items),
			    compare_number);
}

struct monitored *monitor_table_find(const struct monitor_table *table,
				     int number)
{
	size_t at = place_of(table, number);

	return at < table->nr && table->items[at].number == number
		       ? &table->items[at]
		       : NULL;
}

struct monitored *monitor_table_put(struct monitor_table *table, int number)
{
	size_t at = place_of(table, number);

	if (at < table->nr && table->items[at].number == number)
		return &table->items[at];
	ARRAY_GROW(table->items, table->nr, table->alloc);
	memmove(&table->items[at + 1], &table->items[at],
		(table->nr - at) * sizeof(*table->items));
	table->items[at] = (struct monitored){.number = number};
	table->nr++;
	return &table->items[at];
}

void monitor_table_remove(struct monitor_table *table, int number)
{
	struct monitored *item = monitor_table_find(table, number);

	if (!item)
		return;
	free(item->path);
	table->nr--;
	memmove(item, item + 1,
		(size_t)(&table->items[table->nr] - item) * sizeof(*item));
}

void monitor_table_release(struct monitor_table *table)
{
	for (size_t i = 0; i < table->nr; i++)
		free(table->items[i].path);
	free(table->items);
	*table = (struct monitor_table){0};
}
