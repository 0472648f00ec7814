#include "core/session/session_phase.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/record/json.h"
#include "core/session/session_state.h"

/* -- resume points ------------------------------------------------------- */

/* phase_<n>[_subtask_<m>[_step_<k>]]; 0: not there. */
static void set_point(struct session_task *task, int64_t phase, int64_t subtask,
		      int64_t step)
{
	struct json *recovery = json_get(task->record, "recovery");
	struct buf point = BUF_INIT;

	buf_addf(&point, "phase_%lld", (long long)(phase > 0 ? phase : 1));
	if (subtask > 0)
		buf_addf(&point, "_subtask_%lld", (long long)subtask);
	if (subtask > 0 && step > 0)
		buf_addf(&point, "_step_%lld", (long long)step);
	json_set_string(recovery, "resume_point", point.ptr);
	buf_release(&point);
}

static int64_t current_phase(const struct session_task *task)
{
	int64_t phase = 0;

	json_get_int(json_get(task->record, "phases"), "current", &phase);
	return phase;
}

static struct json *subtasks_of(const struct session_task *task)
{
	return json_get(task->record, "subtasks");
}

static int64_t subtasks_done(const struct session_task *task)
{
	return (int64_t)json_size(json_get(subtasks_of(task), "completed"));
}

/* -- phases -------------------------------------------------------------- */

static void set_phase_status(struct session_task *task, int64_t phase,
			     enum task_status status)
{
	char *key = xstrfmt("%lld", (long long)phase);

	json_set_string(json_get(json_get(task->record, "phases"), "status"),
			key, task_status_name(status));
	free(key);
}

/* The subtasks that the plan has for a phase; those of another that were worked
 * on are done with. */
static void enter_phase(struct session_task *task, int64_t phase)
{
	struct json *phases = json_get(task->record, "phases");
	char *key = xstrfmt("%lld", (long long)phase);
	struct json *planned = json_get(json_get(phases, "subtasks"), key);
	struct json *subtasks = subtasks_of(task);

	if (json_type(planned) == JSON_ARRAY) {
		json_set_array(subtasks, "completed");
		json_set_null(subtasks, "in_progress");
		json_set_copy(subtasks, "pending", planned);
		json_set_int(subtasks, "total", (int64_t)json_size(planned));
	} else if (subtasks_done(task) ||
		   json_get_string(subtasks, "in_progress")) {
		json_set_array(subtasks, "completed");
		json_set_null(subtasks, "in_progress");
		json_set_array(subtasks, "pending");
		json_set_null(subtasks, "total");
	}
	free(key);
}

static void phase_start(struct session_task *task, const struct json *event)
{
	struct json *phases = json_get(task->record, "phases");
	int64_t phase = 0;

	if (!json_get_int(event, "phase", &phase) || phase < 1)
		return;
	if (phase != current_phase(task))
		enter_phase(task, phase);
	json_set_int(phases, "current", phase);
	set_phase_status(task, phase, TASK_IN_PROGRESS);
	set_point(task, phase, 0, 0);
}

static bool has_number(const struct json *array, int64_t number)
{
	int64_t value;

	JSON_FOR_EACH (item, array)
		if (json_as_int(item, &value) && value == number)
			return true;
	return false;
}

static void phase_complete(struct session_task *task, const struct json *event)
{
	struct json *phases = json_get(task->record, "phases");
	struct json *completed = json_get(phases, "completed");
	int64_t phase = 0, total = 0;

	if (!json_get_int(event, "phase", &phase) || phase < 1)
		return;
	json_set_int(phases, "current", phase);
	if (!has_number(completed, phase))
		json_add_int(completed, phase);
	set_phase_status(task, phase, TASK_COMPLETED);
	if (json_get_int(phases, "total", &total) && phase >= total)
		json_set_null(json_get(task->record, "recovery"),
			      "resume_point");
	else
		set_point(task, phase + 1, 0, 0);
}

/* -- subtasks ------------------------------------------------------------ */

static bool has_text(const struct json *array, const char *text)
{
	JSON_FOR_EACH (item, array)
		if (json_as_string(item) && !strcmp(json_as_string(item), text))
			return true;
	return false;
}

static void remove_text(struct json *array, const char *text)
{
	size_t i = 0;

	JSON_FOR_EACH (item, array) {
		if (json_as_string(item) &&
		    !strcmp(json_as_string(item), text)) {
			json_remove_item(array, i);
			return;
		}
		i++;
	}
}

/* There are at least as many as are named. */
static void count_subtasks(struct session_task *task)
{
	struct json *subtasks = subtasks_of(task);
	int64_t known = subtasks_done(task) +
			(int64_t)json_size(json_get(subtasks, "pending")) +
			(json_get_string(subtasks, "in_progress") != NULL);
	int64_t total;

	if (!json_get_int(subtasks, "total", &total) || total < known)
		json_set_int(subtasks, "total", known);
}

static void subtask_start(struct session_task *task, const struct json *event)
{
	struct json *subtasks = subtasks_of(task);
	const char *name = json_get_string(event, "subtask");
	const char *other = json_get_string(subtasks, "in_progress");

	if (!name)
		return;
	/* One at a time: what was begun before waits. */
	if (other && strcmp(other, name))
		json_add_string(json_get(subtasks, "pending"), other);
	remove_text(json_get(subtasks, "pending"), name);
	remove_text(json_get(subtasks, "completed"), name);
	json_set_string(subtasks, "in_progress", name);
	count_subtasks(task);
	set_point(task, current_phase(task), subtasks_done(task) + 1, 0);
}

static void subtask_complete(struct session_task *task,
			     const struct json *event)
{
	struct json *subtasks = subtasks_of(task);
	const char *name = json_get_string(event, "subtask");
	const char *other = json_get_string(subtasks, "in_progress");
	int64_t total = 0;

	if (!name)
		return;
	remove_text(json_get(subtasks, "pending"), name);
	if (!has_text(json_get(subtasks, "completed"), name))
		json_add_string(json_get(subtasks, "completed"), name);
	if (other && !strcmp(other, name))
		json_set_null(subtasks, "in_progress");
	count_subtasks(task);
	json_get_int(subtasks, "total", &total);
	set_point(task, current_phase(task),
		  subtasks_done(task) < total ? subtasks_done(task) + 1 : 0, 0);
}

static void subtask_step(struct session_task *task, const struct json *event)
{
	int64_t step = 0;

	if (json_get_int(event, "step", &step) && step > 0)
		set_point(task, current_phase(task), subtasks_done(task) + 1,
			  step);
}

/* -- one event ----------------------------------------------------------- */

static const struct {
	const char *name;
	void (*apply)(struct session_task *task, const struct json *event);
} kinds[] = {
	{"phase_start", phase_start},
	{"phase_complete", phase_complete},
	{"subtask_start", subtask_start},
	{"subtask_complete", subtask_complete},
	{"subtask_step", subtask_step},
};

bool session_phase_apply(struct session_task *task, const struct json *event)
{
	const char *name = json_get_string(event, "event");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(name, kinds[i].name)) {
			kinds[i].apply(task, event);
			return true;
		}
	}
	return false;
}

void session_phase_name_all(struct session_task *task)
{
	struct json *phases = json_get(task->record, "phases");
	struct json *status = json_get(phases, "status");
	int64_t total;

	if (!json_get_int(phases, "total", &total) || total > 1000)
		return;
	for (int64_t i = 1; i <= total; i++) {
		char *key = xstrfmt("%lld", (long long)i);

		if (!json_get(status, key))
			json_set_string(status, key, "pending");
		free(key);
	}
}
