/*
 * Whatever an agent sends is an event, or an error with a text; and so is the
 * answer to it.
 */
#include "core/agent/agent_event.h"

#include "core/agent/agent_run.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		"claude-code:PreToolUse", "codex:PostToolUse",
		"gemini:AfterTool",	  "generic:prompt",
		"claude-code:Nothing",	  "nobody"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = ERROR_INIT;
		struct agent_event event;
		struct agent_answer answer = {.context = BUF_INIT};
		struct buf out = BUF_INIT;
		int ret = agent_event_read(&event, names[i], (const char *)data,
					   size, &err);

		expect(!ret || err.text);
		expect(ret || event.kind != AGENT_UNKNOWN);
		if (!ret) {
			buf_addstr(&answer.context,
				   event.prompt ? event.prompt : "none");
			agent_answer_print(&answer, &event, &out);
		}
		buf_release(&out);
		agent_answer_release(&answer);
		agent_event_release(&event);
		error_release(&err);
	}
	return 0;
}
