#include "core/work/brief.h"

#include "core/record/json.h"
#include "core/session/session_listing.h"

/* -- words --------------------------------------------------------------- */

void brief_progress(const struct session_task *task, struct buf *out)
{
	const struct json *phases = json_get(task->record, "phases");
	const struct json *subtasks = json_get(task->record, "subtasks");
	int64_t current, total, parts;
	int percent = session_task_percent(task);
	size_t before = out->len;

	if (json_get_int(phases, "current", &current) &&
	    json_get_int(phases, "total", &total))
		buf_addf(out, "Phase %lld/%lld", (long long)current,
			 (long long)total);
	if (json_get_int(subtasks, "total", &parts) && parts > 0)
		buf_addf(out, "%s %zu/%lld",
			 out->len > before ? ", subtask" : "Subtask",
			 json_size(json_get(subtasks, "completed")),
			 (long long)parts);
	else if (percent >= 0)
		buf_addf(out, "%s%d%% complete", out->len > before ? ", " : "",
			 percent);
}

static const struct session_task *first_of(const struct session_state *state,
					   enum task_status status)
{
	for (size_t i = 0; i < state->nr_tasks; i++)
		if (state->tasks[i].status == status)
			return &state->tasks[i];
	return NULL;
}

const struct session_task *brief_task(const struct resume *resume)
{
	const struct session_state *state = resume->state;
	const struct session_task *task = NULL;

	if (resume->task)
		task = session_state_task(state, resume->task);
	if (!task)
		task = session_state_current(state);
	if (!task)
		task = first_of(state, TASK_IN_PROGRESS);
	return task ? task : first_of(state, TASK_PENDING);
}

/* -- where from ---------------------------------------------------------- */

static void set_checkpoint(struct json *doc, const struct resume *resume)
{
	const struct checkpoint *name = &resume->checkpoint;
	const struct record *record = &resume->stored.record;
	struct json *object;

	if (!name->ref) {
		json_set_null(doc, "checkpoint");
		return;
	}
	object = json_set_object(doc, "checkpoint");
	json_set_string(object, "id", name->id);
	json_set_path(object, "ref", name->ref);
	json_set_string(object, "session_id", name->session);
	json_set_string(object, "remote", name->remote);
	if (!resume->opened || !record->id)
		return;
	json_set_string(object, "type", record->type_name);
	json_set_time(object, "timestamp", record->timestamp);
	json_set_string(object, "description", record->description);
	json_set_string(object, "git_commit", record->git_commit);
	json_set_path(object, "branch", record->branch);
}

/* -- tasks --------------------------------------------------------------- */

static struct json *add_task(struct json *array,
			     const struct session_task *task)
{
	struct json *object = json_add_object(array);

	json_set_string(object, "task_id", task->id);
	json_set_copy(object, "task_description",
		      json_get(task->record, "task_description"));
	return object;
}

static void add_ended(struct json *array, const struct session_task *task,
		      int64_t now_ms)
{
	struct json *object = add_task(array, task);

	if (task->attempts)
		json_set_int(object, "duration_ms",
			     session_task_worked(task, now_ms));
	else
		json_set_null(object, "duration_ms");
	json_set_int(object, "attempts", task->attempts);
	json_set_string(object, "message", task->message);
}

static void add_open(struct json *array, const struct session_task *task)
{
	const struct json *phases = json_get(task->record, "phases");
	const struct json *subtasks = json_get(task->record, "subtasks");
	struct json *object = add_task(array, task);

	json_set_count(object, "percent", session_task_percent(task));
	json_set_copy(object, "resume_point",
		      json_find(task->record, "recovery.resume_point"));
	json_set_copy(object, "phase", json_get(phases, "current"));
	json_set_copy(object, "phases", json_get(phases, "total"));
	json_set_copy(object, "subtask", json_get(subtasks, "in_progress"));
	json_set_int(object, "subtasks_completed",
		     (int64_t)json_size(json_get(subtasks, "completed")));
	json_set_copy(object, "subtasks", json_get(subtasks, "total"));
}

static void set_tasks(struct json *doc, const struct session_state *state,
		      int64_t now_ms)
{
	static const struct {
		const char *key;
		enum task_status status;
	} lists[] = {
		{"done", TASK_COMPLETED},  {"in_progress", TASK_IN_PROGRESS},
		{"next", TASK_PENDING},	   {"failed", TASK_FAILED},
		{"skipped", TASK_SKIPPED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct json *array = json_set_array(doc, lists[i].key);

		for (size_t k = 0; k < state->nr_tasks; k++) {
			const struct session_task *task = &state->tasks[k];

			if (task->status != lists[i].status)
				continue;
			if (task->status == TASK_IN_PROGRESS ||
			    task->status == TASK_PENDING)
				add_open(array, task);
			else
				add_ended(array, task, now_ms);
		}
	}
}

/* -- what was found out -------------------------------------------------- */

/* Each element of an array of each task, under `key`, with the task's id. */
static void gather(struct json *doc, const char *name, const char *key,
		   const struct session_state *state, const char *path)
{
	struct json *array = json_set_array(doc, name);

	for (size_t i = 0; i < state->nr_tasks; i++)
		JSON_FOR_EACH (item, json_find(state->tasks[i].record, path)) {
			struct json *object = json_add_object(array);

			json_set_string(object, "task_id", state->tasks[i].id);
			json_set_copy(object, key, item);
		}
}

static void gather_notes(struct json *doc, const struct session_state *state)
{
	struct json *array = json_set_array(doc, "notes");

	for (size_t i = 0; i < state->nr_tasks; i++) {
		const struct json *notes =
			json_find(state->tasks[i].record, "recovery.notes");
		struct json *object;

		if (!json_as_string(notes) || !*json_as_string(notes))
			continue;
		object = json_add_object(array);
		json_set_string(object, "task_id", state->tasks[i].id);
		json_set_copy(object, "notes", notes);
	}
}

static void add_members(struct json *object, const struct json *from)
{
	JSON_FOR_EACH (member, from) {
		json_set_copy(object, json_key(member), member);
	}
}

/* Words, or objects of `text` and `status`: the latter in any case. */
static void gather_todo(struct json *doc, const struct session_state *state)
{
	struct json *array = json_set_array(doc, "todo");

	for (size_t i = 0; i < state->nr_tasks; i++)
		JSON_FOR_EACH (item, json_find(state->tasks[i].record,
					       "context.todo")) {
			struct json *object = json_add_object(array);

			json_set_string(object, "task_id", state->tasks[i].id);
			if (json_type(item) == JSON_OBJECT) {
				add_members(object, item);
				continue;
			}
			json_set_copy(object, "text", item);
			json_set_null(object, "status");
		}
}

static void set_task(struct json *doc, const struct resume *resume)
{
	const struct session_task *task = brief_task(resume);
	const struct json *record = task ? task->record : NULL;

	json_set_copy(doc, "task", record);
	json_set_string(doc, "task_status",
			task ? task_status_name(task->status) : NULL);
	json_set_count(doc, "task_percent",
		       task ? session_task_percent(task) : -1);
	json_set_copy(doc, "resume_point",
		      json_find(record, "recovery.resume_point"));
	json_set_copy(doc, "route", json_get(record, "route"));
	json_set_copy(doc, "complexity_score",
		      json_get(record, "complexity_score"));
	json_set_copy(doc, "scoring_breakdown",
		      json_get(record, "scoring_breakdown"));
	json_set_copy(doc, "knowledge_query_result",
		      json_find(record, "context.knowledge_query_result"));
}

/* -- the files ----------------------------------------------------------- */

static void set_drift(struct json *doc, const struct resume *resume)
{
	if (resume->opened && resume->stored.record.id)
		json_set(doc, "drift",
			 drift_to_json(&resume->drift, &resume->stored));
	else
		json_set_null(doc, "drift");
}

static void set_restored(struct json *doc, const struct resume *resume)
{
	const struct restore_result *result = &resume->result;
	struct json *object, *array;

	if (!resume->restored) {
		json_set_null(doc, "restored");
		return;
	}
	object = json_set_object(doc, "restored");
	json_set_string(object, "safety", result->safety.id);
	array = json_set_array(object, "changes");
	for (size_t i = 0; i < result->plan.nr; i++) {
		const struct plan_item *item = &result->plan.items[i];
		struct json *change = json_add_object(array);

		json_set_path(change, "path", item->path);
		json_set_string(change, "action",
				plan_action_name(item->action));
	}
}

static void set_problems(struct json *doc, const struct resume *resume)
{
	struct json *array = json_set_array(doc, "problems");

	if (resume->damage)
		json_add_string(array, resume->damage);
	if (resume->state->unreadable)
		json_add_string(array, "lines of the session's log cannot be "
				       "read and are left out");
}

struct json *brief_make(const struct resume *resume, bool review,
			int64_t now_ms)
{
	const struct session_state *state = resume->state;
	struct json *doc = json_object_new();

	json_set_string(doc, "session_id", state->id);
	json_set_bool(doc, "review", review);
	session_to_summary(json_set_object(doc, "session"), state);
	json_set_string(doc, "remote", resume->from->remote);
	set_checkpoint(doc, resume);
	json_set_count(doc, "percent", recovery_percent(state));
	set_task(doc, resume);
	set_tasks(doc, state, now_ms);
	gather(doc, "decisions", "decision", state,
	       "context.important_decisions");
	gather_todo(doc, state);
	gather_notes(doc, state);
	gather(doc, "outputs", "path", state, "files.outputs");
	set_drift(doc, resume);
	set_restored(doc, resume);
	set_problems(doc, resume);
	return doc;
}
