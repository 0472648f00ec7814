/*
 * From a session's log to its state. Pure: nothing is read but the text.
 *
 * Lines that are no events, events that are not known and such as do not apply
 * (a task is completed that there is not) change nothing; a log is never
 * refused for one of its lines.
 */
#ifndef CORE_SESSION_SESSION_FOLD_H
#define CORE_SESSION_SESSION_FOLD_H

#include "base/error.h"
#include "core/session/session_state.h"

struct json;

/* The version of the log's format that this program writes. */
#define SESSION_LOG_VERSION "1.0.0"

/*
 * Fold the first `events` lines of a log (-1: all) into `state`, as
 * session_state_init() made it. A last line without an end is none, and
 * `state->torn`. ERR_NEWER: of a newer major version.
 */
int session_fold(struct session_state *state, const char *text, size_t len,
		 int64_t events, struct error *err);

/* Apply one event to a state that has been folded: what the log's next line
 * would do. */
void session_apply(struct session_state *state, const struct json *event);

/* An event of that name and time, to be filled. The caller must json_free(). */
struct json *session_event_new(const char *name, int64_t time_ms);
/* The time for the state's next event: now, or that of the last one where the
 * clock went back. */
int64_t session_next_time(const struct session_state *state);

#endif
