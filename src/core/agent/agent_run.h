/*
 * What is done about what an agent tells: checkpoints, its session, events in
 * the log, and what it is told in return.
 */
#ifndef CORE_AGENT_AGENT_RUN_H
#define CORE_AGENT_AGENT_RUN_H

#include "base/buf.h"
#include "base/error.h"
#include "core/agent/agent_event.h"

struct repository;

struct agent_answer {
	struct buf context; /* for the agent's model to read; or empty */
	char *checkpoint;   /* id of what was made; or NULL */
	char *refusal;	    /* why the tool must not run; NULL: it may */
};

/*
 * Do it. The agent is never held up by what fails here; only with
 * checkpoint.agentBlock is a command that may do harm refused where nothing
 * could be saved. The caller must agent_answer_release() in any case.
 */
int agent_run(struct repository *repo, const struct agent_event *event,
	      int argc, const char *const *argv, struct agent_answer *out,
	      struct error *err);
void agent_answer_release(struct agent_answer *answer);

/* Append the answer in the agent's own form; nothing where there is none. */
void agent_answer_print(const struct agent_answer *answer,
			const struct agent_event *event, struct buf *out);

#endif
