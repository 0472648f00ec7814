/*
 * A session of ours for a session of an agent's.
 */
#ifndef CORE_AGENT_AGENT_SESSION_H
#define CORE_AGENT_AGENT_SESSION_H

#include "base/buf.h"
#include "core/agent/agent_event.h"
#include "core/save/save.h"

struct repository;

/*
 * Start one; or, where there is something to go on with, append to `context`
 * what an agent has to know of it, and start none.
 */
int agent_session_begin(struct repository *repo,
			const struct agent_event *event,
			const struct save_options *save, struct buf *context,
			struct error *err);

/*
 * The agent is gone: end the session that it started, as interrupted where a
 * task of it is not done. `*done` is false where it has none: a person's
 * session goes on.
 */
int agent_session_end(struct repository *repo, const struct agent_event *event,
		      const struct save_options *save, bool *done,
		      struct error *err);

#endif
