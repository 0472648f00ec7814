#include "ui/stated.h"

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/record/json.h"
#include "core/work/status.h"
#include "ui/output.h"
#include "ui/size.h"

#define LABEL_COLUMNS 14

static void print_value(struct output *output, const char *label,
			enum color color, struct buf *value)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, value->ptr);
	output_print(output, "%s:%*s%s%s%s\n", label,
		     LABEL_COLUMNS - 1 - (int)strlen(label), "",
		     color == COLOR_RESET ? "" : output_color(output, color),
		     printable.ptr,
		     color == COLOR_RESET ? ""
					  : output_color(output, COLOR_RESET));
	buf_release(&printable);
	buf_release(value);
}

/* -- the session --------------------------------------------------------- */

/* "3 of 8 tasks done, 1 failed". */
static void task_counts(struct buf *out, const struct session_state *state)
{
	size_t failed = session_state_count(state, TASK_FAILED);
	size_t skipped = session_state_count(state, TASK_SKIPPED);
	int percent = recovery_percent(state);

	buf_addf(out, "%zu of %zu task%s done",
		 session_state_count(state, TASK_COMPLETED), state->nr_tasks,
		 state->nr_tasks == 1 ? "" : "s");
	if (failed)
		buf_addf(out, ", %zu failed", failed);
	if (skipped)
		buf_addf(out, ", %zu skipped", skipped);
	if (percent >= 0)
		buf_addf(out, ", %d%%", percent);
}

static void print_session(struct output *output, const struct status *status)
{
	const struct session_state *state = &status->session;
	struct buf value = BUF_INIT;
	bool unfinished;

	if (!status->has_session) {
		buf_addstr(&value, "none");
		print_value(output, "Session", COLOR_RESET, &value);
		return;
	}
	unfinished = session_state_is_unfinished(state);
	buf_addf(&value, "%s, %s", state->id,
		 session_status_name(state->status));
	if (state->sprint)
		buf_addf(&value, ", sprint %s", state->sprint);
	if (state->started_ms != RECORD_UNKNOWN) {
		buf_addstr(&value, ", started ");
		clock_relative(&value, state->started_ms, status->now_ms);
	}
	print_value(output, "Session", COLOR_RESET, &value);
	if (!state->nr_tasks)
		return;
	buf_addstr(&value, unfinished ? "incomplete, " : "");
	task_counts(&value, state);
	print_value(output, "State", unfinished ? COLOR_YELLOW : COLOR_GREEN,
		    &value);
}

static void print_phase(struct output *output, const struct json *record)
{
	const struct json *phases = json_get(record, "phases");
	const struct json *subtasks = json_get(record, "subtasks");
	const char *subtask = json_get_string(subtasks, "in_progress");
	struct buf value = BUF_INIT;
	int64_t current, total;

	if (json_get_int(phases, "current", &current)) {
		buf_addf(&value, "%lld", (long long)current);
		if (json_get_int(phases, "total", &total))
			buf_addf(&value, "/%lld", (long long)total);
		print_value(output, "Phase", COLOR_RESET, &value);
	}
	if (json_get_int(subtasks, "total", &total) && total > 0) {
		buf_addf(&value, "%zu/%lld done",
			 json_size(json_get(subtasks, "completed")),
			 (long long)total);
		if (subtask)
			buf_addf(&value, ", %s", subtask);
	} else if (subtask) {
		buf_addstr(&value, subtask);
	}
	if (value.len)
		print_value(output, "Subtask", COLOR_RESET, &value);
}

static void print_task(struct output *output, const struct status *status)
{
	const struct session_task *task =
		status->has_session ? session_state_current(&status->session)
				    : NULL;
	const char *point, *description;
	struct buf value = BUF_INIT;

	if (!task)
		return;
	description = json_get_string(task->record, "task_description");
	buf_addstr(&value, task->id);
	if (description)
		buf_addf(&value, ", %s", description);
	print_value(output, "Task", COLOR_RESET, &value);
	print_phase(output, task->record);
	if (session_task_percent(task) >= 0) {
		buf_addf(&value, "%d%%", session_task_percent(task));
		print_value(output, "Progress", COLOR_RESET, &value);
	}
	point = json_get_string(json_get(task->record, "recovery"),
				"resume_point");
	if (point) {
		buf_addstr(&value, point);
		print_value(output, "Resume at", COLOR_RESET, &value);
	}
}

/* -- checkpoints --------------------------------------------------------- */

static void print_last(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	if (!status->last.ref) {
		buf_addstr(&value, "none yet");
	} else {
		buf_addstr(&value, status->last.id);
		if (status->last_type) {
			buf_addf(&value, ", %s, ", status->last_type);
			clock_relative(&value, status->last_ms, status->now_ms);
		} else {
			buf_addstr(&value, ", which cannot be read");
		}
	}
	print_value(output, "Checkpoint", COLOR_RESET, &value);
}

static void print_interval(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	if (!status->automatic || !status->interval_ms) {
		buf_addstr(&value, "off");
	} else {
		clock_duration(&value, status->interval_ms);
		if (status->due_ms > 0) {
			buf_addstr(&value, ", due in ");
			clock_duration(&value, status->due_ms);
		} else {
			buf_addstr(&value, ", due now");
		}
	}
	print_value(output, "Interval", COLOR_RESET, &value);
}

static void print_drift(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;
	bool same;

	if (status->digest_error) {
		buf_addf(&value, "cannot be looked at: %s",
			 status->digest_error);
		print_value(output, "Workspace", COLOR_RED, &value);
	}
	if (!status->last_digest || !*status->digest)
		return;
	same = !strcmp(status->last_digest, status->digest);
	buf_addstr(&value, same ? "as in that checkpoint"
				: "changed since that checkpoint");
	print_value(output, "Workspace", same ? COLOR_GREEN : COLOR_YELLOW,
		    &value);
}

static void print_counts(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	buf_addf(&value, "%zu", status->count);
	if (status->count) {
		buf_addstr(&value, ", ");
		size_human(&value, (uint64_t)status->bytes_added);
		if (!status->bytes_complete)
			buf_addstr(&value, " or more");
		buf_addstr(&value, " added");
	}
	print_value(output, "Checkpoints", COLOR_RESET, &value);
	if (!status->crowded)
		return;
	buf_addf(&value,
		 "too many checkpoints: %zu in %s, more than the %zu of "
		 "checkpoint.maxCheckpoints; 'git checkpoint clean --keep=%zu' "
		 "drops the oldest",
		 status->crowded_count, status->crowded, status->limit,
		 status->limit);
	print_value(output, "Attention", COLOR_RED, &value);
}

static void print_restore(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	if (status->unfinished_restore) {
		buf_addstr(&value, "a restore is unfinished");
		if (status->journal.target.id)
			buf_addf(&value, ", of %s", status->journal.target.id);
		buf_addstr(&value, "; 'git checkpoint restore --continue' "
				   "finishes it, '--abort' takes it back");
		print_value(output, "Attention", COLOR_RED, &value);
	}
	for (size_t i = 0; i < status->protected_paths.nr; i++) {
		path_quote(&value, status->protected_paths.items[i]);
		print_value(output, "Protected", COLOR_YELLOW, &value);
	}
}

static void print_push(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	if (!status->push_failure)
		return;
	buf_addstr(&value, "the last automatic push failed, ");
	clock_relative(&value, status->push_failure_ms, status->now_ms);
	buf_addf(&value, ": %s; 'git checkpoint push' tries again",
		 status->push_failure);
	print_value(output, "Attention", COLOR_RED, &value);
}

/* -- other clones -------------------------------------------------------- */

static void print_other(struct output *output, const struct recovery *item,
			int64_t now_ms)
{
	struct buf value = BUF_INIT;
	bool open = recovery_is_open(item);

	buf_addstr(&value, item->state.id);
	if (item->remote)
		buf_addf(&value, " of %s", item->remote);
	buf_addf(&value, ", %s, ", session_status_name(item->state.status));
	if (open)
		buf_addstr(&value, "incomplete, ");
	else if (item->superseded)
		buf_addstr(&value, "continued by another, ");
	task_counts(&value, &item->state);
	buf_addstr(&value, ", ");
	clock_relative(&value, item->state.last_activity_ms, now_ms);
	print_value(output, "Fetched", open ? COLOR_YELLOW : COLOR_RESET,
		    &value);
}

static void print_others(struct output *output, const struct status *status)
{
	struct buf value = BUF_INIT;

	for (size_t i = 0; i < status->others.nr; i++)
		print_other(output, &status->others.items[i], status->now_ms);
	if (!status->others.nr) {
		buf_addstr(&value, "no session");
		print_value(output, "Fetched", COLOR_RESET, &value);
	}
}

static void print_quiet(struct output *output, const struct status *status)
{
	if (status_is_incomplete(status))
		output_print(output, "incomplete\n");
}

static void print_json(struct output *output, const struct status *status,
		       bool remotes)
{
	struct json *doc = status_to_json(status, remotes);

	output_json(output, doc);
	json_free(doc);
}

void stated_print(struct output *output, const struct status *status,
		  bool remotes)
{
	if (output->json) {
		print_json(output, status, remotes);
		return;
	}
	if (output->quiet) {
		print_quiet(output, status);
		return;
	}
	print_session(output, status);
	print_task(output, status);
	print_last(output, status);
	print_interval(output, status);
	print_drift(output, status);
	print_counts(output, status);
	print_restore(output, status);
	print_push(output, status);
	if (remotes)
		print_others(output, status);
	if (status->has_session && status->session.status != SESSION_ACTIVE &&
	    session_state_is_unfinished(&status->session))
		output_hint(output, "'git checkpoint resume' goes on with this "
				    "session");
}
