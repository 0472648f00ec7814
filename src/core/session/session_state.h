/*
 * How far a session has got: folded from its log, or from a checkpoint's
 * metadata where there is no log (another clone's).
 *
 *	struct session_state state;
 *
 *	got = session_state_active(repo, &state, &err);     this worktree's
 *	got = session_state_unfinished(repo, &state, &err); its newest
 *	ret = session_state_read(repo, name, &state, &err); any, by name
 *	...
 *	session_state_release(&state);
 *
 * *Active* is a session that was started and has not ended, and that has not
 * been idle for longer than checkpoint.sessionTimeout; there is one a worktree.
 * *Unfinished* is one that has a task that is pending or in progress, active or
 * not. Times are milliseconds since 1970; RECORD_UNKNOWN stands for what is not
 * known.
 */
#ifndef CORE_SESSION_SESSION_STATE_H
#define CORE_SESSION_SESSION_STATE_H

#include "base/error.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "core/record/record.h"

struct json;
struct repository;

enum session_status {
	SESSION_ACTIVE,
	SESSION_ENDED,
	SESSION_INTERRUPTED,
	SESSION_EXPIRED,
	SESSION_ABANDONED,
};

enum task_status {
	TASK_PENDING,
	TASK_IN_PROGRESS,
	TASK_COMPLETED,
	TASK_FAILED,
	TASK_SKIPPED,
};

/* "active", "in_progress" and so on; and back, false: there is none such. */
const char *session_status_name(enum session_status status);
const char *task_status_name(enum task_status status);
bool session_status_parse(const char *name, enum session_status *out);
bool task_status_parse(const char *name, enum task_status *out);

/* A session has no more. */
#define SESSION_MAX_TASKS 10000

struct session_task {
	char *id;
	enum task_status status;
	int64_t attempts;    /* how often it was started */
	int64_t started_ms;  /* for the first time */
	int64_t ended_ms;    /* when it was completed, failed, or skipped */
	int64_t worked_ms;   /* the time that it took, without running_ms */
	int64_t running_ms;  /* since when it has been running; or unknown */
	char *message;	     /* why it failed or was skipped; or NULL */
	char *base;	     /* hex id of the commit whose tree the work began
				with; or NULL */
	struct json *record; /* the whole, as record_task_new() makes it */
	struct json *tokens; /* that were reported while it was current */
};

/* What went wrong. */
struct session_error {
	int64_t time_ms;
	char *task; /* id; or NULL */
	char *message;
};

/* A call that was made with an idempotency key. */
struct session_call {
	char *name; /* of session_call_name() */
	char *task; /* what it was about; or NULL */
	char *what; /* a phase's number, or a subtask; or NULL */
	int64_t time_ms;
};

struct session_state {
	char *id;
	enum session_status status;
	int64_t started_ms, ended_ms;
	int64_t last_activity_ms; /* the newest event */
	int64_t worked_ms;	  /* as of a task */
	int64_t running_ms;
	char *sprint;
	char *resumed_from; /* a session's name */

	/* Who and where. */
	struct json *place; /* of the worktree, see session_place() */
	char *worktree;	    /* its path, bytes */
	char *host, *user, *agent;
	int64_t pid;	   /* that memory is measured of, given by --pid */
	int64_t pid_start; /* when that one started, so that it is the same */

	struct session_task *tasks; /* in order */
	size_t nr_tasks, alloc_tasks;
	struct strmap places; /* id -> its place among them, plus one */
	bool planned;	      /* some were there before they were started */
	char *current;	      /* id of the current task; or NULL */
	struct json *metrics; /* what `update` said of them: tokens ... */
	int64_t memory_peak_kb;

	struct session_error *errors;
	size_t nr_errors, alloc_errors;
	struct session_call *calls;
	size_t nr_calls, alloc_calls;

	bool known;	    /* there is at least one event */
	int64_t events;	    /* lines of the log that this is made of */
	size_t unreadable;  /* of these, lines that are no events */
	bool ends_in_noise; /* the last of them is one of these */
	bool torn;	    /* the log's last line was cut off */
};

/* -- finding ------------------------------------------------------------- */

/* Each of these initialises `out`, which the caller must
 * session_state_release() in any case. */

/*
 * The session of that name, from its log. ERR_NOT_FOUND: it has none here;
 * ERR_NEWER: a newer version wrote it; ERR_INVALID: nothing of it can be read.
 */
int session_state_read(struct repository *repo, const char *name,
		       struct session_state *out, struct error *err);
/* The same as it was when its log had `events` lines. */
int session_state_read_at(struct repository *repo, const char *name,
			  int64_t events, struct session_state *out,
			  struct error *err);
/* This worktree's active one. 1: there is one; 0: none. */
int session_state_active(struct repository *repo, struct session_state *out,
			 struct error *err);
/* This worktree's newest that is unfinished, active or not, that one first. 1
 * or 0. Such that cannot be read are passed over. */
int session_state_unfinished(struct repository *repo, struct session_state *out,
			     struct error *err);
/* The names of sessions that were started, of this worktree or of all in this
 * repository, the newest first. */
int session_state_names(struct repository *repo, bool everywhere,
			struct strlist *out, struct error *err);
/* From the metadata of one of its checkpoints. */
void session_state_of_record(const struct record *record,
			     struct session_state *out);

void session_state_init(struct session_state *out, const char *name);
void session_state_release(struct session_state *state);

/* Whether this worktree, as it is, may write to it: it is no copy, and no other
 * worktree's. */
int session_state_is_ours(struct repository *repo,
			  const struct session_state *state, bool *out,
			  struct error *err);

/* -- asking -------------------------------------------------------------- */

/* The task of that id, or NULL; borrowed. */
struct session_task *session_state_task(const struct session_state *state,
					const char *id);
struct session_task *session_state_current(const struct session_state *state);
size_t session_state_count(const struct session_state *state,
			   enum task_status status);
bool session_state_is_unfinished(const struct session_state *state);
/* Whether nobody is to go on with it: it is not active, and nothing of it is
 * left to do, or it was abandoned. */
bool session_state_is_over(const struct session_state *state);
/* How long it has been worked on, until `now_ms` or its end. */
int64_t session_state_worked(const struct session_state *state, int64_t now_ms);
int64_t session_task_worked(const struct session_task *task, int64_t now_ms);
/*
 * How much of a task is done: completed phases, and of the current one the
 * share of completed subtasks, of all phases; or subtasks alone. A completed
 * one is 100; -1: nobody said.
 */
int session_task_percent(const struct session_task *task);
/* completed / (completed + failed); false: none was either. */
bool session_state_success_ratio(const struct session_state *state,
				 double *out);

/* How a call with an idempotency key is remembered; the caller must free(). */
char *session_call_name(const char *event, const char *task, const char *what,
			const char *key);
/* The call, or NULL; borrowed. */
const struct session_call *session_state_call(const struct session_state *state,
					      const char *name);

#endif
