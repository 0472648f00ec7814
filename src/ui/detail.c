#include "ui/detail.h"

#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "core/record/json.h"
#include "ui/field.h"
#include "ui/output.h"
#include "ui/size.h"

static void add_separator(struct buf *out)
{
	if (out->len)
		buf_addstr(out, ", ");
}

/* -- when and where ------------------------------------------------------ */

/* In the user's time zone, as git log has it, and how long ago. */
static void print_date(struct output *output, int64_t ms)
{
	struct buf value = BUF_INIT;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[64];

	if (localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y %z", &tm))
		buf_addstr(&value, text);
	buf_addstr(&value, " (");
	clock_relative(&value, ms, clock_now_ms());
	buf_addstr(&value, ")");
	field_print_buf(output, "Date", &value);
}

static void print_session(struct output *output, const struct record *record)
{
	const char *status = json_get_string(record->session, "status");
	struct buf value = BUF_INIT;

	buf_addstr(&value, record->session_id);
	if (status)
		buf_addf(&value, " (%s)", status);
	field_print_buf(output, "Session", &value);
	field_print(output, "Sprint", record->sprint);
	field_print(output, "Continues",
		    json_get_string(record->session, "resumed_from"));
}

static void print_head(struct output *output, const struct detail *detail)
{
	const struct record *record = &detail->stored->record;
	const char *head = record->git_commit;

	field_print(output, "Base",
		    detail->base ? detail->base : "none, HEAD was unborn");
	if (record->branch)
		field_print(output, "Branch", record->branch);
	else if (head)
		field_print(output, "HEAD", "detached");
	field_print(output, "Upstream", record->git.upstream);
	field_print(output, "Worktree", record->git.worktree);
	field_print(output, "Operation", record->git.operation);
}

/* -- what it holds ------------------------------------------------------- */

static void print_files(struct output *output, const struct record *record)
{
	const struct {
		const char *name;
		int64_t count;
	} kinds[] = {
		{"staged", record->git.staged},
		{"unstaged", record->git.unstaged},
		{"untracked", record->git.untracked},
	};
	struct buf value = BUF_INIT, parts = BUF_INIT;

	if (record->snapshot.files == RECORD_UNKNOWN)
		return;
	buf_addf(&value, "%lld", (long long)record->snapshot.files);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].count == RECORD_UNKNOWN)
			continue;
		add_separator(&parts);
		buf_addf(&parts, "%lld %s", (long long)kinds[i].count,
			 kinds[i].name);
	}
	if (parts.len)
		buf_addf(&value, " (%s)", parts.ptr);
	field_print_buf(output, "Files", &value);
	buf_release(&parts);
	if (record->snapshot.ignored_captured > 0) {
		buf_addf(&value, "%lld, in this clone alone",
			 (long long)record->snapshot.ignored_captured);
		field_print_buf(output, "Ignored", &value);
	}
}

static void print_snapshot(struct output *output, const struct detail *detail)
{
	const struct record *record = &detail->stored->record;
	struct buf value = BUF_INIT;

	print_files(output, record);
	field_print(output, "Snapshot", record->snapshot.digest);
	if (record->snapshot.bytes_added != RECORD_UNKNOWN)
		size_human(&value, (uint64_t)record->snapshot.bytes_added);
	field_print_buf(output, "Added", &value);
	field_print(output, "Pinned", detail->pinned ? "yes" : NULL);
	for (size_t i = 0; i < detail->attachments->nr; i++) {
		add_separator(&value);
		buf_addstr(&value, detail->attachments->items[i]);
	}
	field_print_buf(output, "Attachments", &value);
}

/* -- how far the work was ------------------------------------------------ */

/* "<noun> <done>/<total>", if anything is known of that. */
static void add_part(struct buf *out, const char *noun, int64_t done,
		     int64_t total)
{
	if (total <= 0)
		return;
	add_separator(out);
	buf_addf(out, "%s %lld/%lld", noun, (long long)done, (long long)total);
}

static void print_task(struct output *output, const struct json *task)
{
	const char *id = json_get_string(task, "task_id");
	const char *text = json_get_string(task, "task_description");
	const struct json *phases = json_get(task, "phases");
	const struct json *subtasks = json_get(task, "subtasks");
	struct buf value = BUF_INIT, progress = BUF_INIT;
	int64_t current = 0, total = 0;

	if (!id)
		return;
	buf_addstr(&value, id);
	if (text)
		buf_addf(&value, ": %s", text);
	json_get_int(phases, "current", &current);
	json_get_int(phases, "total", &total);
	add_part(&progress, "phase", current, total);
	total = 0;
	json_get_int(subtasks, "total", &total);
	add_part(&progress, "subtask",
		 (int64_t)json_size(json_get(subtasks, "completed")), total);
	if (progress.len)
		buf_addf(&value, " (%s)", progress.ptr);
	field_print_buf(output, "Task", &value);
	buf_release(&progress);
	field_print(
		output, "Resume at",
		json_get_string(json_get(task, "recovery"), "resume_point"));
}

static void print_tasks(struct output *output, const struct record *record)
{
	static const char *const words[][2] = {
		{"tasks_completed", "completed"},
		{"tasks_failed", "failed"},
		{"tasks_skipped", "skipped"},
	};
	struct buf value = BUF_INIT;
	int64_t count;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!json_get_int(record->metrics, words[i][0], &count))
			continue;
		add_separator(&value);
		buf_addf(&value, "%lld %s", (long long)count, words[i][1]);
	}
	if (!value.len && record->tasks_completed != RECORD_UNKNOWN)
		buf_addf(&value, "%lld completed",
			 (long long)record->tasks_completed);
	if (json_get_int(record->metrics, "tasks_total", &count))
		buf_addf(&value, " of %lld", (long long)count);
	field_print_buf(output, "Tasks", &value);
}

static void print_metrics(struct output *output, const struct json *metrics)
{
	struct buf value = BUF_INIT;
	int64_t number;
	double ratio;

	if (json_get_double(metrics, "success_ratio", &ratio))
		buf_addf(&value, "%.0f%% successful", ratio * 100);
	if (json_get_int(metrics, "execution_time_ms", &number)) {
		add_separator(&value);
		clock_duration(&value, number);
	}
	JSON_FOR_EACH (kind, json_get(metrics, "tokens")) {
		if (!json_as_int(kind, &number))
			continue;
		add_separator(&value);
		buf_addf(&value, "%lld %s tokens", (long long)number,
			 json_key(kind));
	}
	if (json_get_int(metrics, "memory_peak_kb", &number) && number >= 0) {
		add_separator(&value);
		size_human(&value, (uint64_t)number * 1024);
		buf_addstr(&value, " of memory");
	}
	field_print_buf(output, "Metrics", &value);
}

/* -- the whole ----------------------------------------------------------- */

static void print_description(struct output *output, const char *text)
{
	struct strlist lines = STRLIST_INIT;
	struct buf printable = BUF_INIT;

	if (!text)
		return;
	strlist_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.nr; i++) {
		buf_reset(&printable);
		text_printable(&printable, lines.items[i]);
		output_print(output, "%s    %s\n", i ? "" : "\n",
			     printable.ptr);
	}
	buf_release(&printable);
	strlist_release(&lines);
}

void detail_print(const struct detail *detail, struct output *output)
{
	const struct stored *stored = detail->stored;
	const struct record *record = &stored->record;
	char hex[OID_HEXSZ + 1];

	output_print(output, "%scheckpoint %s%s\n",
		     output_color(output, COLOR_YELLOW), stored->name.id,
		     output_color(output, COLOR_RESET));
	field_print(output, "Type", record->type_name);
	print_date(output, record->timestamp);
	print_session(output, record);
	field_print(output, "Ref", stored->name.ref);
	field_print(output, "Commit", oid_hex(&stored->name.commit, hex));
	print_head(output, detail);
	print_task(output, record->task);
	print_tasks(output, record);
	print_metrics(output, record->metrics);
	print_snapshot(output, detail);
	print_description(output, record->description);
}

/* -- what was left out --------------------------------------------------- */

static void print_omitted_path(struct output *output,
			       const struct omitted_path *item)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "    %-17s ", omit_reason_name(item->reason));
	path_quote(&line, item->path);
	if (item->bytes >= 0) {
		buf_addstr(&line, " (");
		size_human(&line, (uint64_t)item->bytes);
		buf_addstr(&line, ")");
	}
	output_print(output, "%s\n", line.ptr);
	buf_release(&line);
}

static void print_omitted_reason(struct output *output,
				 const struct record_omitted_reason *reason)
{
	struct buf name = BUF_INIT;

	text_printable(&name, reason->reason);
	output_print(output, "    %-17s %lld\n", name.ptr,
		     (long long)reason->count);
	buf_release(&name);
}

void detail_print_omitted(const struct detail *detail, struct output *output)
{
	const struct record_omitted *counts =
		&detail->stored->record.snapshot.omitted;

	if (detail->omitted->nr) {
		output_print(output, "\nLeft out:\n");
		for (size_t i = 0; i < detail->omitted->nr; i++)
			print_omitted_path(output, &detail->omitted->items[i]);
		return;
	}
	if (counts->count <= 0)
		return;
	output_print(output,
		     "\nLeft out, and listed only where it was made:\n");
	for (size_t i = 0; i < counts->nr_reasons; i++)
		print_omitted_reason(output, &counts->reasons[i]);
}
