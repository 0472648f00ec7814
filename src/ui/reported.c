#include "ui/reported.h"

#include "base/text.h"
#include "ui/output.h"
#include "ui/report_table.h"
#include "ui/table.h"

#define LABEL_COLUMNS 13

static void print_heading(struct output *output, const char *text)
{
	output_print(output, "\n%s%s%s\n", output_color(output, COLOR_BOLD),
		     text, output_color(output, COLOR_RESET));
}

static void print_figures(struct output *output, const struct report *report)
{
	struct strlist figures = STRLIST_INIT;
	struct buf value = BUF_INIT;

	report_figures(report, &figures);
	for (size_t i = 0; i + 1 < figures.nr; i += 2) {
		buf_reset(&value);
		text_printable(&value, figures.items[i + 1]);
		output_print(output, "  %-*s%s\n", LABEL_COLUMNS,
			     figures.items[i], value.ptr);
	}
	buf_release(&value);
	strlist_release(&figures);
}

static enum color color_of(const struct report_table *from, size_t row,
			   size_t column)
{
	const char *text = from->cells.items[row * from->columns + column];

	if (!column)
		return COLOR_YELLOW;
	if (strcmp(from->heads[column], "Status"))
		return COLOR_RESET;
	if (!strcmp(text, "failed") || !strcmp(text, "abandoned"))
		return COLOR_RED;
	return !strcmp(text, "completed") ? COLOR_GREEN : COLOR_RESET;
}

static void print_table(struct output *output, const struct report *report,
			enum report_table_kind kind)
{
	struct report_table from;
	struct table table;
	size_t rows;

	report_table_make(&from, report, kind);
	rows = from.cells.nr / from.columns;
	table = (struct table)TABLE_INIT(from.columns);
	for (size_t i = 0; rows && i < from.columns; i++)
		table_cell(&table, COLOR_DIM, from.heads[i]);
	for (size_t i = 0; i < from.cells.nr; i++)
		table_cell(&table,
			   color_of(&from, i / from.columns, i % from.columns),
			   from.cells.items[i]);
	if (rows)
		print_heading(output, from.title);
	table_print(&table, output);
	table_release(&table);
	strlist_release(&from.cells);
}

static void print_advice(struct output *output, const struct report *report)
{
	struct buf text = BUF_INIT;

	if (!report->nr_advice)
		return;
	print_heading(output, "Recommendations");
	for (size_t i = 0; i < report->nr_advice; i++) {
		const struct report_advice *advice = &report->advice[i];

		buf_reset(&text);
		text_printable(&text, advice->text);
		output_print(output, "  - %s\n", text.ptr);
		if (!advice->command)
			continue;
		buf_reset(&text);
		text_printable(&text, advice->command);
		output_print(output, "      %s%s%s\n",
			     output_color(output, COLOR_CYAN), text.ptr,
			     output_color(output, COLOR_RESET));
	}
	buf_release(&text);
}

void reported_text(struct output *output, const struct report *report,
		   bool detailed)
{
	struct buf title = BUF_INIT, words = BUF_INIT;

	buf_addf(&words, "Report of %s, ", report->repository);
	report_period_words(report, &words);
	text_printable(&title, words.ptr);
	output_print(output, "%s%s%s\n\n", output_color(output, COLOR_BOLD),
		     title.ptr, output_color(output, COLOR_RESET));
	print_figures(output, report);
	print_table(output, report, REPORT_SESSIONS);
	print_table(output, report,
		    detailed ? REPORT_TASKS_DETAILED : REPORT_TASKS);
	print_table(output, report, REPORT_TYPES);
	if (detailed)
		print_table(output, report, REPORT_CHECKPOINTS);
	print_advice(output, report);
	buf_release(&title);
	buf_release(&words);
}
