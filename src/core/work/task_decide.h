/*
 * What a call does to the tasks of a session: the event, or why there is none.
 * Pure: it looks at the state, and nothing else.
 */
#ifndef CORE_WORK_TASK_DECIDE_H
#define CORE_WORK_TASK_DECIDE_H

#include "base/error.h"
#include "core/work/task_work.h"

struct json;

/* What a call is about, once the session's state says what "the current one"
 * is. */
struct task_aim {
	char *task; /* id; NULL: none, as for metrics alone */
	char *what; /* text of a phase's number, a subtask, a step; or NULL */
	int64_t number; /* of a phase or step */
	bool is_new;	/* there is no such task yet */
};

/* Find out; errors as for task_work(). The caller must task_aim_release(). */
int task_aim_find(struct task_aim *out, const struct session_state *state,
		  const struct task_call *call, struct error *err);
void task_aim_release(struct task_aim *aim);

/* Refuse what cannot be, or was done before. */
int task_decide(const struct session_state *state, const struct task_call *call,
		const struct task_aim *aim, struct error *err);

/* The name of the event that a call becomes. */
const char *task_event_name(enum task_verb verb);
/* Put what the call says into an event of that name. */
void task_event_fill(struct json *event, const struct task_call *call,
		     const struct task_aim *aim);

#endif
