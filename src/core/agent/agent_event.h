/*
 * What an agent tells through one of its hooks, in words of our own: from the
 * name of the event and the JSON that the agent sends, as its documentation has
 * it (contrib/ names that for each agent).
 *
 * Pure. What is not there, or of another type than it should be, is NULL.
 */
#ifndef CORE_AGENT_AGENT_EVENT_H
#define CORE_AGENT_AGENT_EVENT_H

#include "base/error.h"
#include "base/strlist.h"

struct json;

enum agent_kind {
	AGENT_UNKNOWN,
	AGENT_SESSION_START,
	AGENT_SESSION_END,
	AGENT_PROMPT,
	AGENT_BEFORE_TOOL,
	AGENT_AFTER_TOOL,
	AGENT_TOOL_FAILED,
	AGENT_STOP,
	AGENT_SUBAGENT_STOP,
	AGENT_TASK_COMPLETED,
	AGENT_BEFORE_COMPACT,
	AGENT_AFTER_COMPACT,
	AGENT_ERROR,
};

/* Larger ones are not read. */
#define AGENT_EVENT_MAX_BYTES (64u << 20)

struct agent_event {
	enum agent_kind kind;
	char *agent;   /* "claude-code" */
	char *name;    /* the event's, as the agent has it */
	char *session; /* the agent's own id of its session */
	char *id;      /* of this event, made of the agent's own ids; NULL:
			  it has none */
	char *cwd;     /* where the agent is */
	char *source;  /* why a session starts or ends, what compacts it */
	char *prompt;  /* what the user typed */
	char *tool;    /* the tool's name */
	char *command; /* what a shell is to run */
	struct strlist paths;	/* files that a tool writes */
	struct strlist deletes; /* of these, such as it deletes */
	char *message;		/* what went wrong; or a task's subject */
	char *task;		/* the agent's id of a task */
	bool is_interrupt;	/* the user has stopped the tool */
	bool is_repeated;	/* a stop that a hook of its own has put off */
};

/*
 * The kind of an event, by its name: case, "-" and "_" do not matter. For every
 * agent the names of `generic` count, too. AGENT_UNKNOWN.
 */
enum agent_kind agent_kind_of(const char *agent, const char *event);
/* Whether there is an agent of that name. */
bool agent_is_known(const char *agent);

/*
 * Read an event. `name` is "<agent>:<event>". ERR_NOT_FOUND: no such agent or
 * event; ERR_INVALID: the text is no JSON object. The caller must
 * agent_event_release() in any case.
 */
int agent_event_read(struct agent_event *out, const char *name,
		     const char *text, size_t len, struct error *err);
void agent_event_release(struct agent_event *event);

#endif
