/*
 * How the work went: sessions, tasks and checkpoints of a stretch of time,
 * with figures, and advice drawn from them.
 *
 * What a session had done is in its log; of one of another clone, it is in the
 * newest of its checkpoints.
 */
#ifndef CORE_WORK_REPORT_H
#define CORE_WORK_REPORT_H

#include "base/error.h"
#include "base/strmap.h"
#include "core/record/checkpoint.h"
#include "core/record/record.h"
#include "core/session/session_state.h"

struct json;
struct repository;

enum report_period {
	REPORT_DAY,
	REPORT_WEEK,
	REPORT_MONTH,
	REPORT_ALL,
};

/* "day" and so on, NULL-terminated, in the order of the enum. */
extern const char *const report_period_names[];

struct report_request {
	enum checkpoint_scope scope;
	enum report_period period;
	const char *sprint; /* of this one alone; or NULL */
	/* Called as each checkpoint is read; or NULL. */
	void (*tick)(void *context, size_t total);
	void *context;
};

#define REPORT_STATUS_NR (TASK_SKIPPED + 1)

/* In all of these a count that is not known is RECORD_UNKNOWN, and a text that
 * there is none of NULL. Times are milliseconds since 1970. */

struct report_checkpoint {
	char *id;
	char *ref;
	char *type_name; /* as stored, maybe of a later version */
	enum checkpoint_type type;
	int64_t time_ms;
	size_t session; /* its place in the report's sessions */
	char *description;
	char *task; /* id */
	int64_t files;
	int64_t bytes_added;
	struct json *metrics; /* or NULL */
	int64_t attempts;     /* of its task */
};

struct report_task {
	char *id;
	char *description;
	enum task_status status;
	size_t session;
	int64_t started_ms;
	int64_t ended_ms; /* completed, failed or skipped */
	int64_t duration_ms;
	int64_t attempts;
	char *message;	     /* why it failed or was skipped */
	struct json *tokens; /* or NULL */
	int64_t memory_peak_kb;
};

struct report_session {
	char *id;
	char *remote; /* of a fetched one */
	char *sprint;
	char *status; /* NULL: made outside any session that was started */
	char *resumed_from;
	int64_t started_ms;
	int64_t last_ms; /* of the newest checkpoint */
	size_t checkpoints;
	int64_t bytes_added;
	size_t tasks[REPORT_STATUS_NR];
	int64_t execution_time_ms;
	struct json *tokens; /* or NULL */
	int64_t memory_peak_kb;
	struct checkpoint newest; /* for collecting, as the next */
	size_t place;
};

struct report_by_type {
	size_t count;
	int64_t bytes_added;
};

/* A piece of advice; the text names its figures. */
struct report_advice {
	const char *kind; /* "failures", "slow_task", "gap", "checkpoints" */
	char *subject;	  /* the task, session or checkpoint that it is about */
	double value, limit;
	char *text;
	char *command; /* that helps; or NULL */
};

struct report {
	enum report_period period;
	int64_t now_ms;
	int64_t from_ms; /* INT64_MIN: everything */
	char *sprint;
	char *repository; /* the last part of the worktree's path */
	int64_t interval_ms;
	int64_t max_checkpoints;

	struct report_checkpoint *checkpoints; /* oldest first */
	size_t nr_checkpoints, alloc_checkpoints;
	struct report_task *tasks; /* by session, in the order of the work */
	size_t nr_tasks, alloc_tasks;
	struct report_session *sessions; /* oldest first */
	size_t nr_sessions, alloc_sessions;
	struct report_advice *advice;
	size_t nr_advice, alloc_advice;

	struct report_by_type by_type[TYPE_NR];
	size_t total[REPORT_STATUS_NR];
	size_t unreadable; /* checkpoints that could not be read */
	int64_t bytes_added;
	int64_t execution_time_ms;
	int64_t median_ms;   /* of the durations of completed tasks */
	struct json *tokens; /* or NULL */
	int64_t memory_peak_kb;

	struct strmap session_places; /* for collecting */
};

/* Make it. The caller must report_release() `out` in any case. */
int report_make(struct repository *repo, const struct report_request *request,
		struct report *out, struct error *err);
void report_release(struct report *report);

/* Completed / (completed + failed); -1 where neither is there. */
double report_success_ratio(const size_t tasks[REPORT_STATUS_NR]);

/* The document of --json. The caller must json_free() it. `detailed`: with
 * every checkpoint. */
struct json *report_to_json(const struct report *report, bool detailed);

#endif
