#include "core/session/session_record.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "core/record/json.h"
#include "core/session/session_progress.h"

/* What a checkpoint may carry of tasks other than its own. */
#define MAX_OTHERS (512u << 10)

static int64_t get_time(const struct json *object, const char *key)
{
	const char *text = json_get_string(object, key);
	int64_t ms;

	return text && clock_parse_rfc3339(text, &ms) ? ms : RECORD_UNKNOWN;
}

/* -- tasks --------------------------------------------------------------- */

/* The value without what says nothing: nulls and what is empty. NULL: that is
 * all of it. */
static struct json *pruned(const struct json *value)
{
	struct json *out;

	if (json_is_null(value))
		return NULL;
	if (json_type(value) == JSON_ARRAY)
		return json_first(value) ? json_copy(value) : NULL;
	if (json_type(value) != JSON_OBJECT)
		return json_copy(value);
	out = json_object_new();
	JSON_FOR_EACH (item, value) {
		struct json *kept = pruned(item);

		if (kept)
			json_append(out, json_key(item), kept);
	}
	if (!json_first(out)) {
		json_free(out);
		out = NULL;
	}
	return out;
}

/* The record of a task that is not the checkpoint's own, as long as there is
 * room. */
static void add_record(struct json *entry, const struct session_task *task,
		       size_t *room)
{
	struct json *record = pruned(task->record);
	struct buf text = BUF_INIT;

	json_remove(record, "task_id");
	json_remove(record, "task_description");
	json_write_compact(&text, record);
	if (record && text.len <= *room) {
		*room -= text.len;
		json_set(entry, "record", record);
		record = NULL;
	}
	json_free(record);
	buf_release(&text);
}

static void add_task(struct json *array, const struct session_task *task,
		     size_t place, const char *own, int64_t now_ms,
		     size_t *room)
{
	struct json *entry = json_add(array, record_task_result_new());

	json_set_string(entry, "task_id", task->id);
	json_set_string(entry, "task_description",
			json_get_string(task->record, "task_description"));
	if (task->attempts)
		json_set_int(entry, "duration_ms",
			     session_task_worked(task, now_ms));
	json_set_int(entry, "attempts", task->attempts);
	json_set_string(entry, "message", task->message);
	json_set_string(entry, "status", task_status_name(task->status));
	json_set_int(entry, "place", (int64_t)place);
	if (task->started_ms != RECORD_UNKNOWN)
		json_set_time(entry, "started", task->started_ms);
	if (task->ended_ms != RECORD_UNKNOWN)
		json_set_time(entry, "ended", task->ended_ms);
	json_set_copy(entry, "tokens", task->tokens);
	if (!own || strcmp(own, task->id))
		add_record(entry, task, room);
}

static const char *list_of(enum task_status status)
{
	switch (status) {
	case TASK_COMPLETED:
		return "completed_tasks";
	case TASK_FAILED:
		return "failed_tasks";
	case TASK_SKIPPED:
		return "skipped_tasks";
	default:
		return "pending_tasks";
	}
}

static struct json *make_session(const struct session_state *state,
				 const char *own, int64_t now_ms)
{
	struct json *session = record_session_new();
	size_t room = MAX_OTHERS;

	json_set_string(session, "id", state->id);
	if (state->started_ms != RECORD_UNKNOWN)
		json_set_time(session, "started", state->started_ms);
	json_set_string(session, "sprint", state->sprint);
	json_set_string(session, "status", session_status_name(state->status));
	json_set_string(session, "current_task", state->current);
	for (size_t i = 0; i < state->nr_tasks; i++)
		add_task(json_get(session, list_of(state->tasks[i].status)),
			 &state->tasks[i], i, own, now_ms, &room);
	json_set_string(session, "resumed_from", state->resumed_from);
	if (state->ended_ms != RECORD_UNKNOWN)
		json_set_time(session, "ended", state->ended_ms);
	json_set_int(session, "events", state->events);
	return session;
}

struct json *session_record_session(const struct session_state *state,
				    int64_t now_ms)
{
	return make_session(state, NULL, now_ms);
}

/* -- metrics ------------------------------------------------------------- */

struct json *session_record_metrics(const struct session_state *state,
				    int64_t now_ms)
{
	struct json *metrics = json_copy(state->metrics);
	double ratio;

	json_set_int(metrics, "execution_time_ms",
		     session_state_worked(state, now_ms));
	json_set_int(metrics, "tasks_total", (int64_t)state->nr_tasks);
	json_set_int(metrics, "tasks_completed",
		     (int64_t)session_state_count(state, TASK_COMPLETED));
	json_set_int(metrics, "tasks_failed",
		     (int64_t)session_state_count(state, TASK_FAILED));
	json_set_int(metrics, "tasks_skipped",
		     (int64_t)session_state_count(state, TASK_SKIPPED));
	if (session_state_success_ratio(state, &ratio))
		json_set_double(metrics, "success_ratio", ratio);
	else
		json_set_null(metrics, "success_ratio");
	if (state->memory_peak_kb != RECORD_UNKNOWN)
		json_set_int(metrics, "memory_peak_kb", state->memory_peak_kb);
	return metrics;
}

void session_record_fill(struct record *record,
			 const struct session_state *state, const char *task,
			 int64_t now_ms)
{
	const struct session_task *own;

	if (!task)
		task = state->current;
	own = task ? session_state_task(state, task) : NULL;
	if (own) {
		record->task = json_copy(own->record);
	} else if (task) {
		record->task = record_task_new();
		json_set_string(record->task, "task_id", task);
	}
	record->session = make_session(state, own ? own->id : NULL, now_ms);
	record->metrics = session_record_metrics(state, now_ms);
	record->tasks_completed =
		(int64_t)session_state_count(state, TASK_COMPLETED);
	if (state->sprint)
		record->sprint = xstrdup(state->sprint);
	if (state->agent && !record->environment.agent)
		record->environment.agent = xstrdup(state->agent);
}

/* -- and back ------------------------------------------------------------ */

static void read_task(struct session_state *state, const struct json *entry,
		      const struct json *own, enum task_status status)
{
	const char *id = json_get_string(entry, "task_id");
	const char *name = json_get_string(entry, "status");
	const char *message = json_get_string(entry, "message");
	struct session_task *task;
	struct json *record;

	if (!id)
		return;
	if (own && json_get_string(own, "task_id") &&
	    !strcmp(json_get_string(own, "task_id"), id))
		record = json_copy(own);
	else if (json_type(json_get(entry, "record")) == JSON_OBJECT)
		record = json_copy(json_get(entry, "record"));
	else
		record = json_object_new();
	json_set_string(record, "task_id", id);
	if (!json_get_string(record, "task_description"))
		json_set_string(record, "task_description",
				json_get_string(entry, "task_description"));
	task = session_progress_add(state, record, state->started_ms);
	json_free(record);
	if (!name || !task_status_parse(name, &task->status))
		task->status = status;
	json_get_int(entry, "attempts", &task->attempts);
	json_get_int(entry, "duration_ms", &task->worked_ms);
	task->started_ms = get_time(entry, "started");
	task->ended_ms = get_time(entry, "ended");
	if (message) {
		free(task->message);
		task->message = xstrdup(message);
	}
	if (json_type(json_get(entry, "tokens")) == JSON_OBJECT) {
		json_free(task->tokens);
		task->tokens = json_copy(json_get(entry, "tokens"));
	}
}

/* An element of one of the lists, and where its task stood among all. */
struct entry {
	const struct json *item;
	enum task_status status;
	int64_t place;
	size_t number;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return left->number < right->number ? -1 : 1;
}

/* In the order that they had, as far as it was written down. */
void session_record_read_tasks(struct session_state *state,
			       const struct json *session,
			       const struct json *own)
{
	const char *current = json_get_string(session, "current_task");
	static const enum task_status lists[] = {TASK_COMPLETED, TASK_FAILED,
						 TASK_SKIPPED, TASK_PENDING};
	struct entry *entries = NULL;
	size_t nr = 0, alloc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		JSON_FOR_EACH (item, json_get(session, list_of(lists[i]))) {
			if (nr == SESSION_MAX_TASKS)
				break;
			ARRAY_GROW(entries, nr, alloc);
			entries[nr] =
				(struct entry){item, lists[i], INT64_MAX, nr};
			json_get_int(item, "place", &entries[nr].place);
			nr++;
		}
	if (nr)
		qsort(entries, nr, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < nr; i++)
		read_task(state, entries[i].item, own, entries[i].status);
	free(entries);
	if (current && session_state_task(state, current))
		xstrdup_over(&state->current, current);
}

/* One that is in no list was worked on, all the same: a record that was
 * imported has no more. */
static void read_own_task(struct session_state *state, const struct json *own)
{
	const char *id = json_get_string(own, "task_id");
	struct session_task *task;

	if (!id || session_state_task(state, id))
		return;
	task = session_progress_add(state, own, state->started_ms);
	task->status = TASK_IN_PROGRESS;
	task->attempts = 1;
}

void session_state_of_record(const struct record *record,
			     struct session_state *out)
{
	const struct json *session = record->session;
	const char *status = json_get_string(session, "status");

	session_state_init(out, record->session_id);
	out->known = true;
	if (status)
		session_status_parse(status, &out->status);
	if (get_time(session, "started") != RECORD_UNKNOWN)
		out->started_ms = get_time(session, "started");
	out->ended_ms = get_time(session, "ended");
	out->last_activity_ms = record->timestamp;
	json_get_int(record->metrics, "execution_time_ms", &out->worked_ms);
	json_get_int(record->metrics, "memory_peak_kb", &out->memory_peak_kb);
	xstrdup_over(&out->sprint, record->sprint);
	xstrdup_over(&out->resumed_from,
		     json_get_string(session, "resumed_from"));
	xstrdup_over(&out->host, record->environment.host);
	xstrdup_over(&out->user, record->environment.user);
	xstrdup_over(&out->agent, record->environment.agent);
	session_record_read_tasks(out, session, record->task);
	read_own_task(out, record->task);
	if (json_type(record->metrics) == JSON_OBJECT) {
		json_free(out->metrics);
		out->metrics = json_copy(record->metrics);
	}
}
