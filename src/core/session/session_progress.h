/*
 * What events do to the tasks of a session: the part of folding that knows
 * tasks, phases, subtasks, steps, and the clock that runs while they do.
 */
#ifndef CORE_SESSION_SESSION_PROGRESS_H
#define CORE_SESSION_SESSION_PROGRESS_H

#include "base/compat.h"

struct json;
struct session_state;
struct session_task;

/* Add a task, pending, from a record or the beginning of one with at least
 * `task_id`; the record of one that is there is merged with it. NULL: it is no
 * record. */
struct session_task *session_progress_add(struct session_state *state,
					  const struct json *record,
					  int64_t now_ms);
/* An event about a task. */
void session_progress_apply(struct session_state *state,
			    const struct json *event, int64_t now_ms);
/* Forget all tasks, errors and calls. */
void session_progress_clear(struct session_state *state);

/* Nobody works from now on; and again. */
void session_progress_stop(struct session_state *state, int64_t now_ms);
void session_progress_go(struct session_state *state, int64_t now_ms);

#endif
