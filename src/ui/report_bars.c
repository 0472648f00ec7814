#include "ui/report_plot.h"

#include "base/alloc.h"
#include "ui/report_table.h"

#define ROW 34
/* The longest ones. */
#define MOST_BARS 15
#define LABEL_COLUMNS 34

/* Words on the left and right, and a bar below. */
static void add_bar(struct buf *out, int y, const char *kind, const char *label,
		    const char *value, double percent)
{
	buf_addf(out, "<text class=\"label\" x=\"0\" y=\"%d\">", y + 13);
	html_add_clipped(out, label, LABEL_COLUMNS);
	buf_addf(out,
		 "</text><text class=\"value\" x=\"100%%\" y=\"%d\" "
		 "text-anchor=\"end\">",
		 y + 13);
	html_add(out, value);
	buf_addf(out,
		 "</text><rect class=\"track\" x=\"0\" y=\"%d\" "
		 "width=\"100%%\" height=\"8\" rx=\"4\"/><rect class=\"%s\" "
		 "x=\"0\" y=\"%d\" width=\"%.2f%%\" height=\"8\" rx=\"4\"/>\n",
		 y + 19, kind, y + 19, percent < 0.8 ? 0.8 : percent);
}

/* -- how long tasks took ------------------------------------------------- */

static int longest_first(const void *one, const void *other)
{
	const struct report_task *const *a = one, *const *b = other;

	return ((*a)->duration_ms < (*b)->duration_ms) -
	       ((*a)->duration_ms > (*b)->duration_ms);
}

/* A line through the bars, not through the words above them. */
static void add_median(struct buf *out, const struct report *report, int nr,
		       double most)
{
	double percent = (double)report->median_ms * 100 / most;
	const char *anchor = percent < 15   ? "start"
			     : percent > 85 ? "end"
					    : "middle";
	struct buf value = BUF_INIT;

	for (int i = 0; i < nr; i++)
		buf_addf(out,
			 "<line class=\"median\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
			 "y1=\"%d\" y2=\"%d\"/>",
			 percent, percent, i * ROW + 16, i * ROW + 30);
	report_duration(&value, report->median_ms);
	buf_addf(out,
		 "<text class=\"tick\" x=\"%.2f%%\" y=\"%d\" "
		 "text-anchor=\"%s\">median %s</text>\n",
		 percent, nr * ROW + 14, anchor, value.ptr);
	buf_release(&value);
}

static void draw_durations(struct buf *out, const struct report *report,
			   const struct report_task **timed, size_t nr)
{
	double most = (double)timed[0]->duration_ms;
	int height = (int)nr * ROW;
	struct buf value = BUF_INIT;

	plot_begin(out, height + PLOT_AXIS_HEIGHT, "How long tasks took");
	for (size_t i = 0; i < nr; i++) {
		const struct report_task *task = timed[i];

		buf_reset(&value);
		report_duration(&value, task->duration_ms);
		add_bar(out, (int)i * ROW, plot_status_class(task->status),
			task->description ? task->description : task->id,
			value.ptr, (double)task->duration_ms * 100 / most);
	}
	if (report->median_ms > 0)
		add_median(out, report, (int)nr, most);
	plot_end(out);
	buf_release(&value);
}

void plot_durations(struct buf *out, const struct report *report)
{
	const struct report_task **timed =
		xcalloc(report->nr_tasks + 1, sizeof(*timed));
	size_t nr = 0;

	for (size_t i = 0; i < report->nr_tasks; i++)
		if (report->tasks[i].duration_ms > 0)
			timed[nr++] = &report->tasks[i];
	qsort(timed, nr, sizeof(*timed), longest_first);
	if (nr)
		draw_durations(out, report, timed,
			       nr < MOST_BARS ? nr : MOST_BARS);
	if (nr > MOST_BARS)
		buf_addf(out,
			 "<p class=\"note\">The longest %d of %zu tasks.</p>\n",
			 MOST_BARS, nr);
	free(timed);
}

/* -- checkpoints by type ------------------------------------------------- */

void plot_types(struct buf *out, const struct report *report)
{
	struct buf value = BUF_INIT;
	size_t most = 0, kinds = 0;
	int y = 0;

	for (size_t i = 0; i < TYPE_NR; i++) {
		kinds += report->by_type[i].count > 0;
		if (report->by_type[i].count > most)
			most = report->by_type[i].count;
	}
	if (!most)
		return;
	plot_begin(out, (int)kinds * ROW, "Checkpoints by type");
	for (size_t i = 0; i < TYPE_NR; i++) {
		const struct report_by_type *item = &report->by_type[i];
		enum checkpoint_type type = (enum checkpoint_type)i;
		const char *name = checkpoint_type_name(type);

		if (!item->count)
			continue;
		buf_reset(&value);
		buf_addf(&value, "%zu", item->count);
		if (item->bytes_added != RECORD_UNKNOWN) {
			buf_addstr(&value, ", ");
			report_size(&value, item->bytes_added);
		}
		add_bar(out, y, plot_type_class(type), name ? name : "other",
			value.ptr, (double)item->count * 100 / (double)most);
		y += ROW;
	}
	plot_end(out);
	buf_release(&value);
}
