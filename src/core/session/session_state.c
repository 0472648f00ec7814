#include "core/session/session_state.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/session.h"
#include "core/record/session_log.h"
#include "core/session/session_fold.h"
#include "core/session/session_progress.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_TIMEOUT_S (INT64_C(24) * 60 * 60)

static const char *const session_statuses[] = {
	[SESSION_ACTIVE] = "active",	       [SESSION_ENDED] = "ended",
	[SESSION_INTERRUPTED] = "interrupted", [SESSION_EXPIRED] = "expired",
	[SESSION_ABANDONED] = "abandoned",
};

static const char *const task_statuses[] = {
	[TASK_PENDING] = "pending",	[TASK_IN_PROGRESS] = "in_progress",
	[TASK_COMPLETED] = "completed", [TASK_FAILED] = "failed",
	[TASK_SKIPPED] = "skipped",
};

const char *session_status_name(enum session_status status)
{
	return session_statuses[status];
}

const char *task_status_name(enum task_status status)
{
	return task_statuses[status];
}

bool session_status_parse(const char *name, enum session_status *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(session_statuses); i++)
		if (!strcmp(name, session_statuses[i])) {
			*out = (enum session_status)i;
			return true;
		}
	return false;
}

bool task_status_parse(const char *name, enum task_status *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(task_statuses); i++)
		if (!strcmp(name, task_statuses[i])) {
			*out = (enum task_status)i;
			return true;
		}
	return false;
}

/* -- memory -------------------------------------------------------------- */

void session_state_init(struct session_state *out, const char *name)
{
	struct id id;

	*out = (struct session_state){
		.id = xstrdup(name),
		.status = SESSION_INTERRUPTED,
		.started_ms = RECORD_UNKNOWN,
		.ended_ms = RECORD_UNKNOWN,
		.running_ms = RECORD_UNKNOWN,
		.pid = RECORD_UNKNOWN,
		.pid_start = RECORD_UNKNOWN,
		.memory_peak_kb = RECORD_UNKNOWN,
		.places = STRMAP_INIT,
		.metrics = record_metrics_new(),
	};
	if (id_parse(name, &id))
		out->started_ms = id.time_ms;
}

void session_state_release(struct session_state *state)
{
	session_progress_clear(state);
	free(state->id);
	free(state->sprint);
	free(state->resumed_from);
	json_free(state->place);
	free(state->worktree);
	free(state->host);
	free(state->user);
	free(state->agent);
	json_free(state->metrics);
	*state = (struct session_state){0};
}

/* -- finding ------------------------------------------------------------- */

/* When the session was last heard of: an event, or a checkpoint. */
static int last_activity(struct repository *repo,
			 const struct session_state *state, int64_t *out,
			 struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_names(repo, SCOPE_ALL, state->id, &list, err);

	*out = state->last_activity_ms;
	if (!ret && list.nr && id_time(list.items[0].id) > *out)
		*out = id_time(list.items[0].id);
	checkpoint_list_release(&list);
	return ret;
}

/* An active session that has been idle for too long is none any more. */
static int expire(struct repository *repo, struct session_state *state,
		  struct error *err)
{
	int64_t timeout, now_ms = clock_now_ms(), last;

	if (config_get_seconds(repo->config, "checkpoint.sessiontimeout",
			       DEFAULT_TIMEOUT_S, &timeout, err) < 0)
		return err->code;
	if (state->status != SESSION_ACTIVE ||
	    (now_ms - state->last_activity_ms) / 1000 <= timeout)
		return 0;
	if (last_activity(repo, state, &last, err) < 0)
		return err->code;
	if ((now_ms - last) / 1000 > timeout) {
		state->status = SESSION_EXPIRED;
		state->ended_ms = last;
	}
	return 0;
}

int session_state_read_at(struct repository *repo, const char *name,
			  int64_t events, struct session_state *out,
			  struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	session_state_init(out, name);
	ret = session_log_read(repo, name, &text, err);
	if (!ret)
		ret = session_fold(out, text.ptr, text.len, events, err);
	if (!ret && !out->known && events)
		ret = error_set(err, ERR_INVALID,
				"nothing can be read of the log of session "
				"'%s'",
				name);
	buf_release(&text);
	return ret;
}

int session_state_read(struct repository *repo, const char *name,
		       struct session_state *out, struct error *err)
{
	int ret = session_state_read_at(repo, name, -1, out, err);

	return ret < 0 ? ret : expire(repo, out, err);
}

int session_state_is_ours(struct repository *repo,
			  const struct session_state *state, bool *out,
			  struct error *err)
{
	struct json *place = NULL;
	int ret = session_place(repo, &place, err);

	*out = !ret && json_equal(place, state->place);
	json_free(place);
	return ret;
}

int session_state_active(struct repository *repo, struct session_state *out,
			 struct error *err)
{
	char *name = session_active_name(repo);
	bool ours = false;
	int ret = 0;

	*out = (struct session_state){0};
	if (!name)
		return 0;
	ret = session_state_read(repo, name, out, err);
	free(name);
	/* Started and killed before the first line, or filled with noise. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		return 0;
	}
	if (!ret && out->status == SESSION_ACTIVE)
		ret = session_state_is_ours(repo, out, &ours, err);
	return ret < 0 ? ret : ours;
}

int session_state_names(struct repository *repo, bool everywhere,
			struct strlist *out, struct error *err)
{
	struct strlist all = STRLIST_INIT, own = STRLIST_INIT;
	int ret = session_log_names(repo, &all, err);

	if (!ret && !everywhere)
		ret = session_names(repo, &own, err);
	for (size_t i = 0; !ret && i < all.nr; i++)
		if (everywhere || strlist_sorted_has(&own, all.items[i]))
			strlist_add(out, all.items[i]);
	strlist_release(&all);
	strlist_release(&own);
	return ret;
}

int session_state_unfinished(struct repository *repo, struct session_state *out,
			     struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = session_state_active(repo, out, err);
	bool found = ret > 0 && session_state_is_unfinished(out);

	if (ret >= 0 && !found)
		ret = session_state_names(repo, false, &names, err);
	for (size_t i = 0; ret >= 0 && !found && i < names.nr; i++) {
		session_state_release(out);
		ret = session_state_read(repo, names.items[i], out, err);
		if (ret < 0) {
			error_release(err);
			ret = 0;
			continue;
		}
		found = session_state_is_unfinished(out) &&
			out->status != SESSION_ABANDONED;
	}
	strlist_release(&names);
	return ret < 0 ? ret : found;
}

/* -- asking -------------------------------------------------------------- */

struct session_task *session_state_task(const struct session_state *state,
					const char *id)
{
	size_t place = (size_t)(uintptr_t)strmap_get(&state->places, id);

	return place ? &state->tasks[place - 1] : NULL;
}

struct session_task *session_state_current(const struct session_state *state)
{
	return state->current ? session_state_task(state, state->current)
			      : NULL;
}

size_t session_state_count(const struct session_state *state,
			   enum task_status status)
{
	size_t nr = 0;

	for (size_t i = 0; i < state->nr_tasks; i++)
		nr += state->tasks[i].status == status;
	return nr;
}

bool session_state_is_unfinished(const struct session_state *state)
{
	return session_state_count(state, TASK_PENDING) ||
	       session_state_count(state, TASK_IN_PROGRESS);
}

bool session_state_is_over(const struct session_state *state)
{
	if (state->status == SESSION_ACTIVE)
		return false;
	return state->status == SESSION_ABANDONED ||
	       !session_state_is_unfinished(state);
}

static int64_t with_running(int64_t worked_ms, int64_t running_ms,
			    int64_t now_ms)
{
	if (running_ms == RECORD_UNKNOWN || now_ms < running_ms)
		return worked_ms;
	return worked_ms + (now_ms - running_ms);
}

int64_t session_state_worked(const struct session_state *state, int64_t now_ms)
{
	/* Nobody has worked since it expired. */
	if (state->status != SESSION_ACTIVE && state->ended_ms < now_ms)
		now_ms = state->ended_ms;
	return with_running(state->worked_ms, state->running_ms, now_ms);
}

int64_t session_task_worked(const struct session_task *task, int64_t now_ms)
{
	return with_running(task->worked_ms, task->running_ms, now_ms);
}

/* Between 0 and 1. */
static double share(int64_t done, int64_t total)
{
	if (total <= 0 || done <= 0)
		return 0;
	return done >= total ? 1 : (double)done / (double)total;
}

/* Whether the phase that is current is under way. */
static bool phase_runs(const struct json *phases)
{
	int64_t current;
	const char *status;
	char *key;

	if (!json_get_int(phases, "current", &current))
		return false;
	key = xstrfmt("%lld", (long long)current);
	status = json_get_string(json_get(phases, "status"), key);
	free(key);
	return !status || !strcmp(status, "in_progress");
}

int session_task_percent(const struct session_task *task)
{
	const struct json *phases = json_get(task->record, "phases");
	const struct json *subtasks = json_get(task->record, "subtasks");
	int64_t total = 0, parts = 0;
	double part, done;

	if (task->status == TASK_COMPLETED)
		return 100;
	json_get_int(subtasks, "total", &parts);
	part = share((int64_t)json_size(json_get(subtasks, "completed")),
		     parts);
	if (!json_get_int(phases, "total", &total) || total <= 0)
		return parts > 0 ? (int)(100 * part) : -1;
	done = (double)json_size(json_get(phases, "completed"));
	if (phase_runs(phases))
		done += part;
	done /= (double)total;
	return done >= 1 ? 100 : (int)(100 * done);
}

bool session_state_success_ratio(const struct session_state *state, double *out)
{
	size_t good = session_state_count(state, TASK_COMPLETED);
	size_t bad = session_state_count(state, TASK_FAILED);

	if (!(good + bad))
		return false;
	*out = (double)good / (double)(good + bad);
	return true;
}

char *session_call_name(const char *event, const char *task, const char *what,
			const char *key)
{
	return xstrfmt("%s %s %s %s", event, task ? task : "-",
		       what ? what : "-", key);
}

const struct session_call *session_state_call(const struct session_state *state,
					      const char *name)
{
	for (size_t i = 0; i < state->nr_calls; i++)
		if (!strcmp(state->calls[i].name, name))
			return &state->calls[i];
	return NULL;
}
