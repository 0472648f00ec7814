#include "ui/table.h"

#include "base/alloc.h"
#include "base/text.h"
#include "ui/output.h"

/* A last column narrower than this is of no use: the line is let run over. */
#define LAST_COLUMN_MIN 10
#define GAP 2
/* A hundred thousand rows take 50 MB. */
#define ROWS 1000

void table_cell(struct table *table, enum color color, const char *text)
{
	struct buf printable = BUF_INIT;

	if (text)
		text_printable(&printable, text);
	ARRAY_GROW(table->cells, table->nr, table->alloc);
	table->cells[table->nr++] =
		(struct table_cell){buf_detach(&printable), color};
}

/* How many cells are in rows that are full. */
static size_t full_cells(const struct table *table)
{
	return table->nr - table->nr % table->columns;
}

/* How wide each column is; the caller must free() it. */
static size_t *measure(const struct table *table)
{
	size_t *widths = xcalloc(table->columns, sizeof(*widths));
	size_t i;

	for (i = 0; i < full_cells(table); i++) {
		size_t *width = &widths[i % table->columns];
		size_t used = utf8_width(table->cells[i].text);

		if (used > *width)
			*width = used;
	}
	return widths;
}

static void add_cell(struct buf *line, const struct table_cell *cell,
		     size_t columns, const struct output *out)
{
	const char *on = "", *off = "";

	if (cell->color != COLOR_RESET) {
		on = output_color(out, cell->color);
		off = output_color(out, COLOR_RESET);
	}
	buf_addstr(line, on);
	if (columns)
		text_clip(line, cell->text, columns);
	else
		buf_addstr(line, cell->text);
	buf_addstr(line, off);
}

static void add_row(struct buf *line, const struct table *table,
		    const struct table_cell *row, const size_t *widths,
		    const struct output *out)
{
	size_t last = table->columns - 1;
	size_t used = 0, columns = output_columns(out);
	size_t pad = 0, i;

	while (last && !*row[last].text)
		last--;
	for (i = 0; i < last; i++) {
		buf_addf(line, "%*s", (int)pad, "");
		add_cell(line, &row[i], 0, out);
		pad = widths[i] - utf8_width(row[i].text) + GAP;
		used += widths[i] + GAP;
	}
	buf_addf(line, "%*s", (int)pad, "");
	if (columns < used + LAST_COLUMN_MIN)
		columns = used;
	add_cell(line, &row[last], columns - used, out);
}

void table_print(const struct table *table, struct output *out)
{
	size_t *widths = measure(table);
	struct buf line = BUF_INIT;
	size_t i;

	for (i = 0; i < full_cells(table); i += table->columns) {
		buf_reset(&line);
		add_row(&line, table, &table->cells[i], widths, out);
		buf_addch(&line, '\n');
		output_write(out, line.ptr, line.len);
	}
	buf_release(&line);
	free(widths);
}

void table_print_some(struct table *table, struct output *out)
{
	if (table->nr < ROWS * table->columns || table->nr % table->columns)
		return;
	table_print(table, out);
	table_release(table);
}

void table_release(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct table)TABLE_INIT(table->columns);
}
