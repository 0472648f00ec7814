/*
 * A session as a JSON object, for --json: see git-checkpoint(1), "JSON".
 */
#ifndef CORE_SESSION_SESSION_LISTING_H
#define CORE_SESSION_SESSION_LISTING_H

#include "core/session/session_state.h"

/* The caller must json_free() it. */
struct json *session_to_json(const struct session_state *state, int64_t now_ms);
/* One task of it, its `record` whole. */
struct json *session_task_to_json(const struct session_task *task,
				  int64_t now_ms);

/* What is said of it where it is not the subject; set in `object`. */
void session_to_summary(struct json *object, const struct session_state *state);

#endif
