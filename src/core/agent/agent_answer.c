#include "core/agent/agent_answer.h"

#include "base/alloc.h"
#include "core/agent/agent_event.h"
#include "core/record/json.h"

void agent_answer_release(struct agent_answer *answer)
{
	buf_release(&answer->context);
	free(answer->checkpoint);
	free(answer->refusal);
}

/* Only these hear a text; elsewhere it would be taken for an error. */
static bool can_hear(const struct agent_event *event)
{
	return event->kind == AGENT_SESSION_START ||
	       event->kind == AGENT_PROMPT;
}

static struct json *generic_answer(const struct agent_answer *answer)
{
	struct json *doc = json_object_new();

	json_set_string(doc, "checkpoint", answer->checkpoint);
	json_set_string(doc, "context",
			answer->context.len ? answer->context.ptr : NULL);
	json_set_string(doc, "refusal", answer->refusal);
	return doc;
}

static struct json *refusal(const struct agent_answer *answer,
			    const struct agent_event *event)
{
	struct json *doc = json_object_new(), *output;

	if (!strcmp(event->agent, "gemini")) {
		json_set_string(doc, "decision", "deny");
		json_set_string(doc, "reason", answer->refusal);
		return doc;
	}
	output = json_set_object(doc, "hookSpecificOutput");
	json_set_string(output, "hookEventName", event->name);
	json_set_string(output, "permissionDecision", "deny");
	json_set_string(output, "permissionDecisionReason", answer->refusal);
	return doc;
}

static struct json *context(const struct agent_answer *answer,
			    const struct agent_event *event)
{
	struct json *doc = json_object_new();
	struct json *output = json_set_object(doc, "hookSpecificOutput");

	json_set_string(output, "hookEventName", event->name);
	json_set_string(output, "additionalContext", answer->context.ptr);
	return doc;
}

void agent_answer_print(const struct agent_answer *answer,
			const struct agent_event *event, struct buf *out)
{
	struct json *doc = NULL;

	if (!strcmp(event->agent, "generic"))
		doc = generic_answer(answer);
	else if (answer->refusal)
		doc = refusal(answer, event);
	else if (answer->context.len && can_hear(event))
		doc = context(answer, event);
	if (!doc)
		return;
	json_write_compact(out, doc);
	buf_addch(out, '\n');
	json_free(doc);
}
