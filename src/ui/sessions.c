#include "ui/sessions.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/record/json.h"
#include "core/save/save.h"
#include "core/save/session_run.h"
#include "core/session/session_listing.h"
#include "ui/field.h"
#include "ui/output.h"
#include "ui/table.h"

/* -- parts --------------------------------------------------------------- */

void task_add_phase(struct buf *out, const struct json *record)
{
	const struct json *phases = json_get(record, "phases");
	int64_t current, total;

	if (!json_get_int(phases, "current", &current))
		return;
	buf_addf(out, "Phase %lld", (long long)current);
	if (json_get_int(phases, "total", &total))
		buf_addf(out, "/%lld", (long long)total);
}

void task_add_subtasks(struct buf *out, const struct json *record)
{
	const struct json *subtasks = json_get(record, "subtasks");
	int64_t total;

	if (json_get_int(subtasks, "total", &total) && total > 0)
		buf_addf(out, "%sSubtasks %zu/%lld", out->len ? ", " : "",
			 json_size(json_get(subtasks, "completed")),
			 (long long)total);
}

static void add_part(struct buf *out, struct buf *part)
{
	if (part->len)
		buf_addf(out, "%s%s", out->len ? ", " : "", part->ptr);
	buf_release(part);
}

/* Whether something of it is left to do: what was given up is not. */
static bool is_open(const struct session_state *state)
{
	return session_state_is_unfinished(state) &&
	       !session_state_is_over(state);
}

/* How far a task is, in a few words. */
static void add_progress(struct buf *out, const struct session_task *task)
{
	struct buf phase = BUF_INIT, rest = BUF_INIT;
	int percent = session_task_percent(task);

	if (task->status == TASK_IN_PROGRESS) {
		task_add_phase(&phase, task->record);
		task_add_subtasks(&phase, task->record);
		if (percent >= 0)
			buf_addf(&rest, "%d%% complete", percent);
	} else if (task->attempts) {
		clock_duration(&rest, task->worked_ms);
	}
	add_part(out, &phase);
	add_part(out, &rest);
	if (task->attempts > 1)
		buf_addf(out, "%sattempt %lld", out->len ? ", " : "",
			 (long long)task->attempts);
	if (task->message)
		buf_addf(out, "%s%s", out->len ? ": " : "", task->message);
}

static void print_tasks(struct output *output,
			const struct session_state *state)
{
	struct table table = TABLE_INIT(4);

	for (size_t i = 0; i < state->nr_tasks; i++) {
		const struct session_task *task = &state->tasks[i];
		struct buf progress = BUF_INIT;

		add_progress(&progress, task);
		table_cell(&table, COLOR_YELLOW, task->id);
		table_cell(&table, COLOR_RESET, task_status_name(task->status));
		table_cell(&table, COLOR_RESET, progress.ptr);
		table_cell(&table, COLOR_RESET,
			   json_get_string(task->record, "task_description"));
		buf_release(&progress);
	}
	if (state->nr_tasks)
		output_print(output, "\nTasks:\n");
	table_print(&table, output);
	table_release(&table);
}

/* -- one ----------------------------------------------------------------- */

static void print_time(struct output *output, const char *label, int64_t ms)
{
	struct buf text = BUF_INIT;

	if (ms == RECORD_UNKNOWN)
		return;
	clock_rfc3339(&text, ms);
	buf_addstr(&text, " (");
	clock_relative(&text, ms, clock_now_ms());
	buf_addstr(&text, ")");
	field_print_buf(output, label, &text);
}

static void print_counts(struct output *output,
			 const struct session_state *state)
{
	struct buf text = BUF_INIT;
	double ratio;

	buf_addf(&text, "%zu/%zu completed",
		 session_state_count(state, TASK_COMPLETED), state->nr_tasks);
	if (session_state_count(state, TASK_FAILED))
		buf_addf(&text, ", %zu failed",
			 session_state_count(state, TASK_FAILED));
	if (session_state_count(state, TASK_SKIPPED))
		buf_addf(&text, ", %zu skipped",
			 session_state_count(state, TASK_SKIPPED));
	if (session_state_success_ratio(state, &ratio))
		buf_addf(&text, " (%.0f%% succeeded)", 100 * ratio);
	field_print_buf(output, "Progress", &text);
}

static void print_who(struct output *output, const struct session_state *state)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s on %s", state->user ? state->user : "?",
		 state->host ? state->host : "?");
	if (state->agent)
		buf_addf(&text, ", %s", state->agent);
	if (state->pid != RECORD_UNKNOWN)
		buf_addf(&text, ", process %lld", (long long)state->pid);
	field_print_buf(output, "By", &text);
	field_print(output, "In", state->worktree);
}

void session_print(struct output *output, const struct session_state *state)
{
	int64_t now_ms = clock_now_ms();
	struct buf text = BUF_INIT;

	if (output->json) {
		struct json *doc = session_to_json(state, now_ms);

		output_json(output, doc);
		json_free(doc);
		return;
	}
	if (output->quiet) {
		output_print(output, "%s\n", state->id);
		return;
	}
	buf_addf(&text, "%s (%s%s)", state->id,
		 session_status_name(state->status),
		 is_open(state) ? ", unfinished" : "");
	field_print_buf(output, "Session", &text);
	field_print(output, "Sprint", state->sprint);
	print_time(output, "Started", state->started_ms);
	print_time(output, "Ended", state->ended_ms);
	field_print(output, "Continues", state->resumed_from);
	print_who(output, state);
	clock_duration(&text, session_state_worked(state, now_ms));
	field_print_buf(output, "Time", &text);
	if (state->memory_peak_kb != RECORD_UNKNOWN) {
		buf_addf(&text, "%lld KiB at most",
			 (long long)state->memory_peak_kb);
		field_print_buf(output, "Memory", &text);
	}
	print_counts(output, state);
	field_print(output, "Current", state->current);
	print_tasks(output, state);
}

void session_print_errors(struct output *output,
			  const struct session_state *state)
{
	for (size_t i = 0; i < state->nr_errors; i++) {
		const struct session_error *item = &state->errors[i];
		struct buf line = BUF_INIT, text = BUF_INIT;

		if (output->json) {
			struct json *doc = json_object_new();

			clock_rfc3339(&text, item->time_ms);
			json_set_string(doc, "time", text.ptr);
			json_set_string(doc, "task_id", item->task);
			json_set_string(doc, "message", item->message);
			output_json(output, doc);
			json_free(doc);
		} else {
			clock_rfc3339(&line, item->time_ms);
			buf_addf(&text, "%s: %s", item->task ? item->task : "-",
				 item->message ? item->message : "failed");
			buf_addch(&line, ' ');
			text_printable(&line, text.ptr);
			output_print(output, "%s\n", line.ptr);
		}
		buf_release(&text);
		buf_release(&line);
	}
}

/* -- several ------------------------------------------------------------- */

void sessions_print(struct output *output, const struct session_state *states,
		    size_t nr)
{
	struct table table = TABLE_INIT(5);
	int64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < nr; i++) {
		const struct session_state *state = &states[i];
		struct buf age = BUF_INIT, tasks = BUF_INIT;

		if (output->json || output->quiet) {
			session_print(output, state);
			continue;
		}
		clock_relative(&age, state->started_ms, now_ms);
		buf_addf(&tasks, "%zu/%zu tasks",
			 session_state_count(state, TASK_COMPLETED),
			 state->nr_tasks);
		if (is_open(state))
			buf_addstr(&tasks, ", unfinished");
		table_cell(&table, COLOR_YELLOW, state->id);
		table_cell(&table, COLOR_RESET,
			   session_status_name(state->status));
		table_cell(&table, COLOR_RESET, age.ptr);
		table_cell(&table, COLOR_RESET, tasks.ptr);
		table_cell(&table, COLOR_RESET, state->sprint);
		buf_release(&age);
		buf_release(&tasks);
	}
	table_print(&table, output);
	table_release(&table);
}

/* -- results ------------------------------------------------------------- */

void session_warn(struct output *output, const struct session_state *state,
		  bool was_cut)
{
	if (was_cut)
		output_warn(output,
			    "the last line of the log of session '%s' was cut "
			    "off: what it said is lost",
			    state->id);
	else if (state->torn)
		output_warn(output,
			    "the last line of the log of session '%s' is cut "
			    "off",
			    state->id);
}

void saved_warn(struct output *output, const struct saved *saved)
{
	for (size_t i = 0; i < saved->warnings.nr; i++)
		output_warn(output, "%s", saved->warnings.items[i]);
}

void session_print_result(struct output *output, const char *what,
			  const struct session_result *result)
{
	const struct session_state *state = &result->state;

	session_warn(output, state, result->was_cut);
	saved_warn(output, &result->saved);
	if (output->json) {
		struct json *doc = session_to_json(state, clock_now_ms());

		json_set_string(doc, "checkpoint",
				result->made ? result->saved.checkpoint.id
					     : NULL);
		output_json(output, doc);
		json_free(doc);
		return;
	}
	if (output->quiet) {
		output_print(output, "%s\n", state->id);
		return;
	}
	output_say(output, "%s: %s\n", what, state->id);
	if (result->ended)
		output_say(output, "  gave up:     %s\n", result->ended);
	if (state->nr_tasks)
		output_say(output, "  tasks:       %zu/%zu completed\n",
			   session_state_count(state, TASK_COMPLETED),
			   state->nr_tasks);
	if (result->made)
		output_say(output, "  checkpoint:  %s\n",
			   result->saved.checkpoint.id);
}
