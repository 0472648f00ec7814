#include "core/session/session_progress.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/session/session_phase.h"
#include "core/session/session_state.h"

/* -- time ---------------------------------------------------------------- */

static void stop_task(struct session_task *task, int64_t now_ms)
{
	if (task->running_ms == RECORD_UNKNOWN)
		return;
	if (now_ms > task->running_ms)
		task->worked_ms += now_ms - task->running_ms;
	task->running_ms = RECORD_UNKNOWN;
}

void session_progress_stop(struct session_state *state, int64_t now_ms)
{
	for (size_t i = 0; i < state->nr_tasks; i++)
		stop_task(&state->tasks[i], now_ms);
	if (state->running_ms == RECORD_UNKNOWN)
		return;
	if (now_ms > state->running_ms)
		state->worked_ms += now_ms - state->running_ms;
	state->running_ms = RECORD_UNKNOWN;
}

void session_progress_go(struct session_state *state, int64_t now_ms)
{
	state->running_ms = now_ms;
	for (size_t i = 0; i < state->nr_tasks; i++)
		if (state->tasks[i].status == TASK_IN_PROGRESS)
			state->tasks[i].running_ms = now_ms;
}

static void set_time(struct json *record, const char *key, int64_t ms)
{
	json_set_time(json_get(record, "timestamps"), key, ms);
}

static void touch(struct session_task *task, int64_t now_ms)
{
	set_time(task->record, "updated", now_ms);
	set_time(task->record, "last_activity", now_ms);
}

/* -- memory -------------------------------------------------------------- */

static void release_task(struct session_task *task)
{
	free(task->id);
	free(task->message);
	free(task->base);
	json_free(task->record);
	json_free(task->tokens);
}

void session_progress_clear(struct session_state *state)
{
	for (size_t i = 0; i < state->nr_tasks; i++)
		release_task(&state->tasks[i]);
	free(state->tasks);
	for (size_t i = 0; i < state->nr_errors; i++) {
		free(state->errors[i].task);
		free(state->errors[i].message);
	}
	free(state->errors);
	for (size_t i = 0; i < state->nr_calls; i++) {
		free(state->calls[i].name);
		free(state->calls[i].task);
		free(state->calls[i].what);
	}
	free(state->calls);
	free(state->current);
	strmap_release(&state->places, NULL);
	state->places = (struct strmap)STRMAP_INIT;
	state->tasks = NULL;
	state->errors = NULL;
	state->calls = NULL;
	state->current = NULL;
	state->nr_tasks = state->alloc_tasks = 0;
	state->nr_errors = state->alloc_errors = 0;
	state->nr_calls = state->alloc_calls = 0;
}

/* -- records ------------------------------------------------------------- */

/* Merge `patch` into a record; where that makes no record of it, nothing is
 * changed. */
static bool merge(struct session_task *task, const struct json *patch)
{
	struct error ignored = ERROR_INIT;
	struct json *merged = json_copy(task->record);
	bool valid;

	json_merge_patch(&merged, patch);
	json_set_string(merged, "task_id", task->id);
	valid = !record_task_normalize(merged, &ignored);
	if (valid) {
		json_free(task->record);
		task->record = merged;
	} else {
		json_free(merged);
	}
	error_release(&ignored);
	return valid;
}

struct session_task *session_progress_add(struct session_state *state,
					  const struct json *record,
					  int64_t now_ms)
{
	const char *id = json_get_string(record, "task_id");
	struct session_task *task = id ? session_state_task(state, id) : NULL;
	bool is_new = id && !task;

	if (!id)
		return NULL;
	if (is_new) {
		ARRAY_GROW(state->tasks, state->nr_tasks, state->alloc_tasks);
		task = &state->tasks[state->nr_tasks++];
		*task = (struct session_task){
			.id = xstrdup(id),
			.started_ms = RECORD_UNKNOWN,
			.ended_ms = RECORD_UNKNOWN,
			.running_ms = RECORD_UNKNOWN,
			.record = record_task_new(),
			.tokens = json_object_new(),
		};
		strmap_put(&state->places, id,
			   (void *)(uintptr_t)state->nr_tasks);
		json_set_string(task->record, "task_id", id);
		json_set_bool(json_get(task->record, "recovery"), "can_resume",
			      true);
		set_time(task->record, "created", now_ms);
		touch(task, now_ms);
	}
	merge(task, record);
	session_phase_name_all(task);
	return task;
}

/* -- tasks --------------------------------------------------------------- */

/* The task that goes on where the current one is done: the one that was started
 * last. */
static void choose_current(struct session_state *state)
{
	const struct session_task *best = NULL;

	for (size_t i = 0; i < state->nr_tasks; i++) {
		const struct session_task *task = &state->tasks[i];

		if (task->status == TASK_IN_PROGRESS &&
		    (!best || task->started_ms >= best->started_ms))
			best = task;
	}
	free(state->current);
	state->current = best ? xstrdup(best->id) : NULL;
}

static void start_task(struct session_state *state, struct session_task *task,
		       int64_t now_ms)
{
	stop_task(task, now_ms);
	task->status = TASK_IN_PROGRESS;
	task->attempts++;
	task->running_ms = now_ms;
	task->ended_ms = RECORD_UNKNOWN;
	if (task->started_ms == RECORD_UNKNOWN)
		task->started_ms = now_ms;
	free(task->message);
	task->message = NULL;
	free(state->current);
	state->current = xstrdup(task->id);
	json_set_bool(json_get(task->record, "recovery"), "can_resume", true);
}

static void task_start(struct session_state *state, struct session_task *task,
		       const struct json *event, int64_t now_ms)
{
	const char *base = json_get_string(event, "base");

	start_task(state, task, now_ms);
	if (base && !task->base)
		task->base = xstrdup(base);
}

static void finish_task(struct session_state *state, struct session_task *task,
			enum task_status status, const struct json *event,
			int64_t now_ms)
{
	const char *message = json_get_string(event, "message");

	stop_task(task, now_ms);
	task->status = status;
	task->ended_ms = now_ms;
	free(task->message);
	task->message = xstrdup_or_null(message);
	json_set_bool(json_get(task->record, "recovery"), "can_resume",
		      status == TASK_FAILED);
	choose_current(state);
}

static void task_complete(struct session_state *state,
			  struct session_task *task, const struct json *event,
			  int64_t now_ms)
{
	struct json *outputs =
		json_get(json_get(task->record, "files"), "outputs");

	JSON_FOR_EACH (item, json_get(event, "outputs"))
		if (json_as_string(item))
			json_add_string(outputs, json_as_string(item));
	finish_task(state, task, TASK_COMPLETED, event, now_ms);
}

static void task_fail(struct session_state *state, struct session_task *task,
		      const struct json *event, int64_t now_ms)
{
	const char *message = json_get_string(event, "message");

	ARRAY_GROW(state->errors, state->nr_errors, state->alloc_errors);
	state->errors[state->nr_errors++] = (struct session_error){
		now_ms, xstrdup(task->id), xstrdup_or_null(message)};
	finish_task(state, task, TASK_FAILED, event, now_ms);
}

static void task_skip(struct session_state *state, struct session_task *task,
		      const struct json *event, int64_t now_ms)
{
	finish_task(state, task, TASK_SKIPPED, event, now_ms);
}

/* -- updates ------------------------------------------------------------- */

/* Tokens are reported as totals: what came on top is the current task's. */
static void share_tokens(struct session_task *task, const struct json *before,
			 const struct json *after)
{
	JSON_FOR_EACH (item, after) {
		int64_t old = 0, new = 0, sum = 0;

		if (!json_as_int(item, &new))
			continue;
		json_get_int(before, json_key(item), &old);
		json_get_int(task->tokens, json_key(item), &sum);
		if (new > old && !__builtin_add_overflow(sum, new - old, &sum))
			json_set_int(task->tokens, json_key(item), sum);
	}
}

static void update_metrics(struct session_state *state,
			   struct session_task *task, const struct json *patch)
{
	struct error ignored = ERROR_INIT;
	struct json *merged = json_copy(state->metrics);

	json_merge_patch(&merged, patch);
	if (!record_metrics_normalize(merged, &ignored)) {
		if (task)
			share_tokens(task, json_get(state->metrics, "tokens"),
				     json_get(merged, "tokens"));
		json_free(state->metrics);
		state->metrics = merged;
		merged = NULL;
	}
	json_free(merged);
	error_release(&ignored);
}

/* The times that were given stand. */
static void update_task(struct session_task *task, const struct json *patch,
			int64_t now_ms)
{
	touch(task, now_ms);
	merge(task, patch);
}

/* -- one event ----------------------------------------------------------- */

static const struct {
	const char *name;
	void (*apply)(struct session_state *state, struct session_task *task,
		      const struct json *event, int64_t now_ms);
} kinds[] = {
	{"task_start", task_start},
	{"task_complete", task_complete},
	{"task_fail", task_fail},
	{"task_skip", task_skip},
};

/* A task may come into being by being started, or updated. */
static struct session_task *task_of(struct session_state *state,
				    const struct json *event, int64_t now_ms)
{
	const struct json *record = json_get(event, "record");
	const char *id = json_get_string(event, "task");

	if (json_type(record) == JSON_OBJECT)
		session_progress_add(state, record, now_ms);
	return id ? session_state_task(state, id) : NULL;
}

void session_progress_apply(struct session_state *state,
			    const struct json *event, int64_t now_ms)
{
	struct session_task *task = task_of(state, event, now_ms);
	const char *name = json_get_string(event, "event");
	bool start = false;

	if (!strcmp(name, "update")) {
		const struct json *metrics = json_get(event, "metrics");
		const struct json *patch = json_get(event, "patch");

		json_get_bool(event, "start", &start);
		if (task && start)
			start_task(state, task, now_ms);
		if (json_type(metrics) == JSON_OBJECT)
			update_metrics(state, task, metrics);
		if (task && json_type(patch) == JSON_OBJECT)
			update_task(task, patch, now_ms);
		return;
	}
	if (task && session_phase_apply(task, event))
		touch(task, now_ms);
	for (size_t i = 0; task && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(name, kinds[i].name))
			continue;
		kinds[i].apply(state, task, event, now_ms);
		touch(task, now_ms);
	}
}
