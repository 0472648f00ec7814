#include "ui/report_plot.h"

#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* More words than this do not fit beside each other on a telephone. */
#define MOST_TICKS 5

/* -- text ---------------------------------------------------------------- */

/* XML has no place for U+FFFE and U+FFFF. */
static bool is_noncharacter(const char *s)
{
	return !strncmp(s, "\xef\xbf\xbe", 3) || !strncmp(s, "\xef\xbf\xbf", 3);
}

void html_add(struct buf *out, const char *text)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, text);
	for (const char *at = printable.ptr; *at; at++) {
		switch (*at) {
		case '<':
			buf_addstr(out, "&lt;");
			break;
		case '>':
			buf_addstr(out, "&gt;");
			break;
		case '&':
			buf_addstr(out, "&amp;");
			break;
		case '"':
			buf_addstr(out, "&quot;");
			break;
		case '\'':
			buf_addstr(out, "&#39;");
			break;
		default:
			if (is_noncharacter(at)) {
				buf_addstr(out, "\xef\xbf\xbd");
				at += 2;
			} else {
				buf_addch(out, *at);
			}
		}
	}
	buf_release(&printable);
}

void html_add_clipped(struct buf *out, const char *text, size_t columns)
{
	struct buf printable = BUF_INIT, clipped = BUF_INIT;

	text_printable(&printable, text);
	text_clip(&clipped, printable.ptr, columns);
	html_add(out, clipped.ptr);
	buf_release(&printable);
	buf_release(&clipped);
}

/* -- frames -------------------------------------------------------------- */

void plot_begin(struct buf *out, int height, const char *label)
{
	buf_addf(out,
		 "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" "
		 "width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"",
		 height);
	html_add(out, label);
	buf_addstr(out, "\">\n");
}

void plot_end(struct buf *out)
{
	buf_addstr(out, "</svg>\n");
}

/* -- the axis of time ---------------------------------------------------- */

void plot_axis_set(struct plot_axis *axis, int64_t from, int64_t to)
{
	int64_t around = (to - from) / 40;

	if (around < SECOND)
		around = SECOND;
	axis->from = from - around;
	axis->to = to + around;
}

double plot_percent(const struct plot_axis *axis, int64_t ms)
{
	double percent = (double)(ms - axis->from) * 100 /
			 (double)(axis->to - axis->from);

	return percent < 0 ? 0 : percent > 100 ? 100 : percent;
}

static int64_t step_of(const struct plot_axis *axis)
{
	static const int64_t steps[] = {
		SECOND,	    5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE,
		2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
		HOUR,	    2 * HOUR,	3 * HOUR,    6 * HOUR,	  12 * HOUR,
		DAY,	    2 * DAY,	7 * DAY,     14 * DAY,	  30 * DAY,
		60 * DAY,   90 * DAY,	180 * DAY,   365 * DAY,	  730 * DAY,
		3650 * DAY};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if ((axis->to - axis->from) / steps[i] < MOST_TICKS)
			return steps[i];
	return axis->to - axis->from;
}

static int64_t zone_offset(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	return localtime_r(&seconds, &tm) ? tm.tm_gmtoff * SECOND : 0;
}

static void tick_words(struct buf *out, int64_t ms, int64_t step)
{
	const char *form = step < MINUTE      ? "%H:%M:%S"
			   : step < DAY	      ? "%H:%M"
			   : step < 300 * DAY ? "%e %b"
					      : "%Y";
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (!localtime_r(&seconds, &tm))
		return;
	/* Midnight between hours is the day that begins. */
	if (step >= MINUTE && step < DAY && !tm.tm_hour && !tm.tm_min)
		form = "%e %b";
	if (strftime(text, sizeof(text), form, &tm))
		buf_addstr(out, *text == ' ' ? text + 1 : text);
}

static void add_tick(struct buf *out, double percent, int height,
		     const char *words)
{
	/* Words stay inside. */
	const char *anchor = percent < 6    ? "start"
			     : percent > 94 ? "end"
					    : "middle";

	buf_addf(out,
		 "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
		 "y1=\"0\" y2=\"%d\"/><text class=\"tick\" "
		 "x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
		 percent, percent, height, percent, height + 18, anchor, words);
}

static void add_ticks(struct buf *out, const struct plot_axis *axis, int height,
		      bool elapsed)
{
	int64_t step = step_of(axis);
	int64_t offset = elapsed ? 0 : zone_offset(axis->from);
	int64_t at = axis->from + offset;
	struct buf words = BUF_INIT;

	at = (at / step + (at % step > 0)) * step - offset;
	for (; at <= axis->to; at += step) {
		buf_reset(&words);
		if (elapsed && at)
			clock_duration(&words, at);
		else if (elapsed)
			buf_addstr(&words, "start");
		else
			tick_words(&words, at, step);
		add_tick(out, plot_percent(axis, at), height, words.ptr);
	}
	buf_addf(out,
		 "<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d\" "
		 "y2=\"%d\"/>\n",
		 height, height);
	buf_release(&words);
}

void plot_add_axis(struct buf *out, const struct plot_axis *axis, int height)
{
	add_ticks(out, axis, height, false);
}

void plot_add_elapsed_axis(struct buf *out, const struct plot_axis *axis,
			   int height)
{
	add_ticks(out, axis, height, true);
}

/* -- colours and marks --------------------------------------------------- */

struct mark {
	const char *kind;
	const char *words;
	const char *shape; /* around 0,0 */
};

static const struct mark marks[] = {
	{"done", "something completed", "M0-6a6 6 0 1 0 .01 0z"},
	{"auto", "interval", "M0-3.5a3.5 3.5 0 1 0 .01 0z"},
	{"manual", "by hand", "M0-6.5 6.5 0 0 6.5-6.5 0z"},
	{"risk", "before something risky", "M-5-5h10v10h-10z"},
	{"trouble", "error or interruption",
	 "M-6-4-4-6 0-2 4-6 6-4 2 0 6 4 4 6 0 2-4 6-6 4-2 0z"},
	{"edge", "start or end of a session", "M-1.5-8h3v16h-3z"},
	{"safety", "before a restore", "M0-6 6 5h-12z"},
};

const char *plot_type_class(enum checkpoint_type type)
{
	switch (type) {
	case TYPE_TASK_COMPLETE:
	case TYPE_PHASE_COMPLETE:
	case TYPE_SUBTASK_COMPLETE:
	case TYPE_SPRINT_COMPLETE:
		return "done";
	case TYPE_AUTO:
		return "auto";
	case TYPE_BEFORE_RISKY_OPERATION:
		return "risk";
	case TYPE_ERROR_RECOVERY:
	case TYPE_INTERRUPTED:
		return "trouble";
	case TYPE_SESSION_START:
	case TYPE_SESSION_END:
		return "edge";
	case TYPE_PRE_RESTORE:
		return "safety";
	case TYPE_MANUAL:
	case TYPE_UNKNOWN:
		break;
	}
	return "manual";
}

const char *plot_status_class(enum task_status status)
{
	switch (status) {
	case TASK_COMPLETED:
		return "done";
	case TASK_FAILED:
		return "trouble";
	case TASK_IN_PROGRESS:
		return "manual";
	case TASK_SKIPPED:
	case TASK_PENDING:
		break;
	}
	return "auto";
}

static const char *shape_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (!strcmp(marks[i].kind, kind))
			return marks[i].shape;
	return marks[0].shape;
}

/* An inner svg is what takes a percentage and still draws in pixels. */
void plot_add_mark(struct buf *out, const char *kind, double percent, int y,
		   const char *title)
{
	buf_addf(out,
		 "<svg class=\"mark\" x=\"%.2f%%\" y=\"%d\" width=\"1\" "
		 "height=\"1\"><path class=\"%s\" d=\"%s\"><title>",
		 percent, y, kind, shape_of(kind));
	html_add(out, title);
	buf_addstr(out, "</title></path></svg>\n");
}

static bool report_has(const struct report *report, size_t session,
		       const char *kind)
{
	for (size_t i = 0; i < report->nr_checkpoints; i++) {
		const struct report_checkpoint *item = &report->checkpoints[i];

		if ((session == PLOT_EVERY_SESSION ||
		     item->session == session) &&
		    !strcmp(plot_type_class(item->type), kind))
			return true;
	}
	return false;
}

void plot_add_legend(struct buf *out, const struct report *report,
		     size_t session)
{
	buf_addstr(out, "<ul class=\"legend\">");
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!report_has(report, session, marks[i].kind))
			continue;
		buf_addf(out,
			 "<li><svg xmlns=\"http://www.w3.org/2000/svg\" "
			 "width=\"16\" height=\"16\" viewBox=\"-8 -8 16 16\" "
			 "aria-hidden=\"true\"><path class=\"%s\" d=\"%s\"/>"
			 "</svg>%s</li>",
			 marks[i].kind, marks[i].shape, marks[i].words);
	}
	buf_addstr(out, "</ul>\n");
}
