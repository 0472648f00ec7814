#include "core/session/session_fold.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "core/record/json.h"
#include "core/record/session_log.h"
#include "core/session/session_progress.h"
#include "core/session/session_record.h"

/* -- tools --------------------------------------------------------------- */

static void set_path(char **member, const struct json *event, const char *key)
{
	struct buf path = BUF_INIT;

	if (json_get_path(event, key, &path)) {
		free(*member);
		*member = buf_detach(&path);
	}
	buf_release(&path);
}

/* -- sessions ------------------------------------------------------------ */

/* Who runs it, and where. */
static void apply_runner(struct session_state *state, const struct json *event)
{
	json_free(state->place);
	state->place = json_copy(json_get(event, "place"));
	set_path(&state->worktree, event, "worktree");
	xstrdup_over(&state->host, json_get_string(event, "host"));
	xstrdup_over(&state->user, json_get_string(event, "user"));
	xstrdup_over(&state->agent, json_get_string(event, "agent"));
	if (!json_get_int(event, "pid", &state->pid))
		state->pid = RECORD_UNKNOWN;
	if (!json_get_int(event, "pid_start", &state->pid_start))
		state->pid_start = RECORD_UNKNOWN;
}

static void apply_tasks(struct session_state *state, const struct json *event,
			int64_t now_ms)
{
	JSON_FOR_EACH (item, json_get(event, "tasks"))
		if (session_progress_add(state, item, now_ms))
			state->planned = true;
}

/* What another session had got to, and goes on here. */
static void apply_adopted(struct session_state *state, const struct json *event,
			  int64_t now_ms)
{
	const struct json *adopted = json_get(event, "adopted");

	/* In a plan is what was not begun. */
	session_record_read_tasks(state, json_get(adopted, "session"),
				  json_get(adopted, "task"));
	state->planned = session_state_count(state, TASK_PENDING) > 0;
	session_progress_go(state, now_ms);
}

static void apply_start(struct session_state *state, const struct json *event,
			int64_t now_ms)
{
	if (state->running_ms != RECORD_UNKNOWN)
		return;
	state->status = SESSION_ACTIVE;
	state->started_ms = now_ms;
	state->running_ms = now_ms;
	xstrdup_over(&state->sprint, json_get_string(event, "sprint"));
	xstrdup_over(&state->resumed_from,
		     json_get_string(event, "resumed_from"));
	apply_runner(state, event);
	apply_adopted(state, event, now_ms);
	apply_tasks(state, event, now_ms);
}

/* Time in which nobody worked on it is not counted. */
static void apply_continue(struct session_state *state,
			   const struct json *event, int64_t now_ms)
{
	session_progress_stop(state, state->last_activity_ms);
	state->status = SESSION_ACTIVE;
	state->ended_ms = RECORD_UNKNOWN;
	session_progress_go(state, now_ms);
	apply_runner(state, event);
}

static void apply_end(struct session_state *state, const struct json *event,
		      int64_t now_ms)
{
	const char *name = json_get_string(event, "status");

	if (!name || !session_status_parse(name, &state->status) ||
	    state->status == SESSION_ACTIVE)
		state->status = SESSION_ENDED;
	/* Nobody was there when it expired, or was given up for another. */
	if (state->status == SESSION_EXPIRED)
		now_ms = state->last_activity_ms;
	session_progress_stop(state, now_ms);
	state->ended_ms = now_ms;
}

static void apply_clear(struct session_state *state, const struct json *event,
			int64_t now_ms)
{
	(void)event;
	(void)now_ms;
	session_progress_clear(state);
}

/* What it restored is decided by which lines are folded: see chain_of(). */
static void apply_restore(struct session_state *state, const struct json *event,
			  int64_t now_ms)
{
	(void)event;
	session_progress_stop(state, state->last_activity_ms);
	state->status = SESSION_ACTIVE;
	state->ended_ms = RECORD_UNKNOWN;
	session_progress_go(state, now_ms);
}

/* Something went wrong, and no task failed by it. */
static void apply_error(struct session_state *state, const struct json *event,
			int64_t now_ms)
{
	const char *task = json_get_string(event, "task");
	const char *message = json_get_string(event, "message");

	ARRAY_GROW(state->errors, state->nr_errors, state->alloc_errors);
	state->errors[state->nr_errors++] = (struct session_error){
		now_ms, xstrdup_or_null(task), xstrdup_or_null(message)};
}

/* -- one event ----------------------------------------------------------- */

static void apply_task(struct session_state *state, const struct json *event,
		       int64_t now_ms)
{
	session_progress_apply(state, event, now_ms);
}

static const struct {
	const char *name;
	void (*apply)(struct session_state *state, const struct json *event,
		      int64_t now_ms);
} kinds[] = {
	{"start", apply_start},
	{"continue", apply_continue},
	{"end", apply_end},
	{"clear", apply_clear},
	{"restore", apply_restore},
	{"error", apply_error},
	{"plan", apply_tasks},
	{"task_start", apply_task},
	{"task_complete", apply_task},
	{"task_fail", apply_task},
	{"task_skip", apply_task},
	{"phase_start", apply_task},
	{"phase_complete", apply_task},
	{"subtask_start", apply_task},
	{"subtask_step", apply_task},
	{"subtask_complete", apply_task},
	{"update", apply_task},
};

static void note_call(struct session_state *state, const struct json *event,
		      int64_t now_ms)
{
	const char *name = json_get_string(event, "call");
	struct session_call *call;
	int64_t phase;

	if (!name)
		return;
	ARRAY_GROW(state->calls, state->nr_calls, state->alloc_calls);
	call = &state->calls[state->nr_calls++];
	*call = (struct session_call){.name = xstrdup(name), .time_ms = now_ms};
	xstrdup_over(&call->task, json_get_string(event, "task"));
	xstrdup_over(&call->what, json_get_string(event, "subtask"));
	if (json_get_int(event, "phase", &phase))
		call->what = xstrfmt("%lld", (long long)phase);
}

void session_apply(struct session_state *state, const struct json *event)
{
	const char *name = json_get_string(event, "event");
	const char *text = json_get_string(event, "time");
	int64_t now_ms, memory;

	if (!name)
		return;
	state->known = true;
	/* Times of a session never run backwards, whatever is in the line. */
	if (!text || !clock_parse_rfc3339(text, &now_ms) ||
	    now_ms < state->last_activity_ms)
		now_ms = state->last_activity_ms;
	if (now_ms < 0)
		now_ms = 0;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(name, kinds[i].name))
			kinds[i].apply(state, event, now_ms);
	if (json_get_int(event, "memory_peak_kb", &memory) &&
	    memory > state->memory_peak_kb)
		state->memory_peak_kb = memory;
	note_call(state, event, now_ms);
	state->last_activity_ms = now_ms;
}

struct json *session_event_new(const char *name, int64_t time_ms)
{
	struct json *event = json_object_new();
	struct buf time = BUF_INIT;

	clock_rfc3339(&time, time_ms);
	json_set_string(event, "event", name);
	json_set_string(event, "time", time.ptr);
	buf_release(&time);
	return event;
}

int64_t session_next_time(const struct session_state *state)
{
	int64_t now_ms = clock_now_ms();

	return now_ms > state->last_activity_ms ? now_ms
						: state->last_activity_ms;
}

/* -- the log ------------------------------------------------------------- */

/* A line: its event, NULL where it is none, and the line before it, by number
 * from 1; 0: there is none. */
struct line {
	struct json *event;
	int64_t before;
};

struct lines {
	struct line *items;
	size_t nr, alloc;
};

static void lines_release(struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		json_free(lines->items[i].event);
	free(lines->items);
}

static int check_version(const struct json *event, const char *session,
			 struct error *err)
{
	const char *version = json_get_string(event, "version");

	if (!version ||
	    strtol(version, NULL, 10) <= strtol(SESSION_LOG_VERSION, NULL, 10))
		return 0;
	error_set(err, ERR_NEWER,
		  "session '%s' was written by a newer version (format %s)",
		  session, version);
	return error_hint(err, "an upgrade of git-checkpoint is needed");
}

/* A line that brings an earlier state back goes on from there. */
static int64_t line_before(const struct json *event, int64_t number)
{
	const char *name = json_get_string(event, "event");
	int64_t to;

	if (name && !strcmp(name, "restore") &&
	    json_get_int(event, "events", &to) && to >= 0 && to < number)
		return to;
	return number - 1;
}

static int read_lines(struct session_state *state, const char *text, size_t len,
		      int64_t limit, struct lines *out, struct error *err)
{
	const char *at = text, *end = text + len;

	while (at < end && (limit < 0 || (int64_t)out->nr < limit)) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct error ignored = ERROR_INIT;
		struct json *event = NULL;

		if (!newline) {
			state->torn = true;
			break;
		}
		if (json_parse(&event, at, (size_t)(newline - at),
			       SESSION_EVENT_MAX_BYTES, &ignored) < 0 ||
		    !json_get_string(event, "event")) {
			json_free(event);
			event = NULL;
			state->unreadable++;
		}
		state->ends_in_noise = !event;
		error_release(&ignored);
		ARRAY_GROW(out->items, out->nr, out->alloc);
		out->items[out->nr++] = (struct line){event, 0};
		out->items[out->nr - 1].before =
			line_before(event, (int64_t)out->nr);
		if (check_version(event, state->id, err) < 0)
			return err->code;
		at = newline + 1;
	}
	return 0;
}

/* The lines that lead to the last, in order: the numbers are put into `out`,
 * which has room for all. */
static size_t chain_of(const struct lines *lines, size_t *out)
{
	int64_t at = (int64_t)lines->nr;
	size_t nr = 0;

	for (; at > 0; at = lines->items[at - 1].before)
		out[nr++] = (size_t)at - 1;
	for (size_t i = 0; i < nr / 2; i++) {
		size_t swap = out[i];

		out[i] = out[nr - 1 - i];
		out[nr - 1 - i] = swap;
	}
	return nr;
}

int session_fold(struct session_state *state, const char *text, size_t len,
		 int64_t events, struct error *err)
{
	struct lines lines = {0};
	size_t *chain = NULL, nr;
	int ret = read_lines(state, text, len, events, &lines, err);

	if (ret < 0)
		goto done;
	chain = xmalloc(array_bytes(lines.nr + 1, sizeof(*chain)));
	nr = chain_of(&lines, chain);
	for (size_t i = 0; i < nr; i++)
		if (lines.items[chain[i]].event)
			session_apply(state, lines.items[chain[i]].event);
	state->events = (int64_t)lines.nr;
done:
	free(chain);
	lines_release(&lines);
	return ret;
}
