#include "core/agent/agent_run.h"

#include "base/alloc.h"
#include "core/agent/agent_risk.h"
#include "core/agent/agent_save.h"
#include "core/agent/agent_session.h"
#include "core/agent/agent_turn.h"
#include "core/agent/agent_write.h"
#include "core/hook/hook_log.h"
#include "core/hook/hook_task.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_INTERVAL_S 30

static int log_event(struct agent_call *call, const char *name,
		     struct error *err)
{
	struct json *line = hook_log_event(name);

	json_set_string(line, "agent", call->event->agent);
	if (call->event->session)
		json_set_string(line, "agent_session", call->event->session);
	if (call->event->tool)
		json_set_string(line, "tool", call->event->tool);
	if (call->event->source)
		json_set_string(line, "reason", call->event->source);
	return hook_log_add(call->repo, line, err);
}

static int session_begins(struct agent_call *call, struct error *err)
{
	if (log_event(call, "agent_start", err) < 0 ||
	    agent_session_begin(call->repo, call->event, &call->save,
				&call->answer->context, err) < 0)
		return err->code;
	return agent_save_if_due(call, err);
}

static int session_ends(struct agent_call *call, struct error *err)
{
	char *key = NULL;
	bool done = false;
	int ret;

	/* The same agent goes on, with an empty memory. */
	if (call->event->source && !strcmp(call->event->source, "clear"))
		return agent_save(call, TYPE_AUTO, call->event->agent, "clear",
				  err);
	ret = agent_save_key(call, &key, err);
	call->save.key = key;
	if (!ret)
		ret = agent_session_end(call->repo, call->event, &call->save,
					&done, err);
	call->save.key = NULL;
	free(key);
	if (!ret && !done)
		ret = agent_save(call, TYPE_INTERRUPTED, call->event->agent,
				 "session ended", err);
	return ret;
}

/* Whether the prompt is nothing but that word. */
static bool is_word(const char *prompt, const char *word)
{
	size_t len = strlen(word);

	prompt += strspn(prompt, " \t\r\n");
	return !strncmp(prompt, word, len) &&
	       !prompt[len + strspn(prompt + len, " \t\r\n")];
}

static int prompt(struct agent_call *call, struct error *err)
{
	const char *text = call->event->prompt ? call->event->prompt : "";
	struct buf *context = &call->answer->context;

	if (agent_turn_next(call->repo, call->event, err) < 0 ||
	    log_event(call, "prompt", err) < 0)
		return err->code;
	if (!is_word(text, "save") && !is_word(text, "checkpoint"))
		return agent_save_if_due(call, err);
	if (agent_save(call, TYPE_MANUAL, "saved on request", NULL, err) < 0)
		return err->code;
	buf_addf(context,
		 "A checkpoint was made because the user asked for one: %s. "
		 "Nothing else is to be done for that; tell the user its id.",
		 call->answer->checkpoint);
	return 0;
}

/* Whether a command that may do harm must not run where nothing is saved. */
static bool wants_block(const struct agent_call *call)
{
	struct error ignored = ERROR_INIT;
	bool block = false;

	/* A value that makes no sense asks for nothing. */
	config_get_bool(call->repo->config, "checkpoint.agentblock", false,
			&block, &ignored);
	error_release(&ignored);
	return block;
}

static int before_tool(struct agent_call *call, struct error *err)
{
	const struct agent_event *event = call->event;
	bool risky = event->deletes.nr > 0;

	if (event->command &&
	    agent_risk_check(call->repo, event->command, &risky, err) < 0) {
		/* Then what is on the careful side. */
		hook_log_error(call->repo, event->name, err->text);
		error_release(err);
		risky = true;
	}
	if (!risky)
		return agent_save_if_due(call, err);
	if (!agent_save(call, TYPE_BEFORE_RISKY_OPERATION, "before",
			event->command ? event->command : event->tool, err))
		return 0;
	if (wants_block(call))
		call->answer->refusal = xstrfmt(
			"nothing could be saved before this command: %s",
			err->text);
	return err->code;
}

static int after_tool(struct agent_call *call, struct error *err)
{
	int64_t interval;

	if (!call->event->paths.nr)
		return agent_save_if_due(call, err);
	if (agent_write_log(call->repo, call->event, err) < 0 ||
	    config_get_seconds(call->repo->config, "checkpoint.agentinterval",
			       DEFAULT_INTERVAL_S, &interval, err) < 0)
		return err->code;
	return agent_save_auto(call, interval, err);
}

static int tool_failed(struct agent_call *call, struct error *err)
{
	const char *text =
		call->event->message ? call->event->message : call->event->tool;

	if (call->event->is_interrupt)
		return agent_save_if_due(call, err);
	return agent_save(call, TYPE_ERROR_RECOVERY, "error", text, err);
}

static int stop(struct agent_call *call, struct error *err)
{
	/* It goes on at once. */
	if (call->event->is_repeated)
		return agent_save_if_due(call, err);
	return agent_save(call, TYPE_TASK_COMPLETE, call->event->agent,
			  "the turn is done", err);
}

static int subagent_stop(struct agent_call *call, struct error *err)
{
	return agent_save(call, TYPE_TASK_COMPLETE, call->event->agent,
			  "a subagent is done", err);
}

static int task_completed(struct agent_call *call, struct error *err)
{
	struct save_options options = call->save;
	bool done = false;
	char *key = NULL;
	int ret = agent_save_key(call, &key, err);

	options.key = key;
	if (!ret && call->event->task)
		ret = hook_task_complete(call->repo, call->event->task,
					 &options, &done, err);
	free(key);
	if (ret < 0 || done)
		return ret;
	return agent_save(call, TYPE_TASK_COMPLETE, "task completed",
			  call->event->message ? call->event->message
					       : call->event->task,
			  err);
}

static int before_compact(struct agent_call *call, struct error *err)
{
	if (log_event(call, "compact", err) < 0)
		return err->code;
	return agent_save(call, TYPE_AUTO, call->event->agent,
			  "before its context is compacted", err);
}

static int after_compact(struct agent_call *call, struct error *err)
{
	return agent_save_if_due(call, err);
}

static int failed(struct agent_call *call, struct error *err)
{
	return agent_save(call, TYPE_ERROR_RECOVERY, "error",
			  call->event->message, err);
}

static const struct {
	enum agent_kind kind;
	int (*run)(struct agent_call *call, struct error *err);
} runs[] = {
	{AGENT_SESSION_START, session_begins},
	{AGENT_SESSION_END, session_ends},
	{AGENT_PROMPT, prompt},
	{AGENT_BEFORE_TOOL, before_tool},
	{AGENT_AFTER_TOOL, after_tool},
	{AGENT_TOOL_FAILED, tool_failed},
	{AGENT_STOP, stop},
	{AGENT_SUBAGENT_STOP, subagent_stop},
	{AGENT_TASK_COMPLETED, task_completed},
	{AGENT_BEFORE_COMPACT, before_compact},
	{AGENT_AFTER_COMPACT, after_compact},
	{AGENT_ERROR, failed},
};

int agent_run(struct repository *repo, const struct agent_event *event,
	      int argc, const char *const *argv, struct agent_answer *out,
	      struct error *err)
{
	struct agent_call call = {
		.repo = repo,
		.event = event,
		.answer = out,
		.save = {.leave_out_largest = true,
			 .agent = event->agent,
			 .argc = argc,
			 .argv = argv},
	};

	*out = (struct agent_answer){.context = BUF_INIT};
	if (journal_exists(repo)) {
		buf_addstr(&out->context,
			   "A restore was interrupted here: 'git checkpoint "
			   "restore --continue' or '--abort' ends it. Until "
			   "then nothing is saved.");
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		if (runs[i].kind == event->kind)
			return runs[i].run(&call, err);
	return 0;
}
