#include "core/carry/old_session.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "core/carry/old_work.h"
#include "core/record/json.h"
#include "core/record/record.h"

/* -- taking values out --------------------------------------------------- */

/* The value of the first of the keys (NULL-terminated) that is there and has
 * that type; it is taken out. */
static struct json *take(struct json *doc, const char *const *keys,
			 enum json_type type)
{
	for (; *keys; keys++) {
		struct json *value = json_get(doc, *keys);

		if (value && json_type(value) == type)
			return json_detach(doc, *keys);
		/* Nothing said is nothing lost. */
		if (value && json_is_null(value))
			json_remove(doc, *keys);
	}
	return NULL;
}

static void move(struct json *doc, const char *const *keys, enum json_type type,
		 struct json *to, const char *key)
{
	struct json *value = take(doc, keys, type);

	if (value)
		json_set(to, key, value);
}

/* A count: an integer that is not negative; of a fraction, the whole. */
static void move_count(struct json *doc, const char *const *keys,
		       struct json *to, const char *key)
{
	for (; *keys; keys++) {
		double value;

		if (!json_get_double(doc, *keys, &value) || value < 0 ||
		    value > (double)JSON_MAX_INT)
			continue;
		json_set_int(to, key, (int64_t)value);
		json_remove(doc, *keys);
		return;
	}
}

static void move_time(struct json *doc, const char *const *keys,
		      struct json *to, const char *key)
{
	for (; *keys; keys++) {
		struct buf text = BUF_INIT;
		int64_t time;

		if (!old_time(json_get(doc, *keys), &time))
			continue;
		clock_rfc3339(&text, time);
		json_set_string(to, key, text.ptr);
		json_remove(doc, *keys);
		buf_release(&text);
		return;
	}
}

static void remove_if_empty(struct json *doc, const char *key)
{
	const struct json *value = json_get(doc, key);

	if (json_is_null(value) || ((json_type(value) == JSON_OBJECT ||
				     json_type(value) == JSON_ARRAY) &&
				    !json_size(value)))
		json_remove(doc, key);
}

/* -- metrics ------------------------------------------------------------- */

static void move_ratio(struct json *doc, struct json *metrics)
{
	static const char *const keys[] = {"success_ratio", "success_rate",
					   NULL};
	double ratio;

	for (size_t i = 0; keys[i]; i++) {
		if (!json_get_double(doc, keys[i], &ratio) || ratio < 0 ||
		    ratio > 100)
			continue;
		/* Above 1 it can only be a percentage. */
		json_set_double(metrics, "success_ratio",
				ratio > 1 ? ratio / 100 : ratio);
		json_remove(doc, keys[i]);
		return;
	}
}

static void move_tokens(struct json *doc, struct json *metrics)
{
	static const char *const keys[] = {"tokens", "token_usage", NULL};
	struct json *tokens = take(doc, keys, JSON_OBJECT);

	if (tokens) {
		json_set(metrics, "tokens", tokens);
		return;
	}
	tokens = take(doc, keys, JSON_NUMBER);
	if (tokens)
		json_set(json_set_object(metrics, "tokens"), "total", tokens);
}

void old_metrics_read(struct json *metrics, struct json *doc)
{
	static const char *const time[] = {
		"execution_time_ms", "execution_time", "total_time", NULL};
	static const char *const total[] = {"tasks_total", "total_tasks", NULL};
	static const char *const completed[] = {"tasks_completed",
						"completed_tasks", NULL};
	static const char *const failed[] = {"tasks_failed", "failed_tasks",
					     NULL};
	static const char *const skipped[] = {"tasks_skipped", "skipped_tasks",
					      NULL};
	static const char *const memory[] = {"memory_peak_kb", NULL};

	move_count(doc, time, metrics, "execution_time_ms");
	move_count(doc, total, metrics, "tasks_total");
	move_count(doc, completed, metrics, "tasks_completed");
	move_count(doc, failed, metrics, "tasks_failed");
	move_count(doc, skipped, metrics, "tasks_skipped");
	move_count(doc, memory, metrics, "memory_peak_kb");
	move_ratio(doc, metrics);
	move_tokens(doc, metrics);
	/* It is the time by the tasks. */
	json_remove(doc, "avg_task_time");
}

/* -- tasks --------------------------------------------------------------- */

static const char *const id_keys[] = {"id", "task_id", NULL};
static const char *const text_keys[] = {"task_description", "description",
					"title", "name", NULL};

/* A text, or the "message" of an object. */
static void move_message(struct json *doc, struct json *to)
{
	static const char *const keys[] = {"message", "error",	    "reason",
					   "result",  "last_error", NULL};
	struct json *object;

	move(doc, keys, JSON_STRING, to, "message");
	if (!json_is_null(json_get(to, "message")))
		return;
	for (size_t i = 0; keys[i]; i++) {
		object = json_get(doc, keys[i]);
		if (!json_get_string(object, "message"))
			continue;
		json_set_string(to, "message",
				json_get_string(object, "message"));
		json_remove(object, "message");
		remove_if_empty(doc, keys[i]);
		return;
	}
	for (size_t i = 0; keys[i]; i++)
		remove_if_empty(doc, keys[i]);
}

/* What `info` says of the current task belongs to it. */
static void move_info(struct json *doc, struct json *task)
{
	struct json *info = json_get(doc, "info");

	if (json_is_null(json_get(task, "task_description")))
		move(info, text_keys, JSON_STRING, task, "task_description");
	remove_if_empty(doc, "info");
}

/* When it was worked on, for its record. */
static void set_record(struct json *task)
{
	const struct json *started = json_get(task, "started");
	const struct json *ended = json_get(task, "ended");
	struct json *times;

	if (json_is_null(started) && json_is_null(ended))
		return;
	times = json_set_object(json_set_object(task, "record"), "timestamps");
	json_set_copy(times, "created",
		      json_is_null(started) ? ended : started);
	json_set_copy(times, "updated", json_is_null(ended) ? started : ended);
	json_set_copy(times, "last_activity",
		      json_is_null(ended) ? started : ended);
}

/*
 * One task of a list, a name or an object; NULL: it has no id. What has no
 * place of an object stays in `doc`.
 */
static struct json *read_task(struct json *doc, const char *status)
{
	static const char *const started[] = {"started_at", "started", NULL};
	static const char *const ended[] = {"completed_at", "ended_at",
					    "failed_at", "skipped_at", NULL};
	static const char *const duration[] = {"duration_ms", "duration", NULL};
	static const char *const attempts[] = {"attempts", NULL};
	struct json *task = record_task_result_new();
	char number_text[24];
	int64_t number;

	if (json_as_string(doc)) {
		json_set_string(task, "task_id", json_as_string(doc));
	} else if (json_as_int(doc, &number)) {
		snprintf(number_text, sizeof(number_text), "%lld",
			 (long long)number);
		json_set_string(task, "task_id", number_text);
	}
	move(doc, id_keys, JSON_STRING, task, "task_id");
	move(doc, text_keys, JSON_STRING, task, "task_description");
	move_info(doc, task);
	move_count(doc, duration, task, "duration_ms");
	move_count(doc, attempts, task, "attempts");
	move_message(doc, task);
	move_time(doc, started, task, "started");
	move_time(doc, ended, task, "ended");
	json_set_string(task, "status", status);
	set_record(task);
	if (!json_get_string(task, "task_id") ||
	    !*json_get_string(task, "task_id")) {
		json_free(task);
		return NULL;
	}
	return task;
}

/* A list of tasks of one status; elements that have a place go. */
static void read_list(struct json *doc, const char *key, const char *status,
		      struct old_state *out)
{
	struct json *list = json_get(doc, key);
	struct json *array = json_get(out->session, key);
	bool all = true;

	if (json_type(list) != JSON_ARRAY)
		return;
	JSON_FOR_EACH (item, list) {
		struct json *task = read_task(item, status);

		if (!task) {
			all = false;
			continue;
		}
		json_add(array, task);
		all = all &&
		      (json_type(item) != JSON_OBJECT || !json_size(item));
	}
	if (all)
		json_remove(doc, key);
}

static void read_current(struct json *doc, struct old_state *out)
{
	struct json *current = json_get(doc, "current_task");
	struct json *task = json_is_null(current)
				    ? NULL
				    : read_task(current, "in_progress");
	struct json *timestamps;

	if (!task) {
		remove_if_empty(doc, "current_task");
		return;
	}
	json_set_copy(out->session, "current_task", json_get(task, "task_id"));
	json_add(json_get(out->session, "pending_tasks"), task);
	out->task = record_task_new();
	json_set_copy(out->task, "task_id", json_get(task, "task_id"));
	json_set_copy(out->task, "task_description",
		      json_get(task, "task_description"));
	timestamps = json_get(out->task, "timestamps");
	if (!json_is_null(json_get(task, "started")))
		json_set_copy(timestamps, "created", json_get(task, "started"));
	if (json_type(current) != JSON_OBJECT)
		json_remove(doc, "current_task");
	else
		remove_if_empty(doc, "current_task");
}

/* -- the session --------------------------------------------------------- */

/* A session that nobody ended was interrupted, as far as we can tell, where
 * there is work left. */
static void guess_status(struct old_state *out)
{
	bool left = json_size(json_get(out->session, "pending_tasks"));

	if (json_is_null(json_get(out->session, "status")))
		json_set_string(out->session, "status",
				left ? "interrupted" : "ended");
}

static void read_status(struct json *doc, struct old_state *out)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = {
		{"active", "active"},		{"running", "active"},
		{"in_progress", "active"},	{"ended", "ended"},
		{"completed", "ended"},		{"complete", "ended"},
		{"interrupted", "interrupted"}, {"paused", "interrupted"},
		{"expired", "expired"},		{"abandoned", "abandoned"},
	};
	const char *status = json_get_string(doc, "status");
	int64_t ended;

	for (size_t i = 0; status && i < ARRAY_SIZE(names); i++) {
		if (strcmp(status, names[i].theirs) != 0)
			continue;
		json_set_string(out->session, "status", names[i].ours);
		json_remove(doc, "status");
		break;
	}
	if (old_time(json_get(doc, "ended_at"), &ended)) {
		static const char *const keys[] = {"ended_at", NULL};

		json_set_string(out->session, "status", "ended");
		move_time(doc, keys, out->session, "ended");
	}
}

static void read_id(struct json *doc, struct old_state *out)
{
	static const char *const keys[] = {"session_id", "id", NULL};
	struct json *id = take(doc, keys, JSON_STRING);
	int64_t number;

	if (!id)
		id = take(doc, keys, JSON_NUMBER);
	if (json_as_string(id))
		out->id = xstrdup(json_as_string(id));
	else if (json_as_int(id, &number))
		out->id = xstrfmt("%lld", (long long)number);
	json_free(id);
}

void old_state_read(struct old_state *out, struct json *doc)
{
	static const char *const started[] = {"started_at", "started",
					      "start_time", "created_at", NULL};
	static const char *const sprint[] = {"sprint_id", "sprint", NULL};
	struct json *metrics;

	*out = (struct old_state){
		.session = record_session_new(),
		.metrics = record_metrics_new(),
	};
	read_id(doc, out);
	json_set_string(out->session, "id", out->id);
	move_time(doc, started, out->session, "started");
	move(doc, sprint, JSON_STRING, out->session, "sprint");
	read_status(doc, out);
	read_list(doc, "completed_tasks", "completed", out);
	read_list(doc, "failed_tasks", "failed", out);
	read_list(doc, "skipped_tasks", "skipped", out);
	read_list(doc, "pending_tasks", "pending", out);
	read_current(doc, out);
	guess_status(out);
	metrics = json_get(doc, "metrics");
	old_metrics_read(out->metrics, metrics);
	remove_if_empty(doc, "metrics");
	remove_if_empty(doc, "sprint_id");
	/* Each of them has its own file. */
	json_remove(doc, "checkpoints");
	/* When it was made, which the checkpoint's own says. */
	json_remove(doc, "git_info");
}

void old_state_release(struct old_state *state)
{
	free(state->id);
	json_free(state->session);
	json_free(state->metrics);
	json_free(state->task);
	*state = (struct old_state){0};
}
