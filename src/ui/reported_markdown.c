#include "ui/reported.h"

#include "base/text.h"
#include "ui/report_table.h"

/*
 * Text as text: what Markdown (CommonMark, and GitHub's tables) or HTML in it
 * would take for something else is escaped.
 */
static void add_escaped(struct buf *out, const char *text)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, text);
	for (const char *at = printable.ptr; *at; at++) {
		if (*at == '<')
			buf_addstr(out, "&lt;");
		else if (*at == '&')
			buf_addstr(out, "&amp;");
		else if (strchr("\\`*_[]#|~@", *at))
			buf_addf(out, "\\%c", *at);
		else
			buf_addch(out, *at);
	}
	buf_release(&printable);
}

static void add_figures(struct buf *out, const struct report *report)
{
	struct strlist figures = STRLIST_INIT;

	report_figures(report, &figures);
	buf_addstr(out, "|  |  |\n| --- | --- |\n");
	for (size_t i = 0; i + 1 < figures.nr; i += 2) {
		buf_addf(out, "| **%s** | ", figures.items[i]);
		add_escaped(out, figures.items[i + 1]);
		buf_addstr(out, " |\n");
	}
	strlist_release(&figures);
}

static void add_table(struct buf *out, const struct report *report,
		      enum report_table_kind kind)
{
	struct report_table table;

	report_table_make(&table, report, kind);
	if (table.cells.nr) {
		buf_addf(out, "\n## %s\n\n|", table.title);
		for (size_t i = 0; i < table.columns; i++)
			buf_addf(out, " %s |", table.heads[i]);
		buf_addstr(out, "\n|");
		for (size_t i = 0; i < table.columns; i++)
			buf_addstr(out,
				   table.numbers[i] ? " ---: |" : " --- |");
	}
	for (size_t i = 0; i < table.cells.nr; i++) {
		buf_addstr(out, i % table.columns ? " " : "\n| ");
		add_escaped(out, table.cells.items[i]);
		buf_addstr(out, " |");
	}
	if (table.cells.nr)
		buf_addch(out, '\n');
	strlist_release(&table.cells);
}

/* A code span, which no back-tick in it can end. */
static void add_code(struct buf *out, const char *text)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, text);
	if (strchr(printable.ptr, '`'))
		add_escaped(out, printable.ptr);
	else
		buf_addf(out, "`%s`", printable.ptr);
	buf_release(&printable);
}

static void add_advice(struct buf *out, const struct report *report)
{
	if (report->nr_advice)
		buf_addstr(out, "\n## Recommendations\n\n");
	for (size_t i = 0; i < report->nr_advice; i++) {
		buf_addstr(out, "- ");
		add_escaped(out, report->advice[i].text);
		if (report->advice[i].command) {
			buf_addstr(out, " - ");
			add_code(out, report->advice[i].command);
		}
		buf_addch(out, '\n');
	}
}

void reported_markdown(struct buf *out, const struct report *report,
		       bool detailed)
{
	struct buf words = BUF_INIT;

	buf_addf(&words, "Report of %s, ", report->repository);
	report_period_words(report, &words);
	buf_addstr(out, "# ");
	add_escaped(out, words.ptr);
	buf_addstr(out, "\n\n");
	add_figures(out, report);
	add_table(out, report, REPORT_SESSIONS);
	add_table(out, report, detailed ? REPORT_TASKS_DETAILED : REPORT_TASKS);
	add_table(out, report, REPORT_TYPES);
	if (detailed)
		add_table(out, report, REPORT_CHECKPOINTS);
	add_advice(out, report);
	buf_release(&words);
}
