#include "core/save/session_run.h"

#include "base/alloc.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/save/history.h"
#include "core/save/occasion.h"
#include "core/save/session_running.h"
#include "core/session/session_change.h"

/* -- results ------------------------------------------------------------- */

void session_running_init(struct session_result *out)
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

void session_running_take(struct session_result *out,
			  struct session_change *change)
{
	session_state_release(&out->state);
	out->state = change->state;
	out->was_cut = change->cut;
	change->state = (struct session_state){0};
}

int session_running_save(struct repository *repo,
			 const struct save_options *options,
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

int session_running_end(struct session_change *change,
			enum session_status status, struct error *err)
{
	struct json *event = session_change_event(change, "end");

	json_set_string(event, "status", session_status_name(status));
	return session_change_add(change, event, err);
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

	session_running_init(out);
	if (journal_refuse(repo, err) < 0)
		return err->code;
	ret = open_active(repo, &change, err);
	if (!ret)
		ret = session_running_end(
			&change,
			interrupted ? SESSION_INTERRUPTED : SESSION_ENDED, err);
	if (!ret)
		session_running_take(out, &change);
	session_change_close(&change);
	if (!ret && ending == SESSION_END_SPRINT)
		ret = session_running_save(repo, options, TYPE_SPRINT_COMPLETE,
					   out, err);
	if (!ret)
		ret = session_running_save(repo, options,
					   interrupted ? TYPE_INTERRUPTED
						       : TYPE_SESSION_END,
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

	session_running_init(out);
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
		session_running_take(out, &change);
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
