/*
 * What is done about what an agent tells: checkpoints, its session, events in
 * the log, and what it is told in return.
 */
#ifndef CORE_AGENT_AGENT_RUN_H
#define CORE_AGENT_AGENT_RUN_H

#include "base/error.h"
#include "core/agent/agent_answer.h"
#include "core/agent/agent_event.h"

struct repository;

/*
 * Do it. The agent is never held up by what fails here; only with
 * checkpoint.agentBlock is a command that may do harm refused where nothing
 * could be saved. The caller must agent_answer_release() in any case.
 */
int agent_run(struct repository *repo, const struct agent_event *event,
	      int argc, const char *const *argv, struct agent_answer *out,
	      struct error *err);

#endif
