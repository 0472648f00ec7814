/*
 * What the parts of a session's life have in common; for core/save/session_*.c
 * only.
 *
 *	session_start.c  started, continued, taken over
 *	session_run.c    ended, cleared, restored
 */
#ifndef CORE_SAVE_SESSION_RUNNING_H
#define CORE_SAVE_SESSION_RUNNING_H

#include "core/save/session_run.h"
#include "core/session/session_change.h"

void session_running_init(struct session_result *out);

/* The state of a change that is over becomes the result's. */
void session_running_take(struct session_result *out,
			  struct session_change *change);

/* The checkpoint that belongs to what was just added to the log. */
int session_running_save(struct repository *repo,
			 const struct save_options *options,
			 enum checkpoint_type type, struct session_result *out,
			 struct error *err);

/* Add the event that ends it. */
int session_running_end(struct session_change *change,
			enum session_status status, struct error *err);

#endif
