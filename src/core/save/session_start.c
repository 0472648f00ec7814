#include "core/save/session_run.h"

#include <pwd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/record/description.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/record/session.h"
#include "core/save/session_running.h"
#include "core/session/session_change.h"
#include "core/session/session_fold.h"
#include "core/session/session_memory.h"
#include "core/session/session_record.h"
#include "git/repository.h"

/* Who works, and where. */
static int set_runner(struct json *event, struct repository *repo,
		      const struct session_start *start, struct error *err)
{
	const struct passwd *user = getpwuid(geteuid());
	char host[256] = "";
	struct json *place;

	if (session_place(repo, &place, err) < 0)
		return err->code;
	json_set(event, "place", place);
	json_set_path(event, "worktree", repo->worktree);
	if (!gethostname(host, sizeof(host) - 1))
		json_set_string(event, "host", host);
	if (user)
		json_set_string(event, "user", user->pw_name);
	if (start->agent)
		json_set_string(event, "agent", start->agent);
	if (start->pid > 0) {
		int64_t since = process_start_time(start->pid);

		if (since == RECORD_UNKNOWN)
			return error_set(err, ERR_FAILED,
					 "there is no process %lld",
					 (long long)start->pid);
		json_set_int(event, "pid", start->pid);
		json_set_int(event, "pid_start", since);
	}
	return 0;
}

/* -- what was there before ----------------------------------------------- */

static int refuse_active(const struct session_state *state, struct error *err)
{
	struct buf age = BUF_INIT;

	clock_relative(&age, state->started_ms, clock_now_ms());
	error_set(err, ERR_REFUSED,
		  "session already active: '%s', started %s by %s on %s in "
		  "'%s'",
		  state->id, age.ptr, state->user ? state->user : "somebody",
		  state->host ? state->host : "some host",
		  state->worktree ? state->worktree : "?");
	buf_release(&age);
	error_hint(err, "'git checkpoint resume' goes on with it");
	return error_hint(err, "'git checkpoint session end' ends it, 'git "
			       "checkpoint session start --force' gives it up "
			       "for a new one");
}

/* End a session that a new one takes the place of. */
static int end_other(struct repository *repo, const char *name,
		     enum session_status status, struct session_result *out,
		     struct error *err)
{
	struct session_change change;
	int ret = session_change_open(&change, repo, name, err);

	if (!ret)
		ret = session_running_end(&change, status, err);
	session_change_close(&change);
	if (!ret) {
		free(out->ended);
		out->ended = xstrdup(name);
	}
	return ret;
}

/* The session that was active, or passes for it still. */
static int clear_active(struct repository *repo,
			const struct session_start *start,
			struct session_result *out, struct error *err)
{
	struct session_state state;
	char *name = NULL;
	int got = session_state_active(repo, &state, err);

	/* What nobody here can read is not ended, but given up all the same. */
	if (got == ERR_NEWER && start->force) {
		error_release(err);
		got = 0;
	}
	if (got > 0 && !start->force) {
		got = refuse_active(&state, err);
	} else if (got > 0) {
		got = end_other(repo, state.id, SESSION_ABANDONED, out, err);
	} else if (!got) {
		/* One that has expired says so from now on. */
		name = session_active_name(repo);
		if (name && state.id && state.status == SESSION_EXPIRED &&
		    state.running_ms != RECORD_UNKNOWN)
			got = end_other(repo, name, SESSION_EXPIRED, out, err);
		free(out->ended);
		out->ended = NULL;
	}
	free(name);
	session_state_release(&state);
	return got < 0 ? got : 0;
}

static int clear_unfinished(struct repository *repo, struct session_result *out,
			    struct error *err)
{
	struct session_state state;
	int got = session_state_unfinished(repo, &state, err);

	if (got > 0 && state.status != SESSION_ABANDONED)
		got = end_other(repo, state.id, SESSION_ABANDONED, out, err);
	session_state_release(&state);
	return got < 0 ? got : 0;
}

/* -- starting ------------------------------------------------------------ */

static int write_start(struct repository *repo,
		       const struct session_start *start,
		       const struct session_state *from,
		       struct session_change *change, struct error *err)
{
	struct json *event = session_change_event(change, "start");
	struct json *adopted;

	json_set_string(event, "version", SESSION_LOG_VERSION);
	json_set_string(event, "session", change->state.id);
	if (start->sprint)
		json_set_string(event, "sprint", start->sprint);
	if (start->resumed_from)
		json_set_string(event, "resumed_from", start->resumed_from);
	if (set_runner(event, repo, start, err) < 0) {
		json_free(event);
		return err->code;
	}
	if (start->tasks)
		json_set_copy(event, "tasks", start->tasks);
	if (from) {
		adopted = json_set_object(event, "adopted");
		json_set(adopted, "session",
			 session_record_session(from, from->last_activity_ms));
	}
	return session_change_add(change, event, err);
}

/* Under the worktree's lock. The name is the active one before it has a log, so
 * that no log is ever without its worktree. */
static int start_new(struct repository *repo, const struct session_start *start,
		     const struct session_state *from,
		     struct session_result *out, struct error *err)
{
	struct session_change change = SESSION_CHANGE_INIT;
	char *name = NULL;
	int ret = session_draw(repo, &name, err);

	if (!ret)
		ret = session_set_active(repo, name, err);
	if (!ret)
		ret = session_change_open(&change, repo, name, err);
	if (!ret)
		ret = write_start(repo, start, from, &change, err);
	if (!ret)
		session_running_take(out, &change);
	session_change_close(&change);
	free(name);
	return ret;
}

static int start_locked(struct repository *repo,
			const struct session_start *start,
			const struct session_state *from,
			struct session_result *out, struct error *err)
{
	if (clear_active(repo, start, out, err) < 0 ||
	    (start->fresh && clear_unfinished(repo, out, err) < 0))
		return err->code;
	return start_new(repo, start, from, out, err);
}

static int start_session(struct repository *repo,
			 const struct session_start *start,
			 const struct session_state *from,
			 struct session_result *out, struct error *err)
{
	int fd = -1, ret;

	session_running_init(out);
	if (journal_refuse(repo, err) < 0 ||
	    description_check(start->sprint, err) < 0 ||
	    description_check(start->agent, err) < 0 ||
	    save_check_place(repo, &start->save, err) < 0)
		return err->code;
	ret = session_lock(repo, &fd, err);
	if (!ret)
		ret = start_locked(repo, start, from, out, err);
	if (fd >= 0)
		file_unlock(fd);
	if (!ret)
		ret = session_running_save(repo, &start->save,
					   TYPE_SESSION_START, out, err);
	return ret;
}

int session_start(struct repository *repo, const struct session_start *start,
		  struct session_result *out, struct error *err)
{
	return start_session(repo, start, NULL, out, err);
}

int session_take_over(struct repository *repo, const struct session_state *from,
		      const struct session_start *start,
		      struct session_result *out, struct error *err)
{
	struct session_start wanted = *start;

	if (!wanted.sprint)
		wanted.sprint = from->sprint;
	wanted.resumed_from = from->id;
	return start_session(repo, &wanted, from, out, err);
}

/* -- continuing ---------------------------------------------------------- */

static int check_continue(struct repository *repo,
			  const struct session_state *state, struct error *err)
{
	bool ours;

	if (session_state_is_ours(repo, state, &ours, err) < 0)
		return err->code;
	if (!ours) {
		error_set(err, ERR_REFUSED,
			  "session '%s' is not this worktree's", state->id);
		return error_hint(err,
				  "'git checkpoint resume %s' takes its "
				  "tasks over into a new one",
				  state->id);
	}
	if (state->status == SESSION_ABANDONED)
		return error_set(err, ERR_REFUSED, "session '%s' was abandoned",
				 state->id);
	return 0;
}

static int continue_locked(struct repository *repo, const char *name,
			   const struct session_start *start,
			   struct session_result *out, struct error *err)
{
	struct session_change change = SESSION_CHANGE_INIT;
	struct json *event;
	int ret;

	if (clear_active(repo, start, out, err) < 0)
		return err->code;
	ret = session_change_open(&change, repo, name, err);
	if (!ret)
		ret = check_continue(repo, &change.state, err);
	if (!ret)
		ret = session_set_active(repo, name, err);
	if (!ret) {
		event = session_change_event(&change, "continue");
		ret = set_runner(event, repo, start, err);
		if (ret < 0)
			json_free(event);
		else
			ret = session_change_add(&change, event, err);
	}
	if (!ret)
		session_running_take(out, &change);
	session_change_close(&change);
	return ret;
}

int session_continue(struct repository *repo, const char *name,
		     const struct session_start *start,
		     struct session_result *out, struct error *err)
{
	int fd = -1, ret;

	session_running_init(out);
	if (journal_refuse(repo, err) < 0)
		return err->code;
	ret = session_lock(repo, &fd, err);
	if (!ret)
		ret = continue_locked(repo, name, start, out, err);
	if (fd >= 0)
		file_unlock(fd);
	return ret;
}
