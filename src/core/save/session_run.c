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
#include "core/save/history.h"
#include "core/save/occasion.h"
#include "core/session/session_change.h"
#include "core/session/session_fold.h"
#include "core/session/session_memory.h"
#include "core/session/session_record.h"
#include "git/repository.h"

/* -- results ------------------------------------------------------------- */

static void result_init(struct session_result *out)
{
	*out = (struct session_result){0};
	record_init(&out->saved.record);
}

void session_result_release(struct session_result *result)
{
	session_state_release(&result->state);
	saved_release(&result->saved);
	free(result->ended);
	*result = (struct session_result){0};
}

/* The state of a change that is over becomes the result's. */
static void take_state(struct session_result *out,
		       struct session_change *change)
{
	session_state_release(&out->state);
	out->state = change->state;
	out->was_cut = change->cut;
	change->state = (struct session_state){0};
}

static int save(struct repository *repo, const struct save_options *options,
		enum checkpoint_type type, struct session_result *out,
		struct error *err)
{
	struct save_options wanted = *options;

	wanted.type = type;
	wanted.state = &out->state;
	/* The session has changed already, so this must not be refused now. */
	wanted.any_place = wanted.leave_out_largest = true;
	saved_release(&out->saved);
	return occasion_save(repo, &wanted, &out->saved, &out->made, err);
}

/* -- events -------------------------------------------------------------- */

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

static int add_end(struct session_change *change, enum session_status status,
		   struct error *err)
{
	struct json *event = session_change_event(change, "end");

	json_set_string(event, "status", session_status_name(status));
	return session_change_add(change, event, err);
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
		ret = add_end(&change, status, err);
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
		take_state(out, &change);
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

	result_init(out);
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
		ret = save(repo, &start->save, TYPE_SESSION_START, out, err);
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
		take_state(out, &change);
	session_change_close(&change);
	return ret;
}

int session_continue(struct repository *repo, const char *name,
		     const struct session_start *start,
		     struct session_result *out, struct error *err)
{
	int fd = -1, ret;

	result_init(out);
	if (journal_refuse(repo, err) < 0)
		return err->code;
	ret = session_lock(repo, &fd, err);
	if (!ret)
		ret = continue_locked(repo, name, start, out, err);
	if (fd >= 0)
		file_unlock(fd);
	return ret;
}

/* -- ending -------------------------------------------------------------- */

int session_none(struct error *err)
{
	error_set(err, ERR_REFUSED, "no session is active");
	error_hint(err, "'git checkpoint session start' starts one");
	return error_hint(err, "'git checkpoint resume' goes on with one that "
			       "stopped");
}

/* Open the active session for a change. */
static int open_active(struct repository *repo, struct session_change *change,
		       struct error *err)
{
	struct session_state state;
	int got = session_state_active(repo, &state, err);

	*change = (struct session_change)SESSION_CHANGE_INIT;
	if (!got)
		got = session_none(err);
	if (got > 0)
		got = session_change_open(change, repo, state.id, err);
	/* Somebody may have ended it since. */
	if (!got && change->state.status != SESSION_ACTIVE)
		got = session_none(err);
	session_state_release(&state);
	return got;
}

int session_end(struct repository *repo, enum session_ending ending,
		const struct save_options *options, struct session_result *out,
		struct error *err)
{
	bool interrupted = ending == SESSION_END_INTERRUPTED;
	struct error missed = ERROR_INIT;
	struct session_change change;
	int ret;

	result_init(out);
	if (journal_refuse(repo, err) < 0)
		return err->code;
	ret = open_active(repo, &change, err);
	if (!ret)
		ret = add_end(&change,
			      interrupted ? SESSION_INTERRUPTED : SESSION_ENDED,
			      err);
	if (!ret)
		take_state(out, &change);
	session_change_close(&change);
	if (!ret && ending == SESSION_END_SPRINT)
		ret = save(repo, options, TYPE_SPRINT_COMPLETE, out, err);
	if (!ret)
		ret = save(repo, options,
			   interrupted ? TYPE_INTERRUPTED : TYPE_SESSION_END,
			   out, err);
	if (!ret && history_apply(repo, &missed) < 0)
		strlist_addf(&out->saved.warnings,
			     "old sessions were not thinned out: %s",
			     missed.text);
	error_release(&missed);
	return ret;
}

/* The active session, or the newest that has something to forget. */
static int find_clearable(struct repository *repo, struct session_result *out,
			  struct error *err)
{
	bool ours = false;
	int got = session_state_active(repo, &out->state, err);

	if (!got) {
		session_state_release(&out->state);
		got = session_state_unfinished(repo, &out->state, err);
	}
	if (!got)
		return session_none(err);
	if (got > 0)
		got = session_state_is_ours(repo, &out->state, &ours, err);
	if (got >= 0 && !ours)
		got = error_set(err, ERR_REFUSED,
				"session '%s' is not this worktree's",
				out->state.id);
	return got < 0 ? got : 0;
}

int session_clear(struct repository *repo, const struct save_options *options,
		  struct session_result *out, struct error *err)
{
	struct session_change change = SESSION_CHANGE_INIT;
	struct save_options wanted = *options;
	int ret;

	result_init(out);
	ret = find_clearable(repo, out, err);
	if (!ret) {
		/* Whatever is configured: this is what forgetting is safe by.
		 */
		wanted.type = TYPE_INTERRUPTED;
		wanted.state = &out->state;
		saved_release(&out->saved);
		ret = save_checkpoint(repo, &wanted, &out->saved, err);
		out->made = !ret;
	}
	if (!ret)
		ret = session_change_open(&change, repo, out->state.id, err);
	if (!ret)
		ret = session_change_add(
			&change, session_change_event(&change, "clear"), err);
	if (!ret)
		take_state(out, &change);
	session_change_close(&change);
	return ret;
}

/* -- restores ------------------------------------------------------------ */

int session_restored(struct repository *repo, const char *session,
		     const char *checkpoint, int64_t events, struct error *err)
{
	struct session_change change = SESSION_CHANGE_INIT;
	struct session_state state;
	struct json *event;
	int ret = session_state_active(repo, &state, err);
	bool same = ret > 0 && !strcmp(state.id, session);

	session_state_release(&state);
	/* A log of a newer version is none that we could add to. */
	if (ret == ERR_NEWER) {
		error_release(err);
		return 0;
	}
	if (ret < 0 || !same)
		return ret < 0 ? ret : 0;
	ret = session_change_open(&change, repo, session, err);
	/* That of a log which lost its end cannot be had back. */
	if (!ret && events >= 0 && events < change.state.events) {
		event = session_change_event(&change, "restore");
		json_set_string(event, "checkpoint", checkpoint);
		json_set_int(event, "events", events);
		ret = session_change_add(&change, event, err);
	}
	session_change_close(&change);
	return ret;
}
