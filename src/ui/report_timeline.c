#include "ui/report_plot.h"

#include "ui/report_table.h"

/* Of so many sessions the newest are drawn, of so many tasks the first. */
#define MOST_SESSIONS 12
#define MOST_TASKS 40
#define LANE 46
#define ROW 30
/* Marks nearer than this lie upon each other: one is drawn for all. */
#define MARK_PERCENT 0.5
#define LABEL_COLUMNS 44
#define LANE_COLUMNS 52

/* -- marks --------------------------------------------------------------- */

static void mark_title(struct buf *out, const struct report_checkpoint *item,
		       size_t count)
{
	if (count > 1)
		buf_addf(out, "%zu checkpoints until ", count);
	report_time(out, item->time_ms);
	buf_addf(out, ", %s", item->type_name);
	if (item->description)
		buf_addf(out, ": %s", item->description);
	buf_addf(out, " (%s)", item->id);
}

static bool is_of(const struct report_checkpoint *item, size_t session,
		  const char *kind)
{
	return item->session == session &&
	       !strcmp(plot_type_class(item->type), kind);
}

/* The last of those that are drawn as one with checkpoint `i`. */
static size_t last_of_heap(const struct report *report, size_t i,
			   const struct plot_axis *axis, size_t *count)
{
	const struct report_checkpoint *first = &report->checkpoints[i];
	const char *kind = plot_type_class(first->type);
	double limit = plot_percent(axis, first->time_ms) + MARK_PERCENT;
	size_t last = i;

	*count = 1;
	for (size_t k = i + 1; k < report->nr_checkpoints; k++) {
		const struct report_checkpoint *item = &report->checkpoints[k];

		if (plot_percent(axis, item->time_ms) > limit)
			break;
		if (is_of(item, first->session, kind)) {
			last = k;
			++*count;
		}
	}
	return last;
}

/* All of one session and class: one class after the other, so that the small
 * ones are not hidden. */
static void add_marks_of(struct buf *out, const struct report *report,
			 const struct plot_axis *axis, size_t session,
			 const char *kind, int y)
{
	struct buf title = BUF_INIT;
	size_t count;

	for (size_t i = 0; i < report->nr_checkpoints; i++) {
		const struct report_checkpoint *item = &report->checkpoints[i];

		if (!is_of(item, session, kind))
			continue;
		i = last_of_heap(report, i, axis, &count);
		buf_reset(&title);
		mark_title(&title, &report->checkpoints[i], count);
		plot_add_mark(out, kind, plot_percent(axis, item->time_ms), y,
			      title.ptr);
	}
	buf_release(&title);
}

static void add_marks(struct buf *out, const struct report *report,
		      const struct plot_axis *axis, size_t session, int y)
{
	static const char *const kinds[] = {"edge", "auto",   "safety", "done",
					    "risk", "manual", "trouble"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		add_marks_of(out, report, axis, session, kinds[i], y);
}

/* -- all sessions -------------------------------------------------------- */

static int64_t session_start(const struct report *report, size_t session)
{
	int64_t ms = report->sessions[session].started_ms;

	return ms < report->from_ms ? report->from_ms : ms;
}

/* How much of a lane's time lies between its first and last checkpoint. */
static int64_t session_span(const struct report *report, size_t session)
{
	return report->sessions[session].last_ms -
	       session_start(report, session);
}

static void lane_words(struct buf *out, const struct report *report,
		       size_t session, bool own)
{
	const struct report_session *item = &report->sessions[session];

	report_time(out, session_start(report, session));
	if (item->sprint)
		buf_addf(out, ", %s", item->sprint);
	buf_addf(out, ", %s",
		 item->status ? item->status : "outside any session");
	buf_addstr(out, ", ");
	report_duration(out, session_span(report, session));
	/* Not of the scale below. */
	if (own)
		buf_addstr(out, " in all");
}

static void add_lane(struct buf *out, const struct report *report,
		     const struct plot_axis *axis, size_t session, bool own,
		     int y)
{
	double from = plot_percent(axis, session_start(report, session));
	double to = plot_percent(axis, report->sessions[session].last_ms);
	struct buf label = BUF_INIT;

	lane_words(&label, report, session, own);
	buf_addf(out, "<text class=\"label\" x=\"0\" y=\"%d\"><title>", y + 13);
	html_add(out, report->sessions[session].id);
	buf_addstr(out, "</title>");
	html_add_clipped(out, label.ptr, LANE_COLUMNS);
	buf_addf(out,
		 "</text><rect class=\"lane\" x=\"%.2f%%\" y=\"%d\" "
		 "width=\"%.2f%%\" height=\"8\" rx=\"4\"/>\n",
		 from, y + 24, to > from ? to - from : 0);
	add_marks(out, report, axis, session, y + 28);
	buf_release(&label);
}

/* What lanes share: the time that there is, or, where sessions are but dots in
 * it, the time from the start of each. */
struct lanes {
	struct plot_axis axis;
	bool elapsed;
	int64_t longest; /* of sessions that were started */
};

static void measure_lanes(struct lanes *lanes, const struct report *report,
			  size_t first)
{
	int64_t from = session_start(report, first);
	int64_t to = report->sessions[first].last_ms, worked = 0;

	*lanes = (struct lanes){.longest = 0};
	for (size_t i = first; i < report->nr_sessions; i++) {
		int64_t span = session_span(report, i);

		if (session_start(report, i) < from)
			from = session_start(report, i);
		if (report->sessions[i].last_ms > to)
			to = report->sessions[i].last_ms;
		worked += span;
		if (report->sessions[i].status && span > lanes->longest)
			lanes->longest = span;
	}
	lanes->elapsed = report->nr_sessions - first > 1 &&
			 worked < (to - from) / 3 && lanes->longest;
	if (lanes->elapsed)
		plot_axis_set(&lanes->axis, 0, lanes->longest);
	else
		plot_axis_set(&lanes->axis, from, to);
}

/* Its own axis, of the length of that of all where it fits. */
static void draw_lane(struct buf *out, const struct report *report,
		      const struct lanes *lanes, size_t session, int y)
{
	int64_t start = session_start(report, session);
	int64_t span = session_span(report, session);
	bool own = lanes->elapsed && span > lanes->longest;
	struct plot_axis axis = lanes->axis;

	if (lanes->elapsed)
		plot_axis_set(&axis, start,
			      start + (own ? span : lanes->longest));
	add_lane(out, report, &axis, session, own, y);
}

void plot_timeline(struct buf *out, const struct report *report)
{
	size_t nr = report->nr_sessions;
	size_t first = nr > MOST_SESSIONS ? nr - MOST_SESSIONS : 0;
	int height = (int)(nr - first) * LANE + 6;
	struct lanes lanes;

	if (!report->nr_checkpoints)
		return;
	measure_lanes(&lanes, report, first);
	plot_begin(out, height + PLOT_AXIS_HEIGHT,
		   "Sessions and their checkpoints along time");
	if (lanes.elapsed)
		plot_add_elapsed_axis(out, &lanes.axis, height);
	else
		plot_add_axis(out, &lanes.axis, height);
	for (size_t i = nr; i-- > first;)
		draw_lane(out, report, &lanes, i, (int)(nr - 1 - i) * LANE);
	plot_end(out);
	plot_add_legend(out, report, PLOT_EVERY_SESSION);
	if (lanes.elapsed)
		buf_addstr(out, "<p class=\"note\">Each from its start.</p>\n");
	if (first)
		buf_addf(out,
			 "<p class=\"note\">The newest %d of %zu sessions.</p>"
			 "\n",
			 MOST_SESSIONS, nr);
}

/* -- the tasks of one ---------------------------------------------------- */

/* The newest session with a task that has begun; SIZE_MAX: none. */
static size_t session_with_tasks(const struct report *report)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < report->nr_tasks; i++) {
		const struct report_task *task = &report->tasks[i];

		if (task->started_ms != RECORD_UNKNOWN &&
		    (found == SIZE_MAX || task->session > found))
			found = task->session;
	}
	return found;
}

static int64_t end_of(const struct report *report,
		      const struct report_task *task)
{
	if (task->ended_ms != RECORD_UNKNOWN)
		return task->ended_ms;
	return report->sessions[task->session].last_ms;
}

static void add_task(struct buf *out, const struct report *report,
		     const struct plot_axis *axis,
		     const struct report_task *task, int y)
{
	double from = plot_percent(axis, task->started_ms);
	double to = plot_percent(axis, end_of(report, task));
	struct buf title = BUF_INIT;

	buf_addf(&title, "%s, %s, ", task->id, task_status_name(task->status));
	report_duration(&title, task->duration_ms);
	if (task->message)
		buf_addf(&title, ": %s", task->message);
	buf_addf(out, "<text class=\"label\" x=\"0\" y=\"%d\">", y + 11);
	html_add_clipped(out, task->description ? task->description : task->id,
			 LABEL_COLUMNS);
	buf_addf(out,
		 "</text><rect class=\"%s\" x=\"%.2f%%\" y=\"%d\" "
		 "width=\"%.2f%%\" height=\"9\" rx=\"3\"><title>",
		 plot_status_class(task->status), from, y + 16,
		 to - from > 0.4 ? to - from : 0.4);
	html_add(out, title.ptr);
	buf_addstr(out, "</title></rect>\n");
	buf_release(&title);
}

static size_t count_tasks(const struct report *report, size_t session,
			  struct plot_axis *axis)
{
	int64_t from = report->sessions[session].started_ms;
	int64_t to = report->sessions[session].last_ms;
	size_t nr = 0;

	for (size_t i = 0; i < report->nr_tasks; i++) {
		const struct report_task *task = &report->tasks[i];

		if (task->session != session ||
		    task->started_ms == RECORD_UNKNOWN)
			continue;
		nr++;
		if (task->started_ms < from)
			from = task->started_ms;
		if (end_of(report, task) > to)
			to = end_of(report, task);
	}
	plot_axis_set(axis, from, to);
	return nr;
}

void plot_tasks(struct buf *out, const struct report *report)
{
	size_t session = session_with_tasks(report);
	size_t nr, drawn = 0;
	struct plot_axis axis;
	struct buf words = BUF_INIT;
	int height;

	if (session == SIZE_MAX)
		return;
	nr = count_tasks(report, session, &axis);
	height = (int)(nr < MOST_TASKS ? nr : MOST_TASKS) * ROW + 30;
	report_session_words(&words, &report->sessions[session]);
	buf_addstr(out, "<p class=\"note\">");
	html_add(out, words.ptr);
	buf_addstr(out, "</p>\n");
	plot_begin(out, height + PLOT_AXIS_HEIGHT,
		   "Tasks of the newest session along time");
	plot_add_axis(out, &axis, height);
	add_marks(out, report, &axis, session, 12);
	for (size_t i = 0; i < report->nr_tasks && drawn < MOST_TASKS; i++) {
		const struct report_task *task = &report->tasks[i];

		if (task->session == session &&
		    task->started_ms != RECORD_UNKNOWN)
			add_task(out, report, &axis, task,
				 (int)drawn++ * ROW + 26);
	}
	plot_end(out);
	buf_addstr(out, "<ul class=\"legend\">"
			"<li><i class=\"done\"></i>completed</li>"
			"<li><i class=\"manual\"></i>in progress</li>"
			"<li><i class=\"trouble\"></i>failed</li>"
			"<li><i class=\"auto\"></i>skipped</li></ul>\n");
	if (nr > MOST_TASKS)
		buf_addf(out,
			 "<p class=\"note\">The first %d of %zu tasks.</p>\n",
			 MOST_TASKS, nr);
	buf_release(&words);
}
