#include "core/carry/old_aiwf_checkpoint.h"

#include "base/alloc.h"
#include "core/carry/old_session.h"
#include "core/carry/old_work.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/record_text.h"

/* One checkpoint while it is read. */
struct reading {
	struct old_work *work;
	struct old_record *old;
	const char *problem; /* why it cannot be taken; or NULL */
	struct old_state state;
	bool has_state;
};

/* Take a text out of `doc`; false: there is none. The caller must free(). */
static char *take_text(struct json *doc, const char *key)
{
	const char *text = json_get_string(doc, key);
	char *copy = xstrdup_or_null(text);

	if (text || json_is_null(json_get(doc, key)))
		json_remove(doc, key);
	return copy;
}

/* -- what a checkpoint says at its top ----------------------------------- */

static void read_id(struct reading *reading, struct json *doc, const char *name)
{
	char *id = take_text(doc, "id");

	if (id && strcmp(id, name) != 0)
		reading->problem = "it says that it is another one";
	else if (!checkpoint_id_is_valid(name))
		reading->problem = "its name is not that of a checkpoint";
	xstrdup_over(&reading->old->record.id, name);
	free(id);
}

/* A type that we do not know stays, as one that was made by hand would. */
static void read_type(struct reading *reading, struct json *doc)
{
	char *type = take_text(doc, "type");

	if (type && record_text_is_valid(FIELD_TYPE, type))
		xstrdup_over(&reading->old->record.type_name, type);
	else
		record_set_type(&reading->old->record, TYPE_MANUAL);
	free(type);
}

static void read_times(struct reading *reading, struct json *doc)
{
	static const char *const keys[] = {"timestamp", "created_at"};
	struct record *record = &reading->old->record;

	record->timestamp = id_time(record->id);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		int64_t time;

		if (!old_time(json_get(doc, keys[i]), &time))
			continue;
		record->timestamp = time;
		json_remove(doc, keys[i]);
		break;
	}
	if (record->timestamp < 0)
		reading->problem = "it does not say when it was made";
}

static void read_description(struct reading *reading, struct json *doc)
{
	struct json *metadata = json_get(doc, "metadata");
	char *text = take_text(doc, "description");

	if (!text)
		text = take_text(metadata, "message");
	if (!text)
		text = take_text(metadata, "description");
	if (metadata && !json_size(metadata))
		json_remove(doc, "metadata");
	xstrdup_over(&reading->old->record.description, text);
	free(text);
}

static void set_commit(struct old_record *old, char *commit)
{
	for (char *c = commit; c && *c; c++)
		if (*c >= 'A' && *c <= 'F')
			*c = (char)(*c - 'A' + 'a');
	if (commit && record_text_is_valid(FIELD_COMMIT, commit))
		xstrdup_over(&old->commit, commit);
}

static void read_top(struct reading *reading, struct json *doc,
		     const char *name)
{
	struct record *record = &reading->old->record;
	char *text;
	int64_t count;

	read_id(reading, doc, name);
	read_type(reading, doc);
	read_times(reading, doc);
	read_description(reading, doc);
	text = take_text(doc, "session_id");
	if (text && *text)
		record->session_id = old_session_name("aiwf", text);
	free(text);
	text = take_text(doc, "git_commit");
	set_commit(reading->old, text);
	free(text);
	text = take_text(doc, "branch");
	xstrdup_over(&reading->old->branch, text);
	free(text);
	text = take_text(doc, "sprint");
	xstrdup_over(&record->sprint, text);
	free(text);
	if (json_get_int(doc, "tasks_completed", &count) && count >= 0) {
		record->tasks_completed = count;
		json_remove(doc, "tasks_completed");
	}
}

/* -- git ----------------------------------------------------------------- */

/* The output of `git status --porcelain`, whose first line may have lost its
 * leading space. */
static void count_status(struct record_git *git, const char *status)
{
	struct strlist lines = STRLIST_INIT;

	git->staged = git->unstaged = git->untracked = 0;
	strlist_split(&lines, status, '\n');
	for (size_t i = 0; i < lines.nr; i++) {
		const char *line = lines.items[i];
		bool trimmed;

		if (strlen(line) < 3)
			continue;
		trimmed = !i && line[1] == ' ' && line[2] != ' ';
		if (!strncmp(line, "??", 2)) {
			git->untracked++;
		} else if (trimmed) {
			git->unstaged++;
		} else {
			git->staged += line[0] != ' ';
			git->unstaged += line[1] != ' ';
		}
	}
	strlist_release(&lines);
}

static void read_git(struct reading *reading, struct json *doc)
{
	static const char *const commits[] = {"commit", "head", "git_commit"};
	struct old_record *old = reading->old;
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(commits); i++) {
		text = take_text(doc, commits[i]);
		if (text &&
		    (!old->commit || strlen(text) > strlen(old->commit)))
			set_commit(old, text);
		free(text);
	}
	text = take_text(doc, "branch");
	if (text && *text)
		xstrdup_over(&old->branch, text);
	free(text);
	text = take_text(doc, "status");
	if (text)
		count_status(&old->record.git, text);
	free(text);
}

/* -- the session --------------------------------------------------------- */

static void take_session(struct reading *reading)
{
	struct record *record = &reading->old->record;
	struct old_state *state = &reading->state;
	const char *sprint = json_get_string(state->session, "sprint");

	if (!record->session_id && state->id)
		record->session_id = old_session_name("aiwf", state->id);
	if (!record->sprint && sprint)
		xstrdup_over(&record->sprint, sprint);
	if (record->tasks_completed == RECORD_UNKNOWN)
		record->tasks_completed = (int64_t)json_size(
			json_get(state->session, "completed_tasks"));
	json_set_string(state->session, "id", record->session_id);
	record->session = json_copy(state->session);
	record->metrics = json_copy(state->metrics);
	record->task = state->task ? json_copy(state->task) : NULL;
}

static const char *last_id(const struct json *list)
{
	size_t nr = json_size(list);

	return nr ? json_get_string(json_item(list, nr - 1), "task_id") : NULL;
}

/* The task that a task_complete checkpoint completed, where it says so or the
 * session's last one tells. */
static void name_task(struct reading *reading, const char *said)
{
	struct record *record = &reading->old->record;

	if (!said && record_type(record) == TYPE_TASK_COMPLETE)
		said = last_id(json_get(record->session, "completed_tasks"));
	if (!said || !*said)
		return;
	if (record->task &&
	    !strcmp(json_get_string(record->task, "task_id"), said))
		return;
	json_free(record->task);
	record->task = record_task_new();
	json_set_string(record->task, "task_id", said);
}

static void add_session(struct reading *reading)
{
	struct record *record = &reading->old->record;
	struct old_session *session;
	bool newer;

	session = old_work_session(reading->work, record->session_id,
				   record->timestamp, &newer);
	if (!newer || !reading->has_state)
		return;
	old_session_set(session, record->session, reading->state.task);
}

/* -- both layouts -------------------------------------------------------- */

/* Keep the whole of it, and take apart a copy. */
static struct json *keep(struct reading *reading, const char *name,
			 struct json *doc)
{
	struct json *copy = json_copy(doc);

	old_record_keep(reading->old, "aiwf", name, doc);
	return copy;
}

static int finish(struct reading *reading, const char *task)
{
	struct old_record *old = reading->old;
	const char *file = old->file;

	if (reading->has_state)
		take_session(reading);
	name_task(reading, task);
	if (!reading->problem && !old->record.session_id)
		reading->problem = "it names no session";
	if (reading->problem) {
		old_work_problem(reading->work, file, reading->problem);
		old_work_drop(reading->work);
	} else {
		add_session(reading);
	}
	old_state_release(&reading->state);
	return 0;
}

/* The parts beside metadata.json; each may be missing. */
static int read_parts(struct reading *reading, const char *dir,
		      struct error *err)
{
	static const char *const names[] = {"session.json", "git-state.json",
					    "metrics.json"};
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *file = xstrfmt("%s/%s", dir, names[i]);
		struct json *doc = NULL, *rest;

		ret = old_work_json(reading->work, file, &doc, err);
		free(file);
		if (ret < 0)
			break;
		if (!ret)
			continue;
		rest = keep(reading, names[i], doc);
		if (i == 0) {
			old_state_read(&reading->state, rest);
			reading->has_state = true;
		} else if (i == 1) {
			read_git(reading, rest);
		} else {
			if (!reading->has_state) {
				struct json *none = json_object_new();

				old_state_read(&reading->state, none);
				json_free(none);
			}
			reading->has_state = true;
			old_metrics_read(reading->state.metrics, rest);
		}
		old_work_unmapped(reading->work, names[i], rest);
		json_free(rest);
	}
	return ret < 0 ? ret : 0;
}

int old_aiwf_read_directory(struct old_work *work, const char *name,
			    struct error *err)
{
	char *dir = xstrfmt("checkpoints/%s", name);
	char *file = xstrfmt("%s/metadata.json", dir);
	struct reading reading = {.work = work};
	struct json *doc = NULL, *rest;
	size_t problems = work->nr_problems;
	char *task;
	int ret = old_work_json(work, file, &doc, err);

	if (!ret && problems == work->nr_problems)
		old_work_problem(work, dir, "it has no metadata.json");
	if (ret <= 0)
		goto done;
	reading.old = old_work_add(work, file);
	rest = keep(&reading, "metadata.json", doc);
	read_top(&reading, rest, name);
	task = take_text(rest, "task_id");
	old_work_unmapped(work, "metadata.json", rest);
	json_free(rest);
	ret = read_parts(&reading, dir, err);
	if (ret < 0) {
		old_state_release(&reading.state);
		old_work_drop(work);
	} else {
		ret = finish(&reading, task);
	}
	free(task);
done:
	free(file);
	free(dir);
	return ret < 0 ? ret : 0;
}

int old_aiwf_read_file(struct old_work *work, const char *name,
		       struct error *err)
{
	char *file = xstrfmt("checkpoints/%s", name);
	char *id = xstrndup(name, strlen(name) - strlen(".json"));
	struct reading reading = {.work = work};
	struct json *doc = NULL, *rest, *metadata;
	char *task = NULL;
	int ret = old_work_json(work, file, &doc, err);

	if (ret > 0) {
		reading.old = old_work_add(work, file);
		rest = keep(&reading, name, doc);
		metadata = json_get(rest, "metadata");
		task = take_text(metadata, "task_id");
		read_top(&reading, rest, id);
		if (json_type(json_get(rest, "state_snapshot")) ==
		    JSON_OBJECT) {
			old_state_read(&reading.state,
				       json_get(rest, "state_snapshot"));
			reading.has_state = true;
		}
		read_git(&reading, json_get(rest, "git_info"));
		old_work_unmapped(work, "state_snapshot",
				  json_get(rest, "state_snapshot"));
		old_work_unmapped(work, "git_info", json_get(rest, "git_info"));
		json_remove(rest, "state_snapshot");
		json_remove(rest, "git_info");
		old_work_unmapped(work, "cp_*.json", rest);
		json_free(rest);
		ret = finish(&reading, task);
	}
	free(task);
	free(id);
	free(file);
	return ret < 0 ? ret : 0;
}
