/*
 * The state of a session as AIWF writes it (yolo-state.json, session.json, and
 * "state_snapshot" in a checkpoint), in our words.
 */
#ifndef CORE_CARRY_OLD_SESSION_H
#define CORE_CARRY_OLD_SESSION_H

#include "base/compat.h"

struct json;

struct old_state {
	char *id;	      /* as they have it; or NULL */
	struct json *session; /* as record_session_new() makes it */
	struct json *metrics; /* as record_metrics_new() makes it */
	struct json *task;    /* the current one's record; or NULL */
};

/* Take what has a place out of `doc`; what stays in it has none. The caller
 * must old_state_release(). */
void old_state_read(struct old_state *out, struct json *doc);
/* The same for metrics alone. */
void old_metrics_read(struct json *metrics, struct json *doc);
void old_state_release(struct old_state *state);

#endif
