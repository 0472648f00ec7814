/*
 * How many prompts an agent's session has had: $GIT_DIR/checkpoint.d/turns. By
 * this the end of a turn is told from the same one told twice.
 */
#ifndef CORE_AGENT_AGENT_TURN_H
#define CORE_AGENT_AGENT_TURN_H

#include "base/error.h"

struct agent_event;
struct repository;

int agent_turn_read(struct repository *repo, const struct agent_event *event,
		    int64_t *out, struct error *err);
/* One more. An event that has no session is not counted. */
int agent_turn_next(struct repository *repo, const struct agent_event *event,
		    struct error *err);

#endif
