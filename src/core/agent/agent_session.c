#include "core/agent/agent_session.h"

#include "base/clock.h"
#include "core/record/json.h"
#include "core/save/session_run.h"
#include "core/session/session_state.h"
#include "core/work/brief.h"
#include "core/work/resume.h"

/* Agents cut what is longer than ten thousand characters. */
#define MAX_BRIEF 8000

static int start(struct repository *repo, const struct agent_event *event,
		 const struct save_options *save, struct error *err)
{
	const struct session_start request = {
		.agent = event->agent,
		.pid = RECORD_UNKNOWN,
		.save = *save,
	};
	struct session_result result = {0};
	int ret = session_start(repo, &request, &result, err);

	session_result_release(&result);
	return ret;
}

static void add_tasks(const struct session_state *state, struct buf *out)
{
	for (size_t i = 0; i < state->nr_tasks; i++) {
		const struct session_task *task = &state->tasks[i];
		const char *point = json_as_string(
			json_find(task->record, "recovery.resume_point"));
		const char *text =
			json_get_string(task->record, "task_description");

		buf_addf(out, "- %s: %s", task->id,
			 task_status_name(task->status));
		if (text)
			buf_addf(out, " (%s)", text);
		if (point && task->status == TASK_IN_PROGRESS)
			buf_addf(out, ", resume at %s", point);
		buf_addch(out, '\n');
	}
}

/* What there is to go on with, whole, as `resume --review` prints it; as much
 * of it as an agent may be told. */
static int add_whole(struct resume *resume, struct repository *repo,
		     struct buf *out, struct error *err)
{
	struct buf text = BUF_INIT;
	struct json *brief;
	int ret = resume_verify(repo, resume, err);

	if (ret < 0)
		return ret;
	brief = brief_make(resume, true, clock_now_ms());
	json_write_compact(&text, brief);
	if (text.len <= MAX_BRIEF)
		buf_addf(out, "The whole brief:\n%s\n", text.ptr);
	else
		buf_addstr(out, "'git checkpoint resume --review' prints the "
				"whole brief and changes nothing.\n");
	json_free(brief);
	buf_release(&text);
	return 0;
}

static void add_brief(struct repository *repo, struct resume *resume,
		      struct buf *out)
{
	const struct session_state *state = resume->state;
	struct error err = ERROR_INIT;

	buf_addf(out,
		 "git checkpoint: session %s is not done (%s). Its tasks:\n",
		 state->id, session_status_name(state->status));
	add_tasks(state, out);
	if (resume->checkpoint.id)
		buf_addf(out,
			 "Its newest checkpoint is %s; 'git checkpoint diff "
			 "%s' shows what changed since.\n",
			 resume->checkpoint.id, resume->checkpoint.id);
	/* What cannot be compared is no reason to say nothing. */
	if (add_whole(resume, repo, out, &err) < 0)
		buf_addf(out, "Its checkpoint cannot be looked at: %s\n",
			 err.text);
	error_release(&err);
	if (resume_is_stopped(resume))
		buf_addstr(out,
			   "To go on with it: 'git checkpoint resume "
			   "--continue'; to begin anew: 'git checkpoint "
			   "session start --fresh'. Ask the user which, unless "
			   "the prompt says so.\n");
}

int agent_session_begin(struct repository *repo,
			const struct agent_event *event,
			const struct save_options *save, struct buf *context,
			struct error *err)
{
	struct session_state state;
	struct resume resume;
	int active, ret;

	active = session_state_active(repo, &state, err);
	session_state_release(&state);
	if (active < 0)
		return active;
	ret = resume_find(repo, NULL, false, &resume, err);
	if (!ret && session_state_is_unfinished(resume.state)) {
		add_brief(repo, &resume, context);
	} else if (!ret || ret == ERR_REFUSED) {
		error_release(err);
		ret = active ? 0 : start(repo, event, save, err);
	}
	resume_release(&resume);
	return ret;
}

int agent_session_end(struct repository *repo, const struct agent_event *event,
		      const struct save_options *save, bool *done,
		      struct error *err)
{
	struct session_result result = {0};
	struct session_state state;
	bool unfinished;
	int ret = session_state_active(repo, &state, err);

	*done = ret > 0 && state.agent && !strcmp(state.agent, event->agent);
	unfinished = ret > 0 && session_state_is_unfinished(&state);
	session_state_release(&state);
	if (ret < 0 || !*done)
		return ret < 0 ? ret : 0;
	ret = session_end(repo,
			  unfinished ? SESSION_END_INTERRUPTED
				     : SESSION_END_PLAINLY,
			  save, &result, err);
	session_result_release(&result);
	return ret;
}
