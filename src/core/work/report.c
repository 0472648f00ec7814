#include "core/work/report.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/json.h"
#include "core/record/stored.h"
#include "core/save/candidates.h"
#include "core/save/occasion.h"
#include "core/work/reporting.h"
#include "git/object.h"
#include "git/repository.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

const char *const report_period_names[] = {"day", "week", "month", "all", NULL};

double report_success_ratio(const size_t tasks[REPORT_STATUS_NR])
{
	size_t ended = tasks[TASK_COMPLETED] + tasks[TASK_FAILED];

	return ended ? (double)tasks[TASK_COMPLETED] / (double)ended : -1;
}

/* -- what is asked for --------------------------------------------------- */

static int64_t period_start(enum report_period period, int64_t now_ms)
{
	switch (period) {
	case REPORT_DAY:
		return now_ms - DAY_MS;
	case REPORT_WEEK:
		return now_ms - 7 * DAY_MS;
	case REPORT_MONTH:
		return now_ms - 30 * DAY_MS;
	case REPORT_ALL:
		break;
	}
	return INT64_MIN;
}

static int read_settings(struct report *report, struct repository *repo,
			 struct error *err)
{
	int64_t seconds;
	size_t limit;

	if (occasion_interval(repo, &seconds, err) < 0 ||
	    candidates_limit(repo, &limit, err) < 0)
		return err->code;
	report->interval_ms =
		seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000;
	report->max_checkpoints = (int64_t)limit;
	return 0;
}

static void report_init(struct report *report,
			const struct report_request *request,
			const struct repository *repo)
{
	*report = (struct report){.period = request->period,
				  .now_ms = clock_now_ms(),
				  .bytes_added = RECORD_UNKNOWN,
				  .execution_time_ms = RECORD_UNKNOWN,
				  .median_ms = RECORD_UNKNOWN,
				  .memory_peak_kb = RECORD_UNKNOWN,
				  .session_places = STRMAP_INIT};
	report->from_ms = period_start(request->period, report->now_ms);
	if (request->sprint)
		report->sprint = xstrdup(request->sprint);
	report->repository = xstrdup(path_basename(repo->worktree));
}

/* -- sums ---------------------------------------------------------------- */

/* What is unknown is nothing, unless all is. */
void report_add_count(int64_t *sum, int64_t more)
{
	if (more == RECORD_UNKNOWN || more < 0)
		return;
	if (*sum == RECORD_UNKNOWN)
		*sum = 0;
	*sum = more > INT64_MAX - *sum ? INT64_MAX : *sum + more;
}

void report_raise_count(int64_t *most, int64_t value)
{
	if (value != RECORD_UNKNOWN && value > *most)
		*most = value;
}

void report_add_tokens(struct json **sum, const struct json *add)
{
	JSON_FOR_EACH (kind, add) {
		int64_t more, so_far = 0;

		if (!json_key(kind) || !json_as_int(kind, &more) || more < 0)
			continue;
		if (!*sum)
			*sum = json_object_new();
		json_get_int(*sum, json_key(kind), &so_far);
		report_add_count(&so_far, more);
		json_set_int(*sum, json_key(kind), so_far);
	}
}

/* -- sessions ------------------------------------------------------------ */

static char *copy_or_null(const char *text)
{
	return text && *text ? xstrdup(text) : NULL;
}

size_t report_session_of(struct report *report, const char *name,
			 const char *remote)
{
	char *key = xstrfmt("%s/%s", remote ? remote : "", name);
	size_t place =
		(size_t)(uintptr_t)strmap_get(&report->session_places, key);
	struct report_session *session;

	if (!place) {
		ARRAY_GROW(report->sessions, report->nr_sessions,
			   report->alloc_sessions);
		session = &report->sessions[report->nr_sessions++];
		*session = (struct report_session){
			.id = xstrdup(name),
			.remote = copy_or_null(remote),
			.started_ms = RECORD_UNKNOWN,
			.last_ms = RECORD_UNKNOWN,
			.bytes_added = RECORD_UNKNOWN,
			.execution_time_ms = RECORD_UNKNOWN,
			.memory_peak_kb = RECORD_UNKNOWN};
		place = report->nr_sessions;
		strmap_put(&report->session_places, key,
			   (void *)(uintptr_t)place);
	}
	free(key);
	return place - 1;
}

static bool is_wanted(const struct report *report,
		      const struct report_session *session)
{
	return !report->sprint ||
	       (session->sprint && !strcmp(session->sprint, report->sprint));
}

/* -- checkpoints --------------------------------------------------------- */

static void add_checkpoint(struct report *report, size_t session,
			   const struct stored *stored)
{
	const struct record *record = &stored->record;
	struct report_checkpoint *item;

	ARRAY_GROW(report->checkpoints, report->nr_checkpoints,
		   report->alloc_checkpoints);
	item = &report->checkpoints[report->nr_checkpoints++];
	*item = (struct report_checkpoint){
		.id = xstrdup(record->id),
		.ref = xstrdup(stored->name.ref),
		.type_name = xstrdup(record->type_name),
		.type = record_type(record),
		.time_ms = record->timestamp,
		.session = session,
		.description = copy_or_null(record->description),
		.task = copy_or_null(json_get_string(record->task, "task_id")),
		.files = record->snapshot.files,
		.bytes_added = record->snapshot.bytes_added,
		.metrics = record->metrics ? json_copy(record->metrics) : NULL,
		.attempts = RECORD_UNKNOWN};
}

/* They come oldest first. */
static void note_newest(struct report_session *session,
			const struct checkpoint *name,
			const struct record *record)
{
	checkpoint_release(&session->newest);
	checkpoint_copy(&session->newest, name);
	if (session->started_ms == RECORD_UNKNOWN)
		session->started_ms = record->timestamp;
	session->last_ms = record->timestamp;
}

static int read_checkpoint(struct report *report, struct repository *repo,
			   const struct checkpoint *name, struct error *err)
{
	struct stored stored;
	size_t session;
	int ret = stored_open(repo, name, &stored, err);

	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID || ret == ERR_NEWER) {
		/* `verify` says what is wrong with it. */
		error_release(err);
		report->unreadable++;
		ret = 0;
	} else if (!ret) {
		session =
			report_session_of(report, name->session, name->remote);
		note_newest(&report->sessions[session], name, &stored.record);
		if (stored.record.timestamp >= report->from_ms)
			add_checkpoint(report, session, &stored);
	}
	stored_release(&stored);
	return ret;
}

static int read_checkpoints(struct report *report, struct repository *repo,
			    const struct report_request *request,
			    struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_read(repo, request->scope, NULL, &list, err);

	object_read_many(repo);
	for (size_t i = list.nr; !ret && i-- > 0;) {
		ret = read_checkpoint(report, repo, &list.items[i], err);
		if (request->tick)
			request->tick(request->context, list.nr);
	}
	checkpoint_list_release(&list);
	return ret;
}

/* -- what is in the period ----------------------------------------------- */

static void checkpoint_free(struct report_checkpoint *item)
{
	free(item->id);
	free(item->ref);
	free(item->type_name);
	free(item->description);
	free(item->task);
	json_free(item->metrics);
}

static void task_free(struct report_task *task)
{
	free(task->id);
	free(task->description);
	free(task->message);
	json_free(task->tokens);
}

static void session_free(struct report_session *session)
{
	free(session->id);
	free(session->remote);
	free(session->sprint);
	free(session->status);
	free(session->resumed_from);
	json_free(session->tokens);
	checkpoint_release(&session->newest);
}

/* Where the work on a task is known to have ended before the period began. */
static bool ended_before(const struct report *report,
			 const struct report_task *task)
{
	return task->ended_ms != RECORD_UNKNOWN &&
	       task->ended_ms < report->from_ms;
}

/* A session is in where something was done in it. */
static bool session_stays(const struct report *report, size_t session)
{
	const struct report_session *found = &report->sessions[session];

	return found->last_ms >= report->from_ms && is_wanted(report, found);
}

static int by_start(const void *one, const void *other)
{
	const struct report_session *a = one, *b = other;

	if (a->started_ms != b->started_ms)
		return a->started_ms < b->started_ms ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* Nobody is left who looks at those that go: see drop_others(). */
static void drop_sessions(struct report *report)
{
	size_t *places = xcalloc(report->nr_sessions + 1, sizeof(*places));
	size_t kept = 0;

	for (size_t i = 0; i < report->nr_sessions; i++) {
		struct report_session session = report->sessions[i];

		session.place = i;
		if (session_stays(report, i))
			report->sessions[kept++] = session;
		else
			session_free(&session);
	}
	report->nr_sessions = kept;
	if (kept)
		qsort(report->sessions, kept, sizeof(*report->sessions),
		      by_start);
	for (size_t i = 0; i < kept; i++)
		places[report->sessions[i].place] = i;
	for (size_t i = 0; i < report->nr_checkpoints; i++)
		report->checkpoints[i].session =
			places[report->checkpoints[i].session];
	for (size_t i = 0; i < report->nr_tasks; i++)
		report->tasks[i].session = places[report->tasks[i].session];
	free(places);
}

static void drop_others(struct report *report)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->nr_checkpoints; i++)
		if (session_stays(report, report->checkpoints[i].session))
			report->checkpoints[kept++] = report->checkpoints[i];
		else
			checkpoint_free(&report->checkpoints[i]);
	report->nr_checkpoints = kept;
	kept = 0;
	for (size_t i = 0; i < report->nr_tasks; i++)
		if (session_stays(report, report->tasks[i].session) &&
		    !ended_before(report, &report->tasks[i]))
			report->tasks[kept++] = report->tasks[i];
		else
			task_free(&report->tasks[i]);
	report->nr_tasks = kept;
	drop_sessions(report);
}

/* -- the whole ----------------------------------------------------------- */

static void count_checkpoints(struct report *report)
{
	for (size_t i = 0; i < TYPE_NR; i++)
		report->by_type[i].bytes_added = RECORD_UNKNOWN;
	for (size_t i = 0; i < report->nr_checkpoints; i++) {
		const struct report_checkpoint *item = &report->checkpoints[i];
		struct report_session *session =
			&report->sessions[item->session];
		struct report_by_type *by_type = &report->by_type[item->type];

		session->checkpoints++;
		report_add_count(&session->bytes_added, item->bytes_added);
		by_type->count++;
		report_add_count(&by_type->bytes_added, item->bytes_added);
		report_add_count(&report->bytes_added, item->bytes_added);
	}
}

static void count_sessions(struct report *report)
{
	for (size_t i = 0; i < report->nr_sessions; i++) {
		const struct report_session *session = &report->sessions[i];

		report_add_count(&report->execution_time_ms,
				 session->execution_time_ms);
		report_raise_count(&report->memory_peak_kb,
				   session->memory_peak_kb);
		report_add_tokens(&report->tokens, session->tokens);
	}
}

int report_make(struct repository *repo, const struct report_request *request,
		struct report *out, struct error *err)
{
	int ret;

	report_init(out, request, repo);
	ret = read_settings(out, repo, err);
	if (!ret)
		ret = read_checkpoints(out, repo, request, err);
	if (!ret)
		ret = report_read_sessions(out, repo, request->scope, err);
	if (ret < 0)
		return ret;
	drop_others(out);
	count_checkpoints(out);
	report_count_tasks(out);
	count_sessions(out);
	report_advise(out);
	return 0;
}

void report_release(struct report *report)
{
	for (size_t i = 0; i < report->nr_checkpoints; i++)
		checkpoint_free(&report->checkpoints[i]);
	for (size_t i = 0; i < report->nr_tasks; i++)
		task_free(&report->tasks[i]);
	for (size_t i = 0; i < report->nr_sessions; i++)
		session_free(&report->sessions[i]);
	for (size_t i = 0; i < report->nr_advice; i++) {
		free(report->advice[i].subject);
		free(report->advice[i].text);
		free(report->advice[i].command);
	}
	free(report->checkpoints);
	free(report->tasks);
	free(report->sessions);
	free(report->advice);
	free(report->sprint);
	free(report->repository);
	json_free(report->tokens);
	strmap_release(&report->session_places, NULL);
	*report = (struct report){0};
}
