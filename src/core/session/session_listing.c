#include "core/session/session_listing.h"

#include "core/record/json.h"
#include "core/session/session_record.h"

struct json *session_task_to_json(const struct session_task *task,
				  int64_t now_ms)
{
	struct json *out = json_object_new();

	json_set_string(out, "task_id", task->id);
	json_set_string(out, "task_description",
			json_get_string(task->record, "task_description"));
	json_set_string(out, "status", task_status_name(task->status));
	json_set_count(out, "percent", session_task_percent(task));
	json_set_int(out, "attempts", task->attempts);
	json_set_time(out, "started", task->started_ms);
	json_set_time(out, "ended", task->ended_ms);
	json_set_int(out, "duration_ms", session_task_worked(task, now_ms));
	json_set_string(out, "message", task->message);
	json_set_copy(out, "tokens", task->tokens);
	json_set_copy(out, "record", task->record);
	return out;
}

static void add_errors(const struct session_state *state, struct json *array)
{
	for (size_t i = 0; i < state->nr_errors; i++) {
		struct json *item = json_add_object(array);

		json_set_time(item, "time", state->errors[i].time_ms);
		json_set_string(item, "task_id", state->errors[i].task);
		json_set_string(item, "message", state->errors[i].message);
	}
}

struct json *session_to_json(const struct session_state *state, int64_t now_ms)
{
	struct json *out = json_object_new();
	struct json *tasks;

	json_set_string(out, "id", state->id);
	json_set_string(out, "status", session_status_name(state->status));
	json_set_bool(out, "unfinished", session_state_is_unfinished(state));
	json_set_string(out, "sprint", state->sprint);
	json_set_time(out, "started", state->started_ms);
	json_set_time(out, "ended", state->ended_ms);
	json_set_time(out, "last_activity", state->last_activity_ms);
	json_set_string(out, "resumed_from", state->resumed_from);
	if (state->worktree)
		json_set_path(out, "worktree", state->worktree);
	else
		json_set_null(out, "worktree");
	json_set_string(out, "host", state->host);
	json_set_string(out, "user", state->user);
	json_set_string(out, "agent", state->agent);
	json_set_count(out, "pid", state->pid);
	json_set_string(out, "current_task", state->current);
	tasks = json_set_array(out, "tasks");
	for (size_t i = 0; i < state->nr_tasks; i++)
		json_add(tasks, session_task_to_json(&state->tasks[i], now_ms));
	json_set(out, "metrics", session_record_metrics(state, now_ms));
	add_errors(state, json_set_array(out, "errors"));
	json_set_int(out, "events", state->events);
	json_set_int(out, "unreadable_lines", (int64_t)state->unreadable);
	return out;
}

void session_to_summary(struct json *object, const struct session_state *state)
{
	json_set_string(object, "id", state->id);
	json_set_string(object, "status", session_status_name(state->status));
	json_set_string(object, "sprint", state->sprint);
	json_set_time(object, "started", state->started_ms);
	json_set_time(object, "last_activity", state->last_activity_ms);
	json_set_string(object, "resumed_from", state->resumed_from);
	json_set_int(object, "tasks_total", (int64_t)state->nr_tasks);
	json_set_int(object, "tasks_completed",
		     (int64_t)session_state_count(state, TASK_COMPLETED));
	json_set_int(object, "tasks_failed",
		     (int64_t)session_state_count(state, TASK_FAILED));
	json_set_int(object, "tasks_skipped",
		     (int64_t)session_state_count(state, TASK_SKIPPED));
}
