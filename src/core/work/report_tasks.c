#include "core/work/reporting.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/record/session_log.h"
#include "core/record/stored.h"

/* -- what a session had done --------------------------------------------- */

static char *copy_or_null(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

static void add_task(struct report *report, size_t session,
		     const struct session_task *from)
{
	const struct json *record = from->record;
	int64_t worked = session_task_worked(from, report->now_ms);
	struct report_task *task;

	ARRAY_GROW(report->tasks, report->nr_tasks, report->alloc_tasks);
	task = &report->tasks[report->nr_tasks++];
	*task = (struct report_task){
		.id = xstrdup(from->id),
		.description = copy_or_null(
			json_get_string(record, "task_description")),
		.status = from->status,
		.session = session,
		.started_ms = from->started_ms,
		.ended_ms = from->ended_ms,
		/* One that nobody began took no time. */
		.duration_ms = from->attempts ? worked : RECORD_UNKNOWN,
		.attempts = from->attempts,
		.message = copy_or_null(from->message),
		.tokens = json_size(from->tokens) ? json_copy(from->tokens)
						  : NULL,
		.memory_peak_kb = RECORD_UNKNOWN};
	json_get_int(json_get(record, "metrics"), "memory_peak_kb",
		     &task->memory_peak_kb);
}

static void read_state(struct report *report, size_t place,
		       const struct session_state *state)
{
	struct report_session *session = &report->sessions[place];
	const struct json *tokens = json_get(state->metrics, "tokens");

	session->sprint = copy_or_null(state->sprint);
	session->status = xstrdup(session_status_name(state->status));
	session->resumed_from = copy_or_null(state->resumed_from);
	session->execution_time_ms =
		session_state_worked(state, report->now_ms);
	session->memory_peak_kb = state->memory_peak_kb;
	if (json_size(tokens))
		session->tokens = json_copy(tokens);
	if (state->started_ms != RECORD_UNKNOWN)
		session->started_ms = state->started_ms;
	if (state->last_activity_ms > session->last_ms)
		session->last_ms = state->last_activity_ms;
	for (size_t i = 0; i < state->nr_tasks; i++)
		add_task(report, place, &state->tasks[i]);
}

/* A session that nobody started has checkpoints, and nothing to tell. */
static int read_newest(struct repository *repo,
		       const struct report_session *session,
		       struct session_state *state, struct error *err)
{
	struct stored stored;
	int ret = stored_open(repo, &session->newest, &stored, err);

	if (!ret && json_get_string(stored.record.session, "status")) {
		session_state_of_record(&stored.record, state);
		ret = 1;
	}
	stored_release(&stored);
	return ret;
}

/* 1: `state` is filled; 0: there is none. */
static int find_state(struct repository *repo,
		      const struct report_session *session, bool here,
		      struct session_state *state, struct error *err)
{
	int ret = ERR_NOT_FOUND;

	if (here)
		ret = session_state_read(repo, session->id, state, err);
	/* What a log does not tell, the newest checkpoint may. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID || ret == ERR_NEWER) {
		error_release(err);
		session_state_release(state);
		return session->newest.ref
			       ? read_newest(repo, session, state, err)
			       : 0;
	}
	return ret < 0 ? ret : 1;
}

/* Sessions that have no checkpoint yet, or any more. */
static int add_without_checkpoints(struct report *report,
				   struct repository *repo,
				   enum checkpoint_scope scope,
				   struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = session_state_names(repo, scope == SCOPE_ALL, &names, err);

	for (size_t i = names.nr; !ret && i-- > 0;)
		report_session_of(report, names.items[i], NULL);
	strlist_release(&names);
	return ret;
}

int report_read_sessions(struct report *report, struct repository *repo,
			 enum checkpoint_scope scope, struct error *err)
{
	bool here = scope != SCOPE_REMOTES;
	int ret = here ? add_without_checkpoints(report, repo, scope, err) : 0;

	for (size_t i = 0; ret >= 0 && i < report->nr_sessions; i++) {
		struct session_state state = {0};

		ret = find_state(repo, &report->sessions[i], here, &state, err);
		if (ret == 1)
			read_state(report, i, &state);
		session_state_release(&state);
	}
	return ret < 0 ? ret : 0;
}

/* -- counts -------------------------------------------------------------- */

static int compare_times(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static int64_t median_of(int64_t *times, size_t nr)
{
	if (!nr)
		return RECORD_UNKNOWN;
	qsort(times, nr, sizeof(*times), compare_times);
	if (nr % 2)
		return times[nr / 2];
	return times[nr / 2 - 1] + (times[nr / 2] - times[nr / 2 - 1]) / 2;
}

static const struct report_task *find_task(const struct report *report,
					   size_t session, const char *id)
{
	for (size_t i = 0; i < report->nr_tasks; i++)
		if (report->tasks[i].session == session &&
		    !strcmp(report->tasks[i].id, id))
			return &report->tasks[i];
	return NULL;
}

static void count_attempts(struct report *report)
{
	for (size_t i = 0; i < report->nr_checkpoints; i++) {
		struct report_checkpoint *item = &report->checkpoints[i];
		const struct report_task *task =
			item->task
				? find_task(report, item->session, item->task)
				: NULL;

		if (task)
			item->attempts = task->attempts;
	}
}

void report_count_tasks(struct report *report)
{
	int64_t *times = xcalloc(report->nr_tasks + 1, sizeof(*times));
	size_t nr = 0;

	for (size_t i = 0; i < report->nr_tasks; i++) {
		const struct report_task *task = &report->tasks[i];

		report->total[task->status]++;
		report->sessions[task->session].tasks[task->status]++;
		if (task->status == TASK_COMPLETED &&
		    task->duration_ms != RECORD_UNKNOWN)
			times[nr++] = task->duration_ms;
	}
	report->median_ms = median_of(times, nr);
	free(times);
	count_attempts(report);
}
