#include "core/agent/agent_save.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/agent/agent_answer.h"
#include "core/agent/agent_event.h"
#include "core/agent/agent_turn.h"
#include "core/record/checkpoint.h"
#include "core/record/checkpoint_name.h"
#include "core/record/id.h"
#include "core/save/occasion.h"

/* "<what>: <text>", a line of a length that can be read. */
static char *describe(const char *what, const char *text)
{
	struct buf line = BUF_INIT, out = BUF_INIT;
	char *repaired;

	if (!text)
		return xstrdup(what);
	utf8_repair(&line, text, strlen(text));
	repaired = buf_detach(&line);
	for (char *c = repaired; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	text_printable(&line, repaired);
	buf_addf(&out, "%s: ", what);
	text_clip(&out, line.ptr, 200);
	buf_trim(&out);
	free(repaired);
	buf_release(&line);
	return buf_detach(&out);
}

int agent_save_key(const struct agent_call *call, char **out, struct error *err)
{
	const struct agent_event *event = call->event;
	const char *session = event->session ? event->session : "-";
	int64_t turn;
	bool by_turn = event->kind == AGENT_STOP ||
		       event->kind == AGENT_SUBAGENT_STOP ||
		       event->kind == AGENT_BEFORE_COMPACT ||
		       event->kind == AGENT_ERROR;

	*out = NULL;
	if (event->id) {
		*out = xstrfmt("%s:%s %s %s", event->agent, event->name,
			       session, event->id);
	} else if (event->kind == AGENT_SESSION_END) {
		*out = xstrfmt("%s:%s %s", event->agent, event->name, session);
	} else if (by_turn && event->session) {
		if (agent_turn_read(call->repo, event, &turn, err) < 0)
			return err->code;
		*out = xstrfmt("%s:%s %s turn %lld", event->agent, event->name,
			       session, (long long)turn);
	}
	return 0;
}

int agent_save(struct agent_call *call, enum checkpoint_type type,
	       const char *what, const char *text, struct error *err)
{
	struct save_options options = call->save;
	char *description = describe(what, text);
	char *key = NULL;
	struct saved saved = {0};
	bool made = false;
	int ret = agent_save_key(call, &key, err);

	record_init(&saved.record);
	options.type = type;
	options.description = description;
	options.key = type == TYPE_AUTO ? NULL : key;
	if (call->event->kind == AGENT_TASK_COMPLETED)
		options.task = call->event->task;
	if (!ret)
		ret = occasion_save(call->repo, &options, &saved, &made, err);
	if (!ret && saved.checkpoint.id) {
		free(call->answer->checkpoint);
		call->answer->checkpoint = xstrdup(saved.checkpoint.id);
	}
	saved_release(&saved);
	free(key);
	free(description);
	return ret;
}

int agent_save_auto(struct agent_call *call, int64_t seconds, struct error *err)
{
	struct checkpoint last = {0};
	int64_t age;
	int ret = checkpoint_latest(call->repo, 0, &last, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return agent_save(call, TYPE_AUTO, call->event->agent,
				  call->event->name, err);
	}
	if (ret < 0)
		return ret;
	age = clock_now_ms() - id_time(last.id);
	checkpoint_release(&last);
	/* A clock that was set back says nothing of the age. */
	if (age < 0 ? -age < seconds * 1000 : age < seconds * 1000)
		return 0;
	return agent_save(call, TYPE_AUTO, call->event->agent,
			  call->event->name, err);
}

int agent_save_if_due(struct agent_call *call, struct error *err)
{
	bool due;
	int ret = occasion_is_due(call->repo, &due, err);

	return ret < 0 || !due ? ret : agent_save_auto(call, 0, err);
}
