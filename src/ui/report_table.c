#include "ui/report_table.h"

#include <time.h>

#include "base/clock.h"
#include "core/record/json.h"
#include "ui/size.h"

/* -- words --------------------------------------------------------------- */

void report_time(struct buf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (ms == RECORD_UNKNOWN || !localtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm))
		buf_addch(out, '-');
	else
		buf_addstr(out, text);
}

void report_duration(struct buf *out, int64_t ms)
{
	if (ms == RECORD_UNKNOWN)
		buf_addch(out, '-');
	else
		clock_duration(out, ms);
}

void report_size(struct buf *out, int64_t bytes)
{
	if (bytes < 0)
		buf_addch(out, '-');
	else
		size_human(out, (uint64_t)bytes);
}

void report_ratio(struct buf *out, double ratio)
{
	if (ratio < 0)
		buf_addch(out, '-');
	else
		buf_addf(out, "%.0f%%", ratio * 100);
}

void report_tokens(struct buf *out, const struct json *tokens)
{
	size_t before = out->len;
	int64_t count;

	JSON_FOR_EACH (kind, tokens) {
		if (!json_key(kind) || !json_as_int(kind, &count))
			continue;
		buf_addf(out, "%s%lld %s", out->len > before ? ", " : "",
			 (long long)count, json_key(kind));
	}
}

void report_session_words(struct buf *out, const struct report_session *session)
{
	if (!session->status)
		buf_addstr(out, "outside any session");
	else if (session->sprint)
		buf_addf(out, "%s, %s", session->sprint, session->id);
	else
		buf_addstr(out, session->id);
}

void report_period_words(const struct report *report, struct buf *out)
{
	static const char *const words[] = {"the last day", "the last 7 days",
					    "the last 30 days", "all time"};

	buf_addstr(out, words[report->period]);
	if (report->sprint)
		buf_addf(out, ", sprint %s", report->sprint);
}

/* -- figures ------------------------------------------------------------- */

static void add_figure(struct strlist *out, const char *label,
		       struct buf *value)
{
	if (value->len && strcmp(value->ptr, "-")) {
		strlist_add(out, label);
		strlist_add(out, value->ptr);
	}
	buf_release(value);
}

static void task_words(struct buf *out, const size_t tasks[REPORT_STATUS_NR])
{
	static const char *const words[] = {"to do", "in progress", "completed",
					    "failed", "skipped"};
	static const enum task_status order[] = {TASK_COMPLETED, TASK_FAILED,
						 TASK_SKIPPED, TASK_IN_PROGRESS,
						 TASK_PENDING};
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		total += tasks[order[i]];
		/* How many are completed is said in any case. */
		if (tasks[order[i]] || !i)
			buf_addf(out, "%s%zu %s", i ? ", " : "",
				 tasks[order[i]], words[order[i]]);
	}
	buf_addf(out, " of %zu", total);
}

static bool has_tasks(const struct report *report)
{
	for (size_t i = 0; i < REPORT_STATUS_NR; i++)
		if (report->total[i])
			return true;
	return false;
}

void report_figures(const struct report *report, struct strlist *out)
{
	struct buf value = BUF_INIT;

	if (has_tasks(report))
		task_words(&value, report->total);
	add_figure(out, "Tasks", &value);
	report_ratio(&value, report_success_ratio(report->total));
	add_figure(out, "Success", &value);
	report_duration(&value, report->execution_time_ms);
	add_figure(out, "Time", &value);
	report_duration(&value, report->median_ms);
	add_figure(out, "Median task", &value);
	report_tokens(&value, report->tokens);
	add_figure(out, "Tokens", &value);
	if (report->memory_peak_kb != RECORD_UNKNOWN)
		report_size(&value, report->memory_peak_kb * 1024);
	add_figure(out, "Peak memory", &value);
	buf_addf(&value, "%zu", report->nr_sessions);
	add_figure(out, "Sessions", &value);
	buf_addf(&value, "%zu", report->nr_checkpoints);
	if (report->unreadable)
		buf_addf(&value, ", and %zu that cannot be read",
			 report->unreadable);
	add_figure(out, "Checkpoints", &value);
	report_size(&value, report->bytes_added);
	if (report->bytes_added != RECORD_UNKNOWN)
		buf_addstr(&value, " added");
	add_figure(out, "Storage", &value);
}

/* -- tables -------------------------------------------------------------- */

static void add_cell(struct report_table *table, struct buf *value)
{
	strlist_add(&table->cells, value->ptr);
	buf_reset(value);
}

static void add_text(struct report_table *table, const char *text)
{
	strlist_add(&table->cells, text ? text : "-");
}

static void add_count(struct report_table *table, int64_t count,
		      struct buf *value)
{
	if (count == RECORD_UNKNOWN)
		buf_addch(value, '-');
	else
		buf_addf(value, "%lld", (long long)count);
	add_cell(table, value);
}

static void fill_sessions(struct report_table *table,
			  const struct report *report, struct buf *value)
{
	for (size_t i = report->nr_sessions; i-- > 0;) {
		const struct report_session *session = &report->sessions[i];
		size_t total = 0;

		for (size_t k = 0; k < REPORT_STATUS_NR; k++)
			total += session->tasks[k];
		add_text(table, session->id);
		add_text(table, session->sprint);
		add_text(table, session->status);
		report_time(value, session->started_ms);
		add_cell(table, value);
		report_duration(value, session->execution_time_ms);
		add_cell(table, value);
		buf_addf(value, "%zu/%zu", session->tasks[TASK_COMPLETED],
			 total);
		add_cell(table, value);
		add_count(table, (int64_t)session->checkpoints, value);
		report_size(value, session->bytes_added);
		add_cell(table, value);
	}
}

static void fill_tasks(struct report_table *table, const struct report *report,
		       bool detailed, struct buf *value)
{
	for (size_t i = 0; i < report->nr_tasks; i++) {
		const struct report_task *task = &report->tasks[i];

		add_text(table, task->id);
		add_text(table, task_status_name(task->status));
		report_duration(value, task->duration_ms);
		add_cell(table, value);
		if (detailed) {
			add_count(table, task->attempts, value);
			report_tokens(value, task->tokens);
			if (!value->len)
				buf_addch(value, '-');
			add_cell(table, value);
			report_size(value,
				    task->memory_peak_kb < 0
					    ? RECORD_UNKNOWN
					    : task->memory_peak_kb * 1024);
			add_cell(table, value);
		}
		buf_addstr(value, task->description ? task->description : "");
		if (task->message)
			buf_addf(value, " (%s)", task->message);
		buf_trim(value);
		add_cell(table, value);
	}
}

static void fill_types(struct report_table *table, const struct report *report,
		       struct buf *value)
{
	for (size_t i = 0; i < TYPE_NR; i++) {
		const char *name =
			checkpoint_type_name((enum checkpoint_type)i);

		if (!report->by_type[i].count)
			continue;
		add_text(table, name ? name : "other");
		add_count(table, (int64_t)report->by_type[i].count, value);
		report_size(value, report->by_type[i].bytes_added);
		add_cell(table, value);
	}
}

static void fill_checkpoints(struct report_table *table,
			     const struct report *report, struct buf *value)
{
	for (size_t i = report->nr_checkpoints; i-- > 0;) {
		const struct report_checkpoint *item = &report->checkpoints[i];
		double ratio = -1;
		int64_t ms = RECORD_UNKNOWN, memory = RECORD_UNKNOWN;

		json_get_double(item->metrics, "success_ratio", &ratio);
		json_get_int(item->metrics, "execution_time_ms", &ms);
		json_get_int(item->metrics, "memory_peak_kb", &memory);
		add_text(table, item->id);
		add_text(table, item->type_name);
		report_duration(value, ms);
		add_cell(table, value);
		report_ratio(value, ratio);
		add_cell(table, value);
		add_count(table, item->attempts, value);
		report_tokens(value, json_get(item->metrics, "tokens"));
		if (!value->len)
			buf_addch(value, '-');
		add_cell(table, value);
		report_size(value, memory < 0 ? RECORD_UNKNOWN : memory * 1024);
		add_cell(table, value);
		report_size(value, item->bytes_added);
		add_cell(table, value);
	}
}

static const char *const session_heads[] = {"Session",	   "Sprint", "Status",
					    "Started",	   "Time",   "Tasks",
					    "Checkpoints", "Added"};
static const char *const task_heads[] = {"Task", "Status", "Time",
					 "Description"};
static const char *const detailed_task_heads[] = {
	"Task",	  "Status", "Time",	  "Attempts",
	"Tokens", "Memory", "Description"};
static const char *const type_heads[] = {"Type", "Checkpoints", "Added"};
static const char *const checkpoint_heads[] = {
	"Checkpoint", "Type",	"Time",	  "Success",
	"Attempts",   "Tokens", "Memory", "Added"};

static const struct report_table tables[] = {
	[REPORT_SESSIONS] = {"Sessions",
			     session_heads,
			     ARRAY_SIZE(session_heads),
			     {0, 0, 0, 0, 1, 1, 1, 1},
			     STRLIST_INIT},
	[REPORT_TASKS] = {"Tasks",
			  task_heads,
			  ARRAY_SIZE(task_heads),
			  {0, 0, 1, 0},
			  STRLIST_INIT},
	[REPORT_TASKS_DETAILED] = {"Tasks",
				   detailed_task_heads,
				   ARRAY_SIZE(detailed_task_heads),
				   {0, 0, 1, 1, 0, 1, 0},
				   STRLIST_INIT},
	[REPORT_TYPES] = {"Checkpoints by type",
			  type_heads,
			  ARRAY_SIZE(type_heads),
			  {0, 1, 1},
			  STRLIST_INIT},
	[REPORT_CHECKPOINTS] = {"Checkpoints",
				checkpoint_heads,
				ARRAY_SIZE(checkpoint_heads),
				{0, 0, 1, 1, 1, 0, 1, 1},
				STRLIST_INIT},
};

void report_table_make(struct report_table *out, const struct report *report,
		       enum report_table_kind kind)
{
	struct buf value = BUF_INIT;

	*out = tables[kind];
	switch (kind) {
	case REPORT_SESSIONS:
		fill_sessions(out, report, &value);
		break;
	case REPORT_TASKS:
	case REPORT_TASKS_DETAILED:
		fill_tasks(out, report, kind == REPORT_TASKS_DETAILED, &value);
		break;
	case REPORT_TYPES:
		fill_types(out, report, &value);
		break;
	case REPORT_CHECKPOINTS:
		fill_checkpoints(out, report, &value);
		break;
	}
	buf_release(&value);
}
