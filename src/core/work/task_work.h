/*
 * Working on the tasks of the active session: each call is decided on under the
 * lock of its log, becomes an event there, and then makes the checkpoint that
 * belongs to it, if that is wanted (core/save/occasion.h).
 *
 * With an idempotency key a call that was made already changes nothing; only
 * its checkpoint is made, should that be missing because of a kill in between.
 */
#ifndef CORE_WORK_TASK_WORK_H
#define CORE_WORK_TASK_WORK_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/save/save.h"
#include "core/session/session_state.h"

struct json;
struct repository;

enum task_verb {
	TASK_ADD,
	TASK_START,
	TASK_COMPLETE,
	TASK_FAIL,
	TASK_SKIP,
	PHASE_START,
	PHASE_COMPLETE,
	SUBTASK_START,
	SUBTASK_COMPLETE,
	SUBTASK_STEP,
	TASK_UPDATE,
};

/* Of what a message may have; more is an output. */
#define TASK_MESSAGE_MAX 65536

struct task_call {
	enum task_verb verb;
	const char *task;    /* id; NULL: the current one */
	const char *what;    /* a phase by number or name, a subtask's name, a
				number of steps; NULL: the current one */
	const char *message; /* why; or what was done */
	const char *key;     /* idempotency key, or NULL */
	const struct json *record; /* ADD, START: what is said of the task */
	const struct json *patch;  /* UPDATE */
	const struct strlist *outputs; /* COMPLETE: files, from here */
	struct save_options save;      /* command line, any_place and so on */
};

struct task_result {
	struct session_state state; /* afterwards */
	char *task;		    /* id of the task */
	bool repeated;		    /* the key's call was made before */
	bool was_cut;		    /* see struct session_result */
	struct saved saved;
	bool made; /* a checkpoint was */
};

/*
 * Make the call. ERR_REFUSED: no session is active, or it was done before;
 * ERR_NOT_FOUND: there is no such task; ERR_FAILED: it was not started;
 * ERR_INVALID: what is said of it makes no record. The caller must
 * task_result_release() in any case.
 */
int task_work(struct repository *repo, const struct task_call *call,
	      struct task_result *out, struct error *err);
void task_result_release(struct task_result *result);

#endif
