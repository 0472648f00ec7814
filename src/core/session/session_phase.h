/*
 * What events do to the phases, subtasks and steps in a task's record, and to
 * the point where it is to be resumed.
 */
#ifndef CORE_SESSION_SESSION_PHASE_H
#define CORE_SESSION_SESSION_PHASE_H

#include "base/compat.h"

struct json;
struct session_task;

/* Give every phase that is known of a status: "pending" unless it has one. */
void session_phase_name_all(struct session_task *task);
/* False: the event is about none of these. */
bool session_phase_apply(struct session_task *task, const struct json *event);

#endif
