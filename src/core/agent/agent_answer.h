/*
 * What an agent is told in return for an event, in the form that it reads.
 */
#ifndef CORE_AGENT_AGENT_ANSWER_H
#define CORE_AGENT_AGENT_ANSWER_H

#include "base/buf.h"

struct agent_event;

struct agent_answer {
	struct buf context; /* for the agent's model to read; or empty */
	char *checkpoint;   /* id of what was made; or NULL */
	char *refusal;	    /* why the tool must not run; NULL: it may */
};

void agent_answer_release(struct agent_answer *answer);

/* Append the answer in the agent's own form; nothing where there is none. */
void agent_answer_print(const struct agent_answer *answer,
			const struct agent_event *event, struct buf *out);

#endif
