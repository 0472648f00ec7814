#include "core/work/status.h"

#include "core/record/json.h"
#include "core/session/session_listing.h"

static const char *state_word(const struct session_state *state)
{
	return session_state_is_unfinished(state) ? "incomplete" : "complete";
}

static void set_session(struct json *object, const struct session_state *state)
{
	session_to_summary(object, state);
	json_set_count(object, "percent", recovery_percent(state));
}

static void set_task(struct json *doc, const struct session_state *state)
{
	const struct session_task *task =
		state ? session_state_current(state) : NULL;
	const struct json *phases, *subtasks;
	struct json *object;

	if (!task) {
		json_set_null(doc, "task");
		return;
	}
	phases = json_get(task->record, "phases");
	subtasks = json_get(task->record, "subtasks");
	object = json_set_object(doc, "task");
	json_set_string(object, "task_id", task->id);
	json_set_copy(object, "task_description",
		      json_get(task->record, "task_description"));
	json_set_string(object, "status", task_status_name(task->status));
	json_set_copy(object, "phase", json_get(phases, "current"));
	json_set_copy(object, "phases", json_get(phases, "total"));
	json_set_copy(object, "subtask", json_get(subtasks, "in_progress"));
	json_set_int(object, "subtasks_completed",
		     (int64_t)json_size(json_get(subtasks, "completed")));
	json_set_copy(object, "subtasks", json_get(subtasks, "total"));
	json_set_count(object, "percent", session_task_percent(task));
	json_set_copy(object, "resume_point",
		      json_find(task->record, "recovery.resume_point"));
}

static void set_last(struct json *doc, const struct status *status)
{
	struct json *object;

	if (!status->last.ref) {
		json_set_null(doc, "last_checkpoint");
		return;
	}
	object = json_set_object(doc, "last_checkpoint");
	json_set_string(object, "id", status->last.id);
	json_set_path(object, "ref", status->last.ref);
	json_set_string(object, "type", status->last_type);
	if (status->last_type) {
		json_set_time(object, "timestamp", status->last_ms);
		json_set_int(object, "age_ms",
			     status->now_ms - status->last_ms);
	} else {
		json_set_null(object, "timestamp");
		json_set_null(object, "age_ms");
	}
}

static void set_drift(struct json *doc, const struct status *status)
{
	struct json *object;

	if (!status->last_digest || !*status->digest) {
		json_set_null(doc, "drift");
		return;
	}
	object = json_set_object(doc, "drift");
	json_set_bool(object, "changed",
		      strcmp(status->last_digest, status->digest) != 0);
	json_set_string(object, "checkpoint", status->last_digest);
	json_set_string(object, "workspace", status->digest);
}

static void set_interval(struct json *doc, const struct status *status)
{
	struct json *object = json_set_object(doc, "interval");
	bool known = status->automatic && status->interval_ms > 0;

	json_set_int(object, "interval_ms", status->interval_ms);
	json_set_bool(object, "automatic", status->automatic);
	json_set_bool(object, "due", known && status->due_ms <= 0);
	if (known)
		json_set_int(object, "due_in_ms", status->due_ms);
	else
		json_set_null(object, "due_in_ms");
}

static void set_checkpoints(struct json *doc, const struct status *status)
{
	struct json *object = json_set_object(doc, "checkpoints");

	json_set_int(object, "count", (int64_t)status->count);
	json_set_int(object, "bytes_added", status->bytes_added);
	json_set_bool(object, "bytes_complete", status->bytes_complete);
	json_set_int(object, "limit", (int64_t)status->limit);
	json_set_bool(object, "too_many", status->crowded != NULL);
}

static void set_restore(struct json *doc, const struct status *status)
{
	struct json *object;

	if (!status->unfinished_restore) {
		json_set_null(doc, "unfinished_restore");
		return;
	}
	object = json_set_object(doc, "unfinished_restore");
	json_set_string(object, "target", status->journal.target.id);
	json_set_string(object, "safety", status->journal.safety.id);
}

static void set_push_failure(struct json *doc, const struct status *status)
{
	struct json *object;

	if (!status->push_failure) {
		json_set_null(doc, "push_failure");
		return;
	}
	object = json_set_object(doc, "push_failure");
	json_set_time(object, "timestamp", status->push_failure_ms);
	json_set_string(object, "reason", status->push_failure);
}

static void set_others(struct json *doc, const struct status *status)
{
	struct json *array = json_set_array(doc, "remotes");

	for (size_t i = 0; i < status->others.nr; i++) {
		const struct recovery *item = &status->others.items[i];
		struct json *object = json_add_object(array);

		json_set_string(object, "remote", item->remote);
		set_session(object, &item->state);
		json_set_string(object, "state",
				recovery_is_open(item) ? "incomplete"
						       : "complete");
		json_set_string(object, "checkpoint", item->newest.id);
	}
}

struct json *status_to_json(const struct status *status, bool remotes)
{
	const struct session_state *state =
		status->has_session ? &status->session : NULL;
	struct json *doc = json_object_new(), *array;

	json_set_string(doc, "state",
			status_is_incomplete(status) ? "incomplete"
			: state			     ? state_word(state)
						     : "none");
	if (state)
		set_session(json_set_object(doc, "session"), state);
	else
		json_set_null(doc, "session");
	set_task(doc, state);
	set_last(doc, status);
	set_interval(doc, status);
	set_drift(doc, status);
	set_checkpoints(doc, status);
	set_restore(doc, status);
	array = json_set_array(doc, "protected");
	for (size_t i = 0; i < status->protected_paths.nr; i++)
		json_add_path(array, status->protected_paths.items[i]);
	set_push_failure(doc, status);
	if (remotes)
		set_others(doc, status);
	return doc;
}
