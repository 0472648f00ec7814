#include "ui/report_plot.h"

#include "base/alloc.h"
#include "ui/report_table.h"

/* What a curve is drawn in; it is stretched to the width of the page. */
#define WIDTH 1000
#define HEIGHT 170
/* Room above for the words of the uppermost line. */
#define TOP 16

struct curve_point {
	int64_t ms;
	double value;
};

/* A sum that grows with time, oldest first. */
struct curve {
	struct curve_point *points;
	size_t nr, alloc;
	double sum;
};

static void curve_add(struct curve *curve, int64_t ms, double more)
{
	curve->sum += more;
	ARRAY_GROW(curve->points, curve->nr, curve->alloc);
	curve->points[curve->nr++] = (struct curve_point){ms, curve->sum};
}

static double y_of(double value, double top)
{
	return HEIGHT - value * (HEIGHT - TOP) / top;
}

/* The line: level until the sum grows. `area`: closed at the bottom. */
static void add_path(struct buf *out, const struct curve *curve,
		     const struct plot_axis *axis, double top, bool area,
		     const char *kind)
{
	double start, y = HEIGHT;

	if (!curve->nr)
		return;
	start = plot_percent(axis, curve->points[0].ms) * WIDTH / 100;
	buf_addf(out,
		 "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" "
		 "d=\"M%.1f %d",
		 kind, start, HEIGHT);
	for (size_t i = 0; i < curve->nr; i++) {
		const struct curve_point *point = &curve->points[i];

		y = y_of(point->value, top);
		buf_addf(out, "H%.1fV%.1f",
			 plot_percent(axis, point->ms) * WIDTH / 100, y);
	}
	buf_addf(out, "H%d", WIDTH);
	if (area)
		buf_addf(out, "V%dZ", HEIGHT);
	buf_addstr(out, "\"/>\n");
}

/* -- the scale upwards --------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, of bytes in KiB, MiB and so on: at most four
 * times up to `most`. */
static double step_up(double most, bool bytes)
{
	static const double digits[] = {1, 2, 5};
	double unit = 1, decade = 1;

	while (bytes && unit * 1024 * 2 <= most)
		unit *= 1024;
	for (;; decade *= 10)
		for (size_t i = 0; i < ARRAY_SIZE(digits); i++)
			if (digits[i] * decade * unit * 4 >= most)
				return digits[i] * decade * unit;
}

static void add_scale(struct buf *out, double most, double step, bool bytes)
{
	struct buf words = BUF_INIT;

	for (double value = step; value <= most; value += step) {
		double y = y_of(value, most);

		buf_reset(&words);
		if (bytes)
			report_size(&words, (int64_t)value);
		else
			buf_addf(&words, "%.0f", value);
		buf_addf(
			out,
			"<line class=\"grid\" x1=\"0\" x2=\"100%%\" "
			"y1=\"%.1f\" y2=\"%.1f\"/><text class=\"tick\" x=\"0\" "
			"y=\"%.1f\">%s</text>\n",
			y, y, y - 4, words.ptr);
	}
	buf_release(&words);
}

static void begin_curves(struct buf *out, const struct plot_axis *axis,
			 double *top, bool bytes, const char *label)
{
	double step = step_up(*top, bytes);

	*top = (double)(uint64_t)((*top + step - 1e-9) / step) * step;
	plot_begin(out, HEIGHT + PLOT_AXIS_HEIGHT, label);
	plot_add_axis(out, axis, HEIGHT);
	add_scale(out, *top, step, bytes);
	buf_addf(out,
		 "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		 "preserveAspectRatio=\"none\">\n",
		 HEIGHT, WIDTH, HEIGHT);
}

/* -- tasks --------------------------------------------------------------- */

static int by_end(const void *one, const void *other)
{
	const struct report_task *const *a = one, *const *b = other;

	return ((*a)->ended_ms > (*b)->ended_ms) -
	       ((*a)->ended_ms < (*b)->ended_ms);
}

/* Those that were completed or failed, as they did; the caller must free(). */
static const struct report_task **ended_tasks(const struct report *report,
					      size_t *nr)
{
	const struct report_task **ended =
		xcalloc(report->nr_tasks + 1, sizeof(*ended));

	*nr = 0;
	for (size_t i = 0; i < report->nr_tasks; i++) {
		const struct report_task *task = &report->tasks[i];

		if (task->ended_ms != RECORD_UNKNOWN &&
		    task->status != TASK_SKIPPED)
			ended[(*nr)++] = task;
	}
	qsort(ended, *nr, sizeof(*ended), by_end);
	return ended;
}

static void draw_progress(struct buf *out, const struct plot_axis *axis,
			  const struct curve *done, const struct curve *failed)
{
	double top = done->sum > failed->sum ? done->sum : failed->sum;

	begin_curves(out, axis, &top, false,
		     "Tasks completed and failed, over time");
	add_path(out, done, axis, top, true, "area done");
	add_path(out, done, axis, top, false, "curve done");
	add_path(out, failed, axis, top, false, "curve trouble");
	buf_addstr(out, "</svg>\n");
	plot_end(out);
	buf_addf(out,
		 "<ul class=\"legend\"><li><i class=\"done\"></i>%.0f "
		 "completed</li>",
		 done->sum);
	if (failed->nr)
		buf_addf(out, "<li><i class=\"trouble\"></i>%.0f failed</li>",
			 failed->sum);
	buf_addstr(out, "</ul>\n");
}

void plot_progress(struct buf *out, const struct report *report)
{
	struct curve done = {0}, failed = {0};
	const struct report_task **ended;
	struct plot_axis axis;
	int64_t from;
	size_t nr;

	ended = ended_tasks(report, &nr);
	if (nr) {
		from = ended[0]->started_ms != RECORD_UNKNOWN
			       ? ended[0]->started_ms
			       : ended[0]->ended_ms;
		if (from < report->from_ms)
			from = report->from_ms;
		plot_axis_set(&axis, from, ended[nr - 1]->ended_ms);
		curve_add(&done, from, 0);
		for (size_t i = 0; i < nr; i++)
			curve_add(ended[i]->status == TASK_FAILED ? &failed
								  : &done,
				  ended[i]->ended_ms, 1);
		draw_progress(out, &axis, &done, &failed);
	}
	free(ended);
	free(done.points);
	free(failed.points);
}

/* -- storage ------------------------------------------------------------- */

void plot_storage(struct buf *out, const struct report *report)
{
	size_t nr = report->nr_checkpoints;
	struct curve bytes = {0};
	struct plot_axis axis;
	double top;

	for (size_t i = 0; i < nr; i++)
		if (report->checkpoints[i].bytes_added > 0)
			curve_add(&bytes, report->checkpoints[i].time_ms,
				  (double)report->checkpoints[i].bytes_added);
	if (bytes.nr) {
		plot_axis_set(&axis, report->checkpoints[0].time_ms,
			      report->checkpoints[nr - 1].time_ms);
		top = bytes.sum;
		begin_curves(out, &axis, &top, true,
			     "Bytes that checkpoints have added, over time");
		add_path(out, &bytes, &axis, top, true, "area manual");
		add_path(out, &bytes, &axis, top, false, "curve manual");
		buf_addstr(out, "</svg>\n");
		plot_end(out);
	}
	free(bytes.points);
}
