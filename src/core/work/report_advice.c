#include "core/work/reporting.h"

#include "base/alloc.h"
#include "base/clock.h"

/* Above this share of failures something is wrong with the plan. */
#define FAILURES_LIMIT 0.2
/* So many times the median, or the interval, is conspicuous. */
#define TIMES_LIMIT 2
/* Fewer tasks than this have no median to speak of. */
#define MEDIAN_TASKS 3
/* Of one kind; the worst come first. */
#define ADVICE_LIMIT 5

static struct report_advice *add(struct report *report, const char *kind,
				 const char *subject, double value,
				 double limit)
{
	struct report_advice *advice;

	ARRAY_GROW(report->advice, report->nr_advice, report->alloc_advice);
	advice = &report->advice[report->nr_advice++];
	*advice = (struct report_advice){.kind = kind,
					 .subject = xstrdup_or_null(subject),
					 .value = value,
					 .limit = limit};
	return advice;
}

/* -- failures ------------------------------------------------------------ */

static void advise_on_failures(struct report *report)
{
	size_t failed = report->total[TASK_FAILED];
	size_t ended = failed + report->total[TASK_COMPLETED];
	double share = ended ? (double)failed / (double)ended : 0;
	struct report_advice *advice;

	if (share <= FAILURES_LIMIT)
		return;
	advice = add(report, "failures", NULL, share, FAILURES_LIMIT);
	advice->text =
		xstrfmt("%zu of %zu tasks failed, %.0f%% (more than "
			"%.0f%%): look at the errors before going on, "
			"and make the tasks smaller",
			failed, ended, share * 100, FAILURES_LIMIT * 100);
	advice->command = xstrdup("git checkpoint session show --errors");
}

/* -- slow tasks ---------------------------------------------------------- */

static int slower_first(const void *one, const void *other)
{
	const struct report_task *const *a = one, *const *b = other;

	return ((*a)->duration_ms < (*b)->duration_ms) -
	       ((*a)->duration_ms > (*b)->duration_ms);
}

static void advise_on_task(struct report *report,
			   const struct report_task *task)
{
	double times = (double)task->duration_ms / (double)report->median_ms;
	struct report_advice *advice =
		add(report, "slow_task", task->id, times, TIMES_LIMIT);
	struct buf took = BUF_INIT, median = BUF_INIT;

	clock_duration(&took, task->duration_ms);
	clock_duration(&median, report->median_ms);
	advice->text = xstrfmt("task '%s' took %s, %.1f times the median of "
			       "%s: split it into phases or subtasks, so that "
			       "less is lost when it stops",
			       task->id, took.ptr, times, median.ptr);
	buf_release(&took);
	buf_release(&median);
}

static void advise_on_slow_tasks(struct report *report)
{
	const struct report_task **slow =
		xcalloc(report->nr_tasks + 1, sizeof(*slow));
	size_t nr = 0;

	for (size_t i = 0; i < report->nr_tasks; i++)
		if (report->tasks[i].duration_ms / TIMES_LIMIT >
		    report->median_ms)
			slow[nr++] = &report->tasks[i];
	if (report->total[TASK_COMPLETED] >= MEDIAN_TASKS &&
	    report->median_ms > 0) {
		qsort(slow, nr, sizeof(*slow), slower_first);
		for (size_t i = 0; i < nr && i < ADVICE_LIMIT; i++)
			advise_on_task(report, slow[i]);
	}
	free(slow);
}

/* -- gaps ---------------------------------------------------------------- */

/* The longest gap between two checkpoints of one session. */
struct gap {
	int64_t ms;
	size_t from; /* the checkpoint that it begins with */
	size_t count;
};

static void find_gaps(const struct report *report, struct gap *gaps)
{
	size_t *last = xcalloc(report->nr_sessions + 1, sizeof(*last));

	for (size_t i = 0; i < report->nr_checkpoints; i++) {
		size_t session = report->checkpoints[i].session;
		int64_t ms;

		if (last[session]) {
			ms = report->checkpoints[i].time_ms -
			     report->checkpoints[last[session] - 1].time_ms;
			if (ms / TIMES_LIMIT > report->interval_ms)
				gaps[session].count++;
			if (ms > gaps[session].ms) {
				gaps[session].ms = ms;
				gaps[session].from = last[session] - 1;
			}
		}
		last[session] = i + 1;
	}
	free(last);
}

static void advise_on_gap(struct report *report, size_t session,
			  const struct gap *gap)
{
	struct report_advice *advice =
		add(report, "gap", report->sessions[session].id,
		    (double)gap->ms / 1000, (double)report->interval_ms / 1000);
	struct buf took = BUF_INIT, interval = BUF_INIT, others = BUF_INIT;

	clock_duration(&took, gap->ms);
	clock_duration(&interval, report->interval_ms);
	if (gap->count > 1)
		buf_addf(&others, " (the longest of %zu such gaps)",
			 gap->count);
	advice->text = xstrfmt("no checkpoint for %s after '%s'%s, more than "
			       "twice the interval of %s: let 'git checkpoint "
			       "watch' run beside the work",
			       took.ptr, report->checkpoints[gap->from].id,
			       others.ptr, interval.ptr);
	advice->command = xstrdup("git checkpoint watch");
	buf_release(&took);
	buf_release(&interval);
	buf_release(&others);
}

/* Only a session that was started has an interval to keep. */
static void advise_on_gaps(struct report *report)
{
	struct gap *gaps = xcalloc(report->nr_sessions + 1, sizeof(*gaps));
	size_t given = 0;

	if (report->interval_ms > 0)
		find_gaps(report, gaps);
	for (size_t i = report->nr_sessions; i-- > 0 && given < ADVICE_LIMIT;)
		if (gaps[i].count && report->sessions[i].status) {
			advise_on_gap(report, i, &gaps[i]);
			given++;
		}
	free(gaps);
}

/* -- too many ------------------------------------------------------------ */

static void advise_on_checkpoints(struct report *report)
{
	size_t given = 0;

	for (size_t i = report->nr_sessions; i-- > 0 && given < ADVICE_LIMIT;) {
		const struct report_session *session = &report->sessions[i];
		struct report_advice *advice;

		if (session->checkpoints <= (uint64_t)report->max_checkpoints)
			continue;
		advice = add(report, "checkpoints", session->id,
			     (double)session->checkpoints,
			     (double)report->max_checkpoints);
		advice->text = xstrfmt(
			"too many checkpoints: session '%s' has %zu, more than "
			"the %lld of checkpoint.maxCheckpoints",
			session->id, session->checkpoints,
			(long long)report->max_checkpoints);
		advice->command = xstrfmt("git checkpoint clean --session=%s "
					  "--keep=%lld",
					  session->id,
					  (long long)report->max_checkpoints);
		given++;
	}
}

void report_advise(struct report *report)
{
	advise_on_failures(report);
	advise_on_slow_tasks(report);
	advise_on_gaps(report);
	advise_on_checkpoints(report);
}
