#include "core/work/task_decide.h"

#include <ctype.h>

#include "base/alloc.h"
#include "core/record/description.h"
#include "core/record/json.h"
#include "core/session/task_record.h"

static const char *const events[] = {
	[TASK_ADD] = "plan",
	[TASK_START] = "task_start",
	[TASK_COMPLETE] = "task_complete",
	[TASK_FAIL] = "task_fail",
	[TASK_SKIP] = "task_skip",
	[PHASE_START] = "phase_start",
	[PHASE_COMPLETE] = "phase_complete",
	[SUBTASK_START] = "subtask_start",
	[SUBTASK_COMPLETE] = "subtask_complete",
	[SUBTASK_STEP] = "subtask_step",
	[TASK_UPDATE] = "update",
};

const char *task_event_name(enum task_verb verb)
{
	return events[verb];
}

void task_aim_release(struct task_aim *aim)
{
	free(aim->task);
	free(aim->what);
	*aim = (struct task_aim){0};
}

static const struct session_task *task_of(const struct session_state *state,
					  const struct task_aim *aim)
{
	return aim->task ? session_state_task(state, aim->task) : NULL;
}

/* -- which task ---------------------------------------------------------- */

static int no_task(struct error *err)
{
	error_set(err, ERR_NOT_FOUND, "no task is in progress");
	return error_hint(err, "'git checkpoint task start <task>' starts one, "
			       "'--task=<task>' names another");
}

/* An update may name its task itself. */
static int choose_task(struct task_aim *out, const struct session_state *state,
		       const struct task_call *call, struct error *err)
{
	const char *named = json_get_string(call->patch, "task_id");
	const char *id = call->task;

	if (named && id && strcmp(named, id))
		return error_set(err, ERR_INVALID,
				 "'task_id' in the update is '%s', not '%s'",
				 named, id);
	if (!id)
		id = named ? named : state->current;
	if (!id)
		return call->verb == TASK_UPDATE && !json_first(call->patch)
			       ? 0
			       : no_task(err);
	out->task = xstrdup(id);
	out->is_new = !session_state_task(state, id);
	if (!out->is_new)
		return 0;
	if (call->verb == TASK_ADD || call->verb == TASK_START ||
	    (call->verb == TASK_UPDATE && named && !call->task))
		return task_id_check(id, err);
	error_set(err, ERR_NOT_FOUND, "there is no task '%s' in session '%s'",
		  id, state->id);
	return error_hint(err, "'git checkpoint session show' lists its tasks");
}

/* -- which phase, subtask, step ------------------------------------------ */

static bool parse_number(const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || text[digits] || digits > 9)
		return false;
	*out = strtoll(text, NULL, 10);
	return true;
}

static int choose_phase(struct task_aim *out, const struct session_task *task,
			const char *what, struct error *err)
{
	const struct json *phases = json_get(task->record, "phases");
	int64_t total;

	if (!what) {
		if (!json_get_int(phases, "current", &out->number))
			return error_set(err, ERR_FAILED,
					 "no phase of task '%s' was started",
					 task->id);
	} else if (!parse_number(what, &out->number)) {
		out->number = 0;
		JSON_FOR_EACH (item, json_get(phases, "names"))
			if (json_as_string(item) &&
			    !strcmp(json_as_string(item), what))
				parse_number(json_key(item), &out->number);
		if (!out->number)
			return error_set(err, ERR_NOT_FOUND,
					 "task '%s' has no phase '%s'",
					 task->id, what);
	}
	if (out->number < 1 || out->number > TASK_MAX_PHASES)
		return error_set(err, ERR_INVALID,
				 "phases are numbered from 1 to %d",
				 TASK_MAX_PHASES);
	if (json_get_int(phases, "total", &total) && total > 0 &&
	    out->number > total)
		return error_set(
			err, ERR_FAILED, "task '%s' has %lld phases, not %lld",
			task->id, (long long)total, (long long)out->number);
	out->what = xstrfmt("%lld", (long long)out->number);
	return 0;
}

static int choose_subtask(struct task_aim *out, const struct session_task *task,
			  const char *what, struct error *err)
{
	const struct json *subtasks = json_get(task->record, "subtasks");

	if (!what)
		what = json_get_string(subtasks, "in_progress");
	if (!what)
		return error_set(err, ERR_FAILED,
				 "no subtask of task '%s' is in progress",
				 task->id);
	out->what = xstrdup(what);
	return *what ? description_check(what, err)
		     : error_set(err, ERR_INVALID, "a subtask's name is empty");
}

static int choose_step(struct task_aim *out, const char *what,
		       struct error *err)
{
	if (!what || !parse_number(what, &out->number) || out->number < 1)
		return error_set(err, ERR_INVALID,
				 "steps are numbered from 1 to 999999999");
	out->what = xstrdup(what);
	return 0;
}

int task_aim_find(struct task_aim *out, const struct session_state *state,
		  const struct task_call *call, struct error *err)
{
	const struct session_task *task;

	*out = (struct task_aim){0};
	if (choose_task(out, state, call, err) < 0)
		return err->code;
	task = task_of(state, out);
	switch (call->verb) {
	case PHASE_START:
	case PHASE_COMPLETE:
		return choose_phase(out, task, call->what, err);
	case SUBTASK_START:
	case SUBTASK_COMPLETE:
		return choose_subtask(out, task, call->what, err);
	case SUBTASK_STEP:
		return choose_step(out, call->what, err);
	default:
		return 0;
	}
}

/* -- what may be --------------------------------------------------------- */

static int not_started(const struct session_task *task, struct error *err)
{
	if (task->status == TASK_PENDING)
		error_set(err, ERR_FAILED, "task '%s' was not started",
			  task->id);
	else
		error_set(err, ERR_FAILED, "task '%s' is not in progress: %s",
			  task->id,
			  task->status == TASK_FAILED ? "it failed"
						      : "it was skipped");
	return error_hint(err, "'git checkpoint task start %s' starts it",
			  task->id);
}

static int done_before(const char *what, const char *name, struct error *err)
{
	return error_set(err, ERR_REFUSED, "%s '%s' is completed already", what,
			 name);
}

static int decide_task(const struct session_state *state,
		       const struct task_call *call,
		       const struct session_task *task, struct error *err)
{
	if (!task && state->nr_tasks >= SESSION_MAX_TASKS)
		return error_set(err, ERR_FAILED,
				 "a session has no more than %d tasks",
				 SESSION_MAX_TASKS);
	if (call->verb == TASK_ADD && task)
		return error_set(err, ERR_REFUSED, "task '%s' is there already",
				 task->id);
	if (!task)
		return 0;
	if (task->status == TASK_COMPLETED)
		return done_before("task", task->id, err);
	if (call->verb != TASK_START && call->verb != TASK_SKIP &&
	    task->status != TASK_IN_PROGRESS)
		return not_started(task, err);
	return 0;
}

static const char *phase_status(const struct session_task *task,
				const char *phase)
{
	return json_get_string(
		json_get(json_get(task->record, "phases"), "status"), phase);
}

static int decide_phase(const struct task_call *call,
			const struct session_task *task,
			const struct task_aim *aim, struct error *err)
{
	const char *status = phase_status(task, aim->what);

	if (status && !strcmp(status, "completed"))
		return done_before("phase", aim->what, err);
	if (call->verb == PHASE_START ||
	    (status && !strcmp(status, "in_progress")))
		return 0;
	error_set(err, ERR_FAILED, "phase %s of task '%s' was not started",
		  aim->what, task->id);
	return error_hint(err, "'git checkpoint phase start %s' starts it",
			  aim->what);
}

static bool is_in(const struct json *array, const char *name)
{
	JSON_FOR_EACH (item, array)
		if (json_as_string(item) && !strcmp(json_as_string(item), name))
			return true;
	return false;
}

static int decide_subtask(const struct task_call *call,
			  const struct session_task *task,
			  const struct task_aim *aim, struct error *err)
{
	const struct json *subtasks = json_get(task->record, "subtasks");
	const char *running = json_get_string(subtasks, "in_progress");

	if (call->verb == SUBTASK_STEP)
		return running ? 0
			       : error_set(err, ERR_FAILED,
					   "no subtask of task '%s' is in "
					   "progress",
					   task->id);
	if (is_in(json_get(subtasks, "completed"), aim->what))
		return done_before("subtask", aim->what, err);
	if (call->verb == SUBTASK_START ||
	    (running && !strcmp(running, aim->what)))
		return 0;
	error_set(err, ERR_FAILED, "subtask '%s' of task '%s' was not started",
		  aim->what, task->id);
	return error_hint(err, "'git checkpoint subtask start <name>' starts "
			       "one");
}

/* What the record would be. */
static int decide_record(const struct session_task *task,
			 const struct task_call *call, struct error *err)
{
	const struct json *patch =
		call->verb == TASK_UPDATE ? call->patch : call->record;
	struct json *merged =
		task ? json_copy(task->record) : record_task_new();
	int ret = 0;

	if (json_type(patch) == JSON_OBJECT) {
		if (json_depth(patch) > TASK_RECORD_MAX_DEPTH)
			ret = error_set(err, ERR_INVALID,
					"the update is nested deeper than %d",
					TASK_RECORD_MAX_DEPTH);
		if (!ret) {
			json_merge_patch(&merged, patch);
			ret = task_record_check(merged, err);
		}
	}
	json_free(merged);
	return ret;
}

static int decide_metrics(const struct session_state *state,
			  const struct task_call *call, struct error *err)
{
	const struct json *patch = json_get(call->patch, "metrics");
	struct json *merged = json_copy(state->metrics);
	struct buf text = BUF_INIT;
	int ret = 0;

	if (patch && json_type(patch) != JSON_OBJECT)
		ret = error_set(err, ERR_INVALID, "'metrics' is not an object");
	if (!ret && json_depth(patch) > TASK_RECORD_MAX_DEPTH)
		ret = error_set(err, ERR_INVALID,
				"'metrics' is nested deeper than %d",
				TASK_RECORD_MAX_DEPTH);
	if (!ret && patch) {
		json_merge_patch(&merged, patch);
		ret = record_metrics_normalize(merged, err);
		json_write_pretty(&text, merged);
		if (!ret && text.len > TASK_RECORD_MAX_BYTES)
			ret = error_set(err, ERR_INVALID,
					"'metrics' is larger than 1 MiB");
	}
	buf_release(&text);
	json_free(merged);
	return ret;
}

int task_decide(const struct session_state *state, const struct task_call *call,
		const struct task_aim *aim, struct error *err)
{
	const struct session_task *task = task_of(state, aim);
	int ret = 0;

	switch (call->verb) {
	case TASK_UPDATE:
		ret = decide_metrics(state, call, err);
		break;
	case PHASE_START:
	case PHASE_COMPLETE:
	case SUBTASK_START:
	case SUBTASK_COMPLETE:
	case SUBTASK_STEP:
		if (task->status == TASK_COMPLETED)
			return done_before("task", task->id, err);
		if (task->status != TASK_IN_PROGRESS)
			return not_started(task, err);
		ret = call->verb <= PHASE_COMPLETE
			      ? decide_phase(call, task, aim, err)
			      : decide_subtask(call, task, aim, err);
		break;
	default:
		ret = decide_task(state, call, task, err);
		break;
	}
	return ret < 0 ? ret : decide_record(task, call, err);
}

/* -- the event ----------------------------------------------------------- */

static void fill_update(struct json *event, const struct task_call *call,
			const struct task_aim *aim)
{
	struct json *patch = json_copy(call->patch);
	struct json *metrics = json_detach(patch, "metrics");
	struct json *record;

	if (aim->is_new) {
		record = json_set_object(event, "record");
		json_set_string(record, "task_id", aim->task);
		json_set_bool(event, "start", true);
	}
	json_remove(patch, "task_id");
	if (metrics)
		json_set(event, "metrics", metrics);
	if (json_first(patch))
		json_set(event, "patch", patch);
	else
		json_free(patch);
}

static void fill_record(struct json *event, const struct task_call *call,
			const struct task_aim *aim)
{
	struct json *record =
		call->record ? json_copy(call->record) : json_object_new();

	json_set_string(record, "task_id", aim->task);
	if (call->verb == TASK_START)
		json_set(event, "record", record);
	else
		json_add(json_set_array(event, "tasks"), record);
}

void task_event_fill(struct json *event, const struct task_call *call,
		     const struct task_aim *aim)
{
	if (aim->task)
		json_set_string(event, "task", aim->task);
	if (call->message)
		json_set_string(event, "message", call->message);
	switch (call->verb) {
	case TASK_ADD:
	case TASK_START:
		fill_record(event, call, aim);
		break;
	case TASK_UPDATE:
		fill_update(event, call, aim);
		break;
	case PHASE_START:
	case PHASE_COMPLETE:
		json_set_int(event, "phase", aim->number);
		break;
	case SUBTASK_START:
	case SUBTASK_COMPLETE:
		json_set_string(event, "subtask", aim->what);
		break;
	case SUBTASK_STEP:
		json_set_int(event, "step", aim->number);
		break;
	default:
		break;
	}
}
