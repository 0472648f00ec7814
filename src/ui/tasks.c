#include "ui/tasks.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/record/json.h"
#include "core/session/session_listing.h"
#include "core/work/task_work.h"
#include "ui/output.h"
#include "ui/sessions.h"

static void print_json(struct output *output, const struct task_result *result,
		       const struct session_task *task)
{
	struct json *doc = task ? session_task_to_json(task, clock_now_ms())
				: json_object_new();

	json_set_string(doc, "session_id", result->state.id);
	json_set_bool(doc, "repeated", result->repeated);
	json_set_string(doc, "checkpoint", result->saved.checkpoint.id);
	output_json(output, doc);
	json_free(doc);
}

static void say_progress(struct output *output, const struct session_task *task)
{
	struct buf text = BUF_INIT;
	int percent = session_task_percent(task);

	task_add_phase(&text, task->record);
	task_add_subtasks(&text, task->record);
	if (text.len && percent >= 0)
		buf_addf(&text, ", %d%% complete", percent);
	if (text.len)
		output_say(output, "  progress:    %s\n", text.ptr);
	buf_release(&text);
}

void task_print_result(struct output *output, const char *what,
		       const struct task_result *result)
{
	const struct session_task *task =
		result->task ? session_state_task(&result->state, result->task)
			     : NULL;
	struct buf name = BUF_INIT;

	session_warn(output, &result->state, result->was_cut);
	saved_warn(output, &result->saved);
	if (output->json) {
		print_json(output, result, task);
		return;
	}
	text_printable(&name, result->task ? result->task : "metrics");
	if (output->quiet)
		output_print(output, "%s\n", name.ptr);
	output_say(output, "%s%s: %s\n", what,
		   result->repeated ? " before, with this key" : "", name.ptr);
	if (task)
		say_progress(output, task);
	if (result->saved.checkpoint.id)
		output_say(output, "  checkpoint:  %s\n",
			   result->saved.checkpoint.id);
	buf_release(&name);
}
