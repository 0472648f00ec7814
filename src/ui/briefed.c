#include "ui/briefed.h"

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/record/json.h"
#include "ui/field.h"
#include "ui/output.h"

/* Of a list of files. */
#define MOST_FILES 20

/* -- lines --------------------------------------------------------------- */

static void print_heading(struct output *output, const char *text)
{
	output_print(output, "\n%s%s%s\n", output_color(output, COLOR_BOLD),
		     text, output_color(output, COLOR_RESET));
}

static void print_item(struct output *output, struct buf *value)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, value->ptr);
	output_print(output, "  %s\n", printable.ptr);
	buf_release(&printable);
	buf_reset(value);
}

/* A text as it is, anything else as JSON. */
static void add_value(struct buf *out, const struct json *value)
{
	if (json_as_string(value))
		buf_addstr(out, json_as_string(value));
	else if (!json_is_null(value))
		json_write_compact(out, value);
}

static void add_member(struct buf *out, const char *before,
		       const struct json *object, const char *key,
		       const char *after)
{
	const struct json *value = json_get(object, key);

	if (json_is_null(value))
		return;
	buf_addstr(out, before);
	add_value(out, value);
	buf_addstr(out, after);
}

/* -- the head ------------------------------------------------------------ */

static void print_title(struct output *output, const struct json *brief)
{
	const struct json *session = json_get(brief, "session");
	struct buf title = BUF_INIT, printable = BUF_INIT;
	bool review = false;

	json_get_bool(brief, "review", &review);
	buf_addstr(&title,
		   review ? "Review of session " : "Continuing session ");
	add_value(&title, json_get(session, "id"));
	add_member(&title, ", sprint ", session, "sprint", "");
	add_member(&title, ", which took over from ", session, "resumed_from",
		   "");
	text_printable(&printable, title.ptr);
	output_print(output, "%s%s%s\n\n", output_color(output, COLOR_BOLD),
		     printable.ptr, output_color(output, COLOR_RESET));
	buf_release(&title);
	buf_release(&printable);
}

static void print_checkpoint(struct output *output, const struct json *brief)
{
	const struct json *checkpoint = json_get(brief, "checkpoint");
	const char *timestamp = json_get_string(checkpoint, "timestamp");
	struct buf value = BUF_INIT;
	int64_t ms;

	if (json_is_null(checkpoint)) {
		buf_addstr(&value, "none");
	} else {
		add_member(&value, "", checkpoint, "id", "");
		add_member(&value, ", ", checkpoint, "type", "");
		if (timestamp && clock_parse_rfc3339(timestamp, &ms)) {
			buf_addstr(&value, ", ");
			clock_relative(&value, ms, clock_now_ms());
		}
		add_member(&value, ", ", checkpoint, "description", "");
	}
	field_print_buf(output, "Checkpoint", &value);
}

static void print_scores(struct output *output, const struct json *brief)
{
	struct buf value = BUF_INIT;

	add_member(&value, "", brief, "route", "");
	add_member(&value, value.len ? ", complexity " : "complexity ", brief,
		   "complexity_score", "");
	JSON_FOR_EACH (score, json_get(brief, "scoring_breakdown")) {
		if (json_is_null(score))
			continue;
		buf_addf(&value, "%s%s ", value.len ? ", " : "",
			 json_key(score));
		add_value(&value, score);
	}
	field_print_buf(output, "Route", &value);
}

static void print_problems(struct output *output, const struct json *brief)
{
	struct buf value = BUF_INIT;

	JSON_FOR_EACH (problem, json_get(brief, "problems")) {
		add_value(&value, problem);
		field_print_buf(output, "Problem", &value);
	}
}

static void print_head(struct output *output, const struct json *brief)
{
	const struct json *task = json_get(brief, "task");
	struct buf value = BUF_INIT;

	print_title(output, brief);
	add_member(&value, "", task, "task_id", "");
	add_member(&value, ", ", task, "task_description", "");
	if (value.len)
		add_member(&value, " (", brief, "task_status", ")");
	field_print_buf(output, "Task", &value);
	add_member(&value, "", brief, "resume_point", "");
	field_print_buf(output, "Resume at", &value);
	add_member(&value, "", brief, "task_percent", "% of the task");
	add_member(&value, value.len ? ", " : "", brief, "percent",
		   "% of the session");
	field_print_buf(output, "Progress", &value);
	print_scores(output, brief);
	add_member(&value, "", brief, "knowledge_query_result", "");
	field_print_buf(output, "Knowledge", &value);
	print_checkpoint(output, brief);
	print_problems(output, brief);
}

/* -- tasks --------------------------------------------------------------- */

static void add_progress(struct buf *out, const struct json *task)
{
	int64_t parts = 0;

	add_member(out, ", phase ", task, "phase", "");
	if (!json_is_null(json_get(task, "phase")))
		add_member(out, "/", task, "phases", "");
	if (json_get_int(task, "subtasks", &parts) && parts > 0) {
		add_member(out, ", subtask ", task, "subtasks_completed", "");
		buf_addf(out, "/%lld", (long long)parts);
	}
	add_member(out, ", ", task, "percent", "%");
	add_member(out, ", at ", task, "resume_point", "");
}

static void print_tasks(struct output *output, const struct json *brief,
			const char *key, const char *heading)
{
	struct buf value = BUF_INIT;
	bool open = !strcmp(key, "in_progress");
	int64_t ms;

	if (!json_size(json_get(brief, key)))
		return;
	print_heading(output, heading);
	JSON_FOR_EACH (task, json_get(brief, key)) {
		add_member(&value, "", task, "task_id", "");
		add_member(&value, "  ", task, "task_description", "");
		if (open)
			add_progress(&value, task);
		if (json_get_int(task, "duration_ms", &ms)) {
			buf_addstr(&value, ", ");
			clock_duration(&value, ms);
		}
		add_member(&value, ": ", task, "message", "");
		print_item(output, &value);
	}
	buf_release(&value);
}

/* -- what was found out -------------------------------------------------- */

static void print_gathered(struct output *output, const struct json *brief,
			   const char *list, const char *key,
			   const char *heading)
{
	struct buf value = BUF_INIT;

	if (!json_size(json_get(brief, list)))
		return;
	print_heading(output, heading);
	JSON_FOR_EACH (item, json_get(brief, list)) {
		add_member(&value, "- ", item, key, "");
		add_member(&value, " (", item, "task_id", ")");
		print_item(output, &value);
	}
	buf_release(&value);
}

static void print_todo(struct output *output, const struct json *brief)
{
	struct buf value = BUF_INIT;

	if (!json_size(json_get(brief, "todo")))
		return;
	print_heading(output, "To do");
	JSON_FOR_EACH (item, json_get(brief, "todo")) {
		const char *status = json_get_string(item, "status");

		buf_addstr(&value,
			   status && !strcmp(status, "completed")     ? "[x] "
			   : status && !strcmp(status, "in_progress") ? "[>] "
								      : "[ ] ");
		add_member(&value, "", item, "text", "");
		if (json_is_null(json_get(item, "text")))
			add_member(&value, "", item, "content", "");
		print_item(output, &value);
	}
	buf_release(&value);
}

/* -- the files ----------------------------------------------------------- */

static void print_files(struct output *output, const struct json *files,
			const char *key)
{
	struct buf value = BUF_INIT, path = BUF_INIT;
	size_t shown = 0;

	JSON_FOR_EACH (file, files) {
		if (shown++ == MOST_FILES) {
			buf_addf(&value, "... and %zu more",
				 json_size(files) - MOST_FILES);
			print_item(output, &value);
			break;
		}
		buf_reset(&path);
		json_get_path(file, "path", &path);
		buf_addf(&value, "%-8s", json_get_string(file, key));
		path_quote(&value, path.ptr);
		print_item(output, &value);
	}
	buf_release(&value);
	buf_release(&path);
}

static void print_head_drift(struct output *output, const struct json *drift,
			     const char *key, const char *what)
{
	const struct json *sides = json_get(drift, key);
	struct buf value = BUF_INIT;
	bool changed = false;

	json_get_bool(sides, "changed", &changed);
	if (!changed)
		return;
	buf_addf(&value, "%s is ", what);
	add_member(&value, "", sides, "workspace", "");
	if (json_is_null(json_get(sides, "workspace")))
		buf_addstr(&value, "none");
	buf_addstr(&value, ", was ");
	add_member(&value, "", sides, "checkpoint", "");
	if (json_is_null(json_get(sides, "checkpoint")))
		buf_addstr(&value, "none");
	print_item(output, &value);
	buf_release(&value);
}

static void print_drift(struct output *output, const struct json *brief)
{
	const struct json *drift = json_get(brief, "drift");
	const struct json *files = json_get(drift, "files");
	bool checked = false, changed = false;

	if (json_is_null(drift))
		return;
	json_get_bool(drift, "checked", &checked);
	json_get_bool(drift, "changed", &changed);
	print_heading(output, "Workspace");
	if (!checked)
		output_print(output, "  not compared with the checkpoint\n");
	else if (!changed)
		output_print(output, "  as in the checkpoint\n");
	else if (!json_size(files))
		output_print(output, "  the same files, other Git state\n");
	else
		output_print(output, "  since the checkpoint:\n");
	print_head_drift(output, drift, "head", "HEAD");
	print_head_drift(output, drift, "branch", "the branch");
	print_files(output, files, "change");
}

static void print_restored(struct output *output, const struct json *brief)
{
	const struct json *restored = json_get(brief, "restored");
	const char *safety = json_get_string(restored, "safety");

	if (!json_size(json_get(restored, "changes")))
		return;
	print_heading(output, "Restored");
	print_files(output, json_get(restored, "changes"), "action");
	if (safety)
		output_print(output,
			     "  what was there is saved as %s; 'git checkpoint "
			     "undo' brings it back\n",
			     safety);
}

void briefed_print(struct output *output, const struct json *brief)
{
	if (output->json) {
		output_json(output, brief);
		return;
	}
	if (output->quiet) {
		output_print(output, "%s\n",
			     json_get_string(brief, "session_id"));
		return;
	}
	print_head(output, brief);
	print_tasks(output, brief, "done", "Done");
	print_tasks(output, brief, "in_progress", "In progress");
	print_tasks(output, brief, "next", "Next");
	print_tasks(output, brief, "failed", "Failed");
	print_tasks(output, brief, "skipped", "Skipped");
	print_gathered(output, brief, "decisions", "decision", "Decisions");
	print_todo(output, brief);
	print_gathered(output, brief, "notes", "notes", "Notes");
	print_gathered(output, brief, "outputs", "path", "Outputs");
	print_drift(output, brief);
	print_restored(output, brief);
}
