/*
 * The plots of a report, as SVG inside an HTML page.
 *
 * Places along x are percentages of the width and all else is in pixels, so a
 * plot fills a telephone and a wide screen alike, with letters of one size. The
 * colours are classes of the page's style.
 */
#ifndef UI_REPORT_PLOT_H
#define UI_REPORT_PLOT_H

#include "base/buf.h"
#include "core/work/report.h"

/* A stretch of time from the left to the right. */
struct plot_axis {
	int64_t from, to; /* from < to */
};

/* Some time around what is from `from` to `to`. */
void plot_axis_set(struct plot_axis *axis, int64_t from, int64_t to);
double plot_percent(const struct plot_axis *axis, int64_t ms);
/* Append the lines and words of the axis, for a plot of that height. */
void plot_add_axis(struct buf *out, const struct plot_axis *axis, int height);
/* The same for time from 0 on: "1h", "2h". */
void plot_add_elapsed_axis(struct buf *out, const struct plot_axis *axis,
			   int height);
/* The height of the words below. */
#define PLOT_AXIS_HEIGHT 26

void plot_begin(struct buf *out, int height, const char *label);
void plot_end(struct buf *out);

/* Append text so that it is text in HTML and in XML. */
void html_add(struct buf *out, const char *text);
/* The same, at most so many columns of it. */
void html_add_clipped(struct buf *out, const char *text, size_t columns);

/* Append a plot with its legend; nothing where there is nothing to show. */
void plot_timeline(struct buf *out, const struct report *report);
void plot_tasks(struct buf *out, const struct report *report);
void plot_progress(struct buf *out, const struct report *report);
void plot_durations(struct buf *out, const struct report *report);
void plot_storage(struct buf *out, const struct report *report);
void plot_types(struct buf *out, const struct report *report);

/* The name of the colour of a type, and of a task's status. */
const char *plot_type_class(enum checkpoint_type type);
const char *plot_status_class(enum task_status status);

/* Append a mark for a checkpoint of this class at a place. */
void plot_add_mark(struct buf *out, const char *kind, double percent, int y,
		   const char *title);
/* Append the legend of the classes of checkpoints that the report has. */
void plot_add_legend(struct buf *out, const struct report *report,
		     size_t session);
#define PLOT_EVERY_SESSION SIZE_MAX

#endif
