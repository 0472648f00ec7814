/*
 * Rows in columns, for people: as wide as the cells need, the last column cut
 * where the terminal ends. Bytes that could drive a terminal are made visible.
 *
 *	struct table table = TABLE_INIT(3);
 *
 *	table_cell(&table, COLOR_YELLOW, id);
 *	table_cell(&table, COLOR_RESET, when);
 *	table_cell(&table, COLOR_RESET, description);
 *	...
 *	table_print(&table, output);
 *	table_release(&table);
 */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include "base/compat.h"
#include "ui/color.h"

struct output;

struct table_cell {
	char *text;
	enum color color;
};

struct table {
	size_t columns;
	struct table_cell *cells; /* row by row */
	size_t nr;
	size_t alloc;
};

#define TABLE_INIT(columns)                                                    \
	{                                                                      \
		(columns), NULL, 0, 0                                          \
	}

/* Add the next cell of the row, or the first of the next one. The text is
 * copied; NULL is empty. */
void table_cell(struct table *table, enum color color, const char *text);
/* Print the rows that are full. */
void table_print(const struct table *table, struct output *out);
/*
 * The same for very many rows: where a thousand are full, print these and
 * forget them. Each thousand is as wide as it needs.
 */
void table_print_some(struct table *table, struct output *out);
void table_release(struct table *table);

#endif
