#include "ui/reported.h"

#include "base/version.h"
#include "core/record/json.h"
#include "ui/report_plot.h"
#include "ui/report_style.h"
#include "ui/report_table.h"

/* -- the figures on top -------------------------------------------------- */

static void begin_tile(struct buf *out, const char *label)
{
	buf_addf(out, "<div class=\"tile\"><dt>%s</dt><dd>", label);
}

/* What is small in a tile, and its end. */
static void end_tile(struct buf *out, const char *small)
{
	if (small && *small) {
		buf_addstr(out, "<small>");
		html_add(out, small);
		buf_addstr(out, "</small>");
	}
	buf_addstr(out, "</dd></div>\n");
}

static void add_meter(struct buf *out, const char *kind, double share)
{
	buf_addf(out,
		 "<span class=\"meter\"><svg "
		 "xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" "
		 "height=\"6\" aria-hidden=\"true\"><rect class=\"%s\" "
		 "width=\"%.1f%%\" height=\"6\" rx=\"3\"/></svg></span>",
		 kind, share * 100);
}

static void add_task_tiles(struct buf *out, const struct report *report)
{
	double ratio = report_success_ratio(report->total);
	struct buf small = BUF_INIT;
	size_t total = 0;

	for (size_t i = 0; i < REPORT_STATUS_NR; i++)
		total += report->total[i];
	if (!total)
		return;
	begin_tile(out, "Tasks done");
	buf_addf(out, "%zu of %zu", report->total[TASK_COMPLETED], total);
	add_meter(out, "done",
		  (double)report->total[TASK_COMPLETED] / (double)total);
	end_tile(out, NULL);
	if (ratio >= 0) {
		begin_tile(out, "Success");
		report_ratio(out, ratio);
		buf_addf(&small, "%zu failed, %zu skipped",
			 report->total[TASK_FAILED],
			 report->total[TASK_SKIPPED]);
		end_tile(out, small.ptr);
	}
	if (report->median_ms != RECORD_UNKNOWN) {
		begin_tile(out, "Median task");
		report_duration(out, report->median_ms);
		end_tile(out, NULL);
	}
	buf_release(&small);
}

/* "976k": what counts is the order of it. */
static void add_token_sum(struct buf *out, const struct json *tokens)
{
	double sum = 0;
	int64_t count;

	JSON_FOR_EACH (kind, tokens)
		if (json_as_int(kind, &count) && count > 0)
			sum += (double)count;
	if (sum < 10000)
		buf_addf(out, "%.0f", sum);
	else if (sum < 1e6)
		buf_addf(out, "%.0fk", sum / 1e3);
	else
		buf_addf(out, "%.1fM", sum / 1e6);
}

static void add_cost_tiles(struct buf *out, const struct report *report)
{
	struct buf small = BUF_INIT;

	if (report->execution_time_ms != RECORD_UNKNOWN) {
		begin_tile(out, "Time");
		report_duration(out, report->execution_time_ms);
		buf_addf(&small, "in %zu session%s", report->nr_sessions,
			 report->nr_sessions == 1 ? "" : "s");
		end_tile(out, small.ptr);
		buf_reset(&small);
	}
	begin_tile(out, "Checkpoints");
	buf_addf(out, "%zu", report->nr_checkpoints);
	if (report->unreadable)
		buf_addf(&small, "and %zu that cannot be read",
			 report->unreadable);
	end_tile(out, small.ptr);
	buf_reset(&small);
	if (report->bytes_added != RECORD_UNKNOWN) {
		begin_tile(out, "Storage");
		report_size(out, report->bytes_added);
		end_tile(out, "added to the repository");
	}
	if (report->memory_peak_kb > 0) {
		begin_tile(out, "Peak memory");
		report_size(out, report->memory_peak_kb * 1024);
		end_tile(out, NULL);
	}
	report_tokens(&small, report->tokens);
	if (small.len) {
		begin_tile(out, "Tokens");
		add_token_sum(out, report->tokens);
		end_tile(out, small.ptr);
	}
	buf_release(&small);
}

/* -- sections ------------------------------------------------------------ */

static void begin_section(struct buf *out, const char *kind, const char *title)
{
	buf_addf(out, "<section class=\"%s\">\n<h2>%s</h2>\n", kind, title);
}

/* A section around a plot; none where the plot is empty. */
static void add_plot(struct buf *out, const struct report *report,
		     const char *title,
		     void (*plot)(struct buf *, const struct report *))
{
	struct buf inside = BUF_INIT;

	plot(&inside, report);
	if (inside.len) {
		begin_section(out, "figure", title);
		buf_addstr(out, inside.ptr);
		buf_addstr(out, "</section>\n");
	}
	buf_release(&inside);
}

static void add_advice(struct buf *out, const struct report *report)
{
	if (!report->nr_advice)
		return;
	begin_section(out, "advice", "Recommendations");
	buf_addstr(out, "<ul>\n");
	for (size_t i = 0; i < report->nr_advice; i++) {
		buf_addstr(out, "<li>");
		html_add(out, report->advice[i].text);
		if (report->advice[i].command) {
			buf_addstr(out, "<br/><code>");
			html_add(out, report->advice[i].command);
			buf_addstr(out, "</code>");
		}
		buf_addstr(out, "</li>\n");
	}
	buf_addstr(out, "</ul>\n</section>\n");
}

/* -- tables -------------------------------------------------------------- */

/* The colour beside a status or a type; NULL: none. */
static const char *dot_of(const char *head, const char *text)
{
	enum task_status status;
	enum checkpoint_type type = checkpoint_type_parse(text);

	if (!strcmp(head, "Type") && type != TYPE_UNKNOWN)
		return plot_type_class(type);
	if (strcmp(head, "Status"))
		return NULL;
	if (task_status_parse(text, &status))
		return plot_status_class(status);
	if (!strcmp(text, "active"))
		return "manual";
	if (!strcmp(text, "interrupted"))
		return "trouble";
	return !strcmp(text, "ended") ? "done" : "auto";
}

static void add_cell(struct buf *out, const struct report_table *table,
		     size_t column, const char *text)
{
	const char *dot = dot_of(table->heads[column], text);
	bool last = column + 1 == table->columns;

	buf_addf(out, "<td class=\"%s\">",
		 !column		  ? "name"
		 : table->numbers[column] ? "number"
		 : last			  ? "wide"
					  : "text");
	if (dot)
		buf_addf(out, "<span class=\"is\"><i class=\"%s\"></i>", dot);
	html_add(out, text);
	buf_addstr(out, dot ? "</span></td>" : "</td>");
}

static void add_table(struct buf *out, const struct report *report,
		      enum report_table_kind kind)
{
	struct report_table table;

	report_table_make(&table, report, kind);
	if (table.cells.nr) {
		begin_section(out, "table", table.title);
		buf_addstr(out, "<div class=\"scroll\"><table>\n<thead><tr>");
		for (size_t i = 0; i < table.columns; i++)
			buf_addf(out, "<th class=\"%s\">%s</th>",
				 table.numbers[i] ? "number" : "text",
				 table.heads[i]);
		buf_addstr(out, "</tr></thead>\n<tbody>\n<tr>");
	}
	for (size_t i = 0; i < table.cells.nr; i++) {
		if (i && !(i % table.columns))
			buf_addstr(out, "</tr>\n<tr>");
		add_cell(out, &table, i % table.columns, table.cells.items[i]);
	}
	if (table.cells.nr)
		buf_addstr(out, "</tr>\n</tbody></table></div>\n</section>\n");
	strlist_release(&table.cells);
}

/* -- the page ------------------------------------------------------------ */

static void begin_page(struct buf *out, const struct report *report)
{
	struct buf words = BUF_INIT;

	buf_addstr(out,
		   "<!DOCTYPE html>\n"
		   "<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
		   "<head>\n<meta charset=\"utf-8\"/>\n"
		   "<meta name=\"viewport\" content=\"width=device-width, "
		   "initial-scale=1\"/>\n"
		   "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		   "<title>");
	html_add(out, report->repository);
	buf_addf(out,
		 " - checkpoints</title>\n<style>\n%s</style>\n</head>\n"
		 "<body>\n<main>\n<header>\n<h1>",
		 report_style);
	html_add(out, report->repository);
	buf_addstr(out, "</h1>\n<p class=\"note\">Report of git checkpoint, ");
	report_period_words(report, &words);
	buf_addstr(&words, ", made ");
	report_time(&words, report->now_ms);
	html_add(out, words.ptr);
	buf_addstr(out, "</p>\n</header>\n");
	buf_release(&words);
}

void reported_html(struct buf *out, const struct report *report, bool detailed)
{
	begin_page(out, report);
	buf_addstr(out, "<dl class=\"tiles\">\n");
	add_task_tiles(out, report);
	add_cost_tiles(out, report);
	buf_addstr(out, "</dl>\n");
	add_advice(out, report);
	add_plot(out, report, "Timeline", plot_timeline);
	add_plot(out, report, "Tasks along time", plot_tasks);
	buf_addstr(out, "<div class=\"pair\">\n");
	add_plot(out, report, "Tasks done over time", plot_progress);
	add_plot(out, report, "How long tasks took", plot_durations);
	add_plot(out, report, "Storage over time", plot_storage);
	add_plot(out, report, "Checkpoints by type", plot_types);
	buf_addstr(out, "</div>\n");
	add_table(out, report, REPORT_SESSIONS);
	add_table(out, report, detailed ? REPORT_TASKS_DETAILED : REPORT_TASKS);
	if (detailed)
		add_table(out, report, REPORT_CHECKPOINTS);
	buf_addf(out,
		 "<footer>git-checkpoint %s</footer>\n</main>\n</body>\n"
		 "</html>\n",
		 CHECKPOINT_VERSION);
}
