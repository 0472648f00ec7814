/*
 * Sessions and their tasks, for people and for scripts.
 */
#ifndef UI_SESSIONS_H
#define UI_SESSIONS_H

#include "core/session/session_state.h"

struct output;
struct saved;
struct session_result;

/* What a command did to a session: "Session started" and the like. */
void session_print_result(struct output *output, const char *what,
			  const struct session_result *result);
/* All that is known of one. */
void session_print(struct output *output, const struct session_state *state);
/* What went wrong in it, a line each. */
void session_print_errors(struct output *output,
			  const struct session_state *state);
/* A table of several. */
void sessions_print(struct output *output, const struct session_state *states,
		    size_t nr);

/* Warn of lines that are no events, and of what saving had to say. */
void session_warn(struct output *output, const struct session_state *state,
		  bool was_cut);
void saved_warn(struct output *output, const struct saved *saved);

/* "Phase 2/3", and ", Subtasks 1/4" where something stands before; nothing
 * where there are none. */
void task_add_phase(struct buf *out, const struct json *record);
void task_add_subtasks(struct buf *out, const struct json *record);

#endif
