#include "core/work/report.h"

#include "core/record/json.h"

static void set_tasks(struct json *object, const size_t tasks[REPORT_STATUS_NR])
{
	double ratio = report_success_ratio(tasks);
	size_t total = 0;

	for (size_t i = 0; i < REPORT_STATUS_NR; i++)
		total += tasks[i];
	json_set_int(object, "tasks_total", (int64_t)total);
	json_set_int(object, "tasks_completed", (int64_t)tasks[TASK_COMPLETED]);
	json_set_int(object, "tasks_failed", (int64_t)tasks[TASK_FAILED]);
	json_set_int(object, "tasks_skipped", (int64_t)tasks[TASK_SKIPPED]);
	if (ratio < 0)
		json_set_null(object, "success_ratio");
	else
		json_set_double(object, "success_ratio", ratio);
}

static void add_session(struct json *array,
			const struct report_session *session)
{
	struct json *object = json_add_object(array);

	json_set_string(object, "id", session->id);
	json_set_string(object, "remote", session->remote);
	json_set_string(object, "sprint", session->sprint);
	json_set_string(object, "status", session->status);
	json_set_string(object, "resumed_from", session->resumed_from);
	json_set_time(object, "started", session->started_ms);
	json_set_time(object, "last_activity", session->last_ms);
	json_set_int(object, "checkpoints", (int64_t)session->checkpoints);
	json_set_count(object, "bytes_added", session->bytes_added);
	set_tasks(object, session->tasks);
	json_set_count(object, "execution_time_ms", session->execution_time_ms);
	json_set_copy(object, "tokens", session->tokens);
	json_set_count(object, "memory_peak_kb", session->memory_peak_kb);
}

static void add_task(const struct report *report, struct json *array,
		     const struct report_task *task)
{
	struct json *object = json_add_object(array);

	json_set_string(object, "task_id", task->id);
	json_set_string(object, "task_description", task->description);
	json_set_string(object, "session_id",
			report->sessions[task->session].id);
	json_set_string(object, "status", task_status_name(task->status));
	json_set_time(object, "started", task->started_ms);
	json_set_time(object, "ended", task->ended_ms);
	json_set_count(object, "duration_ms", task->duration_ms);
	json_set_count(object, "attempts", task->attempts);
	json_set_string(object, "message", task->message);
	json_set_copy(object, "tokens", task->tokens);
	json_set_count(object, "memory_peak_kb", task->memory_peak_kb);
}

static void add_checkpoint(const struct report *report, struct json *array,
			   const struct report_checkpoint *item)
{
	struct json *object = json_add_object(array);

	json_set_string(object, "id", item->id);
	json_set_path(object, "ref", item->ref);
	json_set_string(object, "session_id",
			report->sessions[item->session].id);
	json_set_string(object, "type", item->type_name);
	json_set_time(object, "timestamp", item->time_ms);
	json_set_string(object, "description", item->description);
	json_set_string(object, "task_id", item->task);
	json_set_count(object, "attempts", item->attempts);
	json_set_count(object, "files", item->files);
	json_set_count(object, "bytes_added", item->bytes_added);
	json_set_copy(object, "metrics", item->metrics);
}

static void set_types(struct json *object, const struct report *report)
{
	struct json *types = json_set_object(object, "by_type");

	for (size_t i = 0; i < TYPE_NR; i++) {
		const char *name =
			checkpoint_type_name((enum checkpoint_type)i);
		struct json *type;

		if (!report->by_type[i].count)
			continue;
		type = json_set_object(types, name ? name : "other");
		json_set_int(type, "count", (int64_t)report->by_type[i].count);
		json_set_count(type, "bytes_added",
			       report->by_type[i].bytes_added);
	}
}

static void add_advice(struct json *array, const struct report_advice *advice)
{
	struct json *object = json_add_object(array);

	json_set_string(object, "kind", advice->kind);
	json_set_string(object, "subject", advice->subject);
	json_set_double(object, "value", advice->value);
	json_set_double(object, "limit", advice->limit);
	json_set_string(object, "text", advice->text);
	json_set_string(object, "command", advice->command);
}

static void set_totals(struct json *doc, const struct report *report)
{
	struct json *totals = json_set_object(doc, "totals");

	json_set_int(totals, "sessions", (int64_t)report->nr_sessions);
	json_set_int(totals, "checkpoints", (int64_t)report->nr_checkpoints);
	json_set_int(totals, "unreadable", (int64_t)report->unreadable);
	json_set_count(totals, "bytes_added", report->bytes_added);
	set_tasks(totals, report->total);
	json_set_count(totals, "execution_time_ms", report->execution_time_ms);
	json_set_count(totals, "median_duration_ms", report->median_ms);
	json_set_copy(totals, "tokens", report->tokens);
	json_set_count(totals, "memory_peak_kb", report->memory_peak_kb);
	set_types(totals, report);
}

struct json *report_to_json(const struct report *report, bool detailed)
{
	struct json *doc = json_object_new();
	struct json *array;

	json_set_string(doc, "period", report_period_names[report->period]);
	json_set_time(doc, "from", report->from_ms);
	json_set_time(doc, "to", report->now_ms);
	json_set_string(doc, "sprint", report->sprint);
	json_set_path(doc, "repository", report->repository);
	set_totals(doc, report);
	array = json_set_array(doc, "recommendations");
	for (size_t i = 0; i < report->nr_advice; i++)
		add_advice(array, &report->advice[i]);
	array = json_set_array(doc, "sessions");
	for (size_t i = 0; i < report->nr_sessions; i++)
		add_session(array, &report->sessions[i]);
	array = json_set_array(doc, "tasks");
	for (size_t i = 0; i < report->nr_tasks; i++)
		add_task(report, array, &report->tasks[i]);
	if (!detailed)
		return doc;
	array = json_set_array(doc, "checkpoints");
	for (size_t i = 0; i < report->nr_checkpoints; i++)
		add_checkpoint(report, array, &report->checkpoints[i]);
	return doc;
}
