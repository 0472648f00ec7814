#include "ui/briefed.h"

#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/record/json.h"
#include "core/session/recovery.h"
#include "core/work/brief.h"
#include "ui/output.h"

/* A task that is not done, and its session. */
struct resumable {
	const struct recovery *from;
	const struct session_task *task;
	size_t place;
};

/* When it was worked on last, as far as that is known. */
static int64_t updated(const struct resumable *item)
{
	const char *text = json_as_string(
		json_find(item->task->record, "timestamps.last_activity"));
	int64_t ms;

	if (!text)
		text = json_as_string(
			json_find(item->task->record, "timestamps.updated"));
	if (text && clock_parse_rfc3339(text, &ms))
		return ms;
	return item->from->state.last_activity_ms;
}

static int in_order(const void *one, const void *other)
{
	const struct resumable *a = one, *b = other;
	bool a_runs = a->task->status == TASK_IN_PROGRESS;
	bool b_runs = b->task->status == TASK_IN_PROGRESS;

	if (a_runs != b_runs)
		return a_runs ? -1 : 1;
	if (a_runs && updated(a) != updated(b))
		return updated(a) > updated(b) ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

/* The caller must free(). */
static struct resumable *collect(const struct recovery_list *list, size_t *nr)
{
	struct resumable *items = NULL;
	size_t alloc = 0;

	*nr = 0;
	for (size_t i = 0; i < list->nr; i++) {
		const struct recovery *from = &list->items[i];

		for (size_t k = 0;
		     recovery_is_open(from) && k < from->state.nr_tasks; k++) {
			const struct session_task *task = &from->state.tasks[k];

			if (task->status != TASK_IN_PROGRESS &&
			    task->status != TASK_PENDING)
				continue;
			ARRAY_GROW(items, *nr, alloc);
			items[*nr] = (struct resumable){from, task, *nr};
			++*nr;
		}
	}
	if (*nr)
		qsort(items, *nr, sizeof(*items), in_order);
	return items;
}

static void print_json(struct output *output, const struct resumable *item,
		       bool latest)
{
	const struct json *record = item->task->record;
	const struct json *phases = json_get(record, "phases");
	const struct json *subtasks = json_get(record, "subtasks");
	struct json *doc = json_object_new();
	struct buf text = BUF_INIT;
	int percent = session_task_percent(item->task);

	json_set_string(doc, "task_id", item->task->id);
	json_set_copy(doc, "task_description",
		      json_get(record, "task_description"));
	json_set_bool(doc, "latest", latest);
	json_set_string(doc, "status", task_status_name(item->task->status));
	json_set_copy(doc, "phase", json_get(phases, "current"));
	json_set_copy(doc, "phases", json_get(phases, "total"));
	json_set_int(doc, "subtasks_completed",
		     (int64_t)json_size(json_get(subtasks, "completed")));
	json_set_copy(doc, "subtasks", json_get(subtasks, "total"));
	json_set(doc, "percent",
		 percent < 0 ? json_null_new() : json_int_new(percent));
	json_set_copy(doc, "resume_point",
		      json_find(record, "recovery.resume_point"));
	clock_rfc3339(&text, updated(item));
	json_set_string(doc, "updated", text.ptr);
	json_set_string(doc, "session_id", item->from->state.id);
	json_set_string(doc, "remote", item->from->remote);
	json_set_string(doc, "checkpoint", item->from->newest.id);
	output_json(output, doc);
	json_free(doc);
	buf_release(&text);
}

static void print_field(struct output *output, const char *label,
			const char *value)
{
	struct buf printable = BUF_INIT;

	text_printable(&printable, value);
	output_print(output, "    %s: %s\n", label, printable.ptr);
	buf_release(&printable);
}

static void print_updated(struct output *output, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		print_field(output, "Updated", text);
}

static void print_text(struct output *output, const struct resumable *item,
		       size_t number)
{
	const char *description =
		json_get_string(item->task->record, "task_description");
	struct buf value = BUF_INIT;

	text_printable(&value, item->task->id);
	output_print(output, "[%zu] %s%s%s%s\n", number,
		     output_color(output, COLOR_YELLOW), value.ptr,
		     output_color(output, COLOR_RESET),
		     number == 1 ? " (latest)" : "");
	buf_reset(&value);
	if (description) {
		buf_addf(&value, "\"%s\"", description);
		print_field(output, "Task", value.ptr);
		buf_reset(&value);
	}
	brief_progress(item->task, &value);
	if (!value.len)
		buf_addstr(&value, item->task->status == TASK_PENDING
					   ? "not begun"
					   : "in progress");
	print_field(output, "Status", value.ptr);
	print_updated(output, updated(item));
	if (item->from->remote) {
		buf_reset(&value);
		buf_addf(&value, "%s, session %s", item->from->remote,
			 item->from->state.id);
		print_field(output, "From", value.ptr);
	}
	buf_release(&value);
}

size_t briefed_list(struct output *output, const struct recovery_list *list)
{
	size_t nr;
	struct resumable *items = collect(list, &nr);

	for (size_t i = 0; i < nr && !output_closed(output); i++) {
		if (output->json)
			print_json(output, &items[i], !i);
		else if (output->quiet)
			output_print(output, "%s\n", items[i].task->id);
		else
			print_text(output, &items[i], i + 1);
	}
	if (nr)
		output_say(output, "Use 'git checkpoint resume <task>' to "
				   "resume one\n");
	free(items);
	return nr;
}
