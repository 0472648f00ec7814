#include "core/carry/import_session.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/record/session.h"
#include "core/session/session_change.h"
#include "core/session/session_fold.h"

static int64_t started_ms(const struct old_session *session)
{
	int64_t time;

	return old_time(json_get(session->session, "started"), &time)
		       ? time
		       : session->time_ms;
}

static struct json *event_of_start(struct repository *repo,
				   const struct old_session *session,
				   struct error *err)
{
	struct json *event, *place = NULL, *adopted, *doc;

	if (session_place(repo, &place, err) < 0)
		return NULL;
	event = session_event_new("start", started_ms(session));
	json_set_string(event, "version", SESSION_LOG_VERSION);
	json_set_string(event, "session", session->name);
	json_set_copy(event, "sprint", json_get(session->session, "sprint"));
	json_set(event, "place", place);
	adopted = json_set_object(event, "adopted");
	doc = json_set_copy(adopted, "session", session->session);
	json_set_copy(adopted, "task", session->task);
	/* The clock of what was in progress runs from when it was started. */
	JSON_FOR_EACH (item, json_get(doc, "pending_tasks")) {
		int64_t attempts;

		json_set_string(item, "status", "pending");
		if (json_get_int(item, "attempts", &attempts) && attempts > 0)
			json_set_int(item, "attempts", attempts - 1);
	}
	return event;
}

static void add_current_task(struct json *events,
			     const struct old_session *session)
{
	const char *current = json_get_string(session->session, "current_task");
	int64_t time = started_ms(session);
	struct json *event;

	if (!current)
		return;
	JSON_FOR_EACH (item, json_get(session->session, "pending_tasks"))
		if (!strcmp(json_get_string(item, "task_id"), current))
			old_time(json_get(item, "started"), &time);
	event = session_event_new("task_start", time);
	json_set_string(event, "task", current);
	json_add(events, event);
}

/* What tasks failed by, or were tried again after. */
static void add_task_errors(struct json *events,
			    const struct old_session *session, const char *list)
{
	JSON_FOR_EACH (item, json_get(session->session, list)) {
		struct json *event;
		int64_t time = session->time_ms;

		if (!json_get_string(item, "message"))
			continue;
		if (!old_time(json_get(item, "ended"), &time))
			old_time(json_get(item, "started"), &time);
		event = session_event_new("error", time);
		json_set_copy(event, "task", json_get(item, "task_id"));
		json_set_copy(event, "message", json_get(item, "message"));
		json_add(events, event);
	}
}

static void add_errors(struct json *events, const struct old_session *session)
{
	add_task_errors(events, session, "failed_tasks");
	add_task_errors(events, session, "pending_tasks");
	JSON_FOR_EACH (item, session->errors) {
		struct json *event;
		int64_t time = session->time_ms;

		json_get_int(item, "time", &time);
		event = session_event_new("error", time);
		json_set_copy(event, "task",
			      json_get(session->task, "task_id"));
		json_set_copy(event, "message", json_get(item, "message"));
		json_add(events, event);
	}
}

/* The current task was worked on until then. */
static void add_touch(struct json *events, const struct old_session *session)
{
	const char *current = json_get_string(session->session, "current_task");
	struct json *event;

	if (!current)
		return;
	event = session_event_new("update", session->time_ms);
	json_set_string(event, "task", current);
	json_set_object(event, "patch");
	json_add(events, event);
}

/* Nobody works on it here: one that was active is interrupted. */
static void add_end(struct json *events, const struct old_session *session)
{
	const char *status = json_get_string(session->session, "status");
	struct json *event = session_event_new("end", session->time_ms);
	bool left = json_size(json_get(session->session, "pending_tasks"));
	enum session_status parsed;

	if (!status || !session_status_parse(status, &parsed) ||
	    parsed == SESSION_ACTIVE)
		status = left ? "interrupted" : "ended";
	json_set_string(event, "status", status);
	json_add(events, event);
}

int import_session_write(struct repository *repo,
			 const struct old_session *session, struct error *err)
{
	struct json *events = json_array_new();
	struct session_change change;
	int64_t there, at = 0;
	int ret = session_change_open(&change, repo, session->name, err);

	if (ret < 0)
		goto done;
	json_add(events, event_of_start(repo, session, err));
	ret = err->code;
	if (ret < 0)
		goto done;
	add_current_task(events, session);
	add_errors(events, session);
	add_touch(events, session);
	add_end(events, session);
	/* One that a kill has cut short is finished; one that was taken over
	 * may have been worked on since. */
	there = change.state.events;
	if (there >= (int64_t)json_size(events) ||
	    change.state.ended_ms != RECORD_UNKNOWN)
		goto done;
	JSON_FOR_EACH (item, events) {
		if (at++ < there)
			continue;
		ret = session_change_add(&change, json_copy(item), err);
		if (ret < 0)
			goto done;
	}
	ret = 1;
done:
	session_change_close(&change);
	json_free(events);
	return ret;
}
