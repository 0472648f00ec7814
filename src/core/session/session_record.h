/*
 * The state of a session in the metadata of a checkpoint: the objects `task`,
 * `session`, `metrics`, and what stands at the top.
 */
#ifndef CORE_SESSION_SESSION_RECORD_H
#define CORE_SESSION_SESSION_RECORD_H

#include "core/record/record.h"
#include "core/session/session_state.h"

/*
 * Fill an initialised record from a state as it is at `now_ms`. `task` is the
 * id of the one that the checkpoint belongs to, NULL: the current one.
 */
void session_record_fill(struct record *record,
			 const struct session_state *state, const char *task,
			 int64_t now_ms);

/* Add the tasks that such a `session` object lists; `own` is the record of the
 * one that it has none of; or NULL. */
void session_record_read_tasks(struct session_state *state,
			       const struct json *session,
			       const struct json *own);

/* The parts, for --json: the caller must json_free() each. */
struct json *session_record_session(const struct session_state *state,
				    int64_t now_ms);
struct json *session_record_metrics(const struct session_state *state,
				    int64_t now_ms);

#endif
