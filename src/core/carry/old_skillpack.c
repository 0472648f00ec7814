#include "core/carry/old_work.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/id.h"
#include "core/record/json.h"

/* The version whose keys these are; a newer minor one only adds to it. */
#define KNOWN_MAJOR '3'

/* One record, and what is beside it in its directory. */
struct place {
	const char *dir;  /* "current", "history/2024-01-18_103000" */
	const char *name; /* "checkpoint.json" */
	bool done;	  /* the task is */
	bool backup;
};

/* -- when ---------------------------------------------------------------- */

/* "2024-01-18_103000", the time of a directory, as if it were UTC. */
static bool time_of_directory(const char *name, int64_t *out)
{
	char text[] = "0000-00-00T00:00:00Z";
	const char *digits = name;

	if (strlen(name) != strlen("2024-01-18_103000") || name[10] != '_')
		return false;
	memcpy(text, digits, 10);
	memcpy(text + 11, name + 11, 2);
	memcpy(text + 14, name + 13, 2);
	memcpy(text + 17, name + 15, 2);
	return clock_parse_rfc3339(text, out);
}

static bool time_of(const struct json *doc, const struct place *place,
		    int64_t *out)
{
	static const char *const keys[] = {"timestamps.updated",
					   "timestamps.last_activity",
					   "timestamps.created"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (old_time(json_find(doc, keys[i]), out))
			return true;
	return time_of_directory(path_basename(place->dir), out);
}

/* Theirs have no ids: one is made of time and content, the same each time. */
static char *make_id(const struct json *doc, int64_t time_ms)
{
	struct buf text = BUF_INIT;
	char hex[65];

	json_write_compact(&text, doc);
	checksum_sha256_hex(text.ptr, text.len, hex);
	buf_release(&text);
	return xstrfmt("cp_%lld_%.8s", (long long)time_ms, hex);
}

/* -- what is beside it --------------------------------------------------- */

/* error.log: a line each, of which some begin with a time. */
static void read_errors(struct json *errors, const char *text, int64_t time_ms)
{
	struct strlist lines = STRLIST_INIT;

	strlist_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.nr; i++) {
		const char *line = lines.items[i];
		size_t skip = *line == '[';
		size_t len = strcspn(line + skip, " ]\t");
		char *word = xstrndup(line + skip, len);
		struct json *error;
		int64_t time = time_ms;

		if (clock_parse_rfc3339(word, &time)) {
			line += skip + len;
			line += strspn(line, "]: \t-");
		}
		free(word);
		if (!*line)
			continue;
		error = json_add_object(errors);
		json_set_int(error, "time", time);
		json_set_string(error, "message", line);
	}
	strlist_release(&lines);
}

/* Outputs of the task, and its log: every file beside the record. */
static int add_files(struct old_work *work, const struct place *place,
		     struct strlist *attachments, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	bool *is_dir = NULL;
	int ret = old_work_list(work, place->dir, &names, &is_dir, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		const char *name = names.items[i];

		if (!strcmp(name, "checkpoint.json") ||
		    !strcmp(name, "checkpoint.backup.json"))
			continue;
		if (is_dir[i] || !path_component_is_safe(name, strlen(name))) {
			struct json *other = json_object_new();

			json_set_null(other, name);
			old_work_unmapped(work, place->dir, other);
			json_free(other);
			continue;
		}
		strlist_addf(attachments, "%s/%s/%s", work->dir, place->dir,
			     name);
	}
	free(is_dir);
	strlist_release(&names);
	return ret;
}

static int add_errors(struct old_work *work, const struct place *place,
		      struct old_session *session, int64_t time_ms,
		      struct error *err)
{
	char *file = xstrfmt("%s/error.log", place->dir);
	struct buf text = BUF_INIT;
	int ret = old_work_text(work, file, &text, err);

	if (ret > 0)
		read_errors(session->errors, text.ptr, time_ms);
	buf_release(&text);
	free(file);
	return ret < 0 ? ret : 0;
}

/* -- the record ---------------------------------------------------------- */

static bool all_phases_done(const struct json *task)
{
	const struct json *status = json_find(task, "phases.status");
	size_t done = 0;

	JSON_FOR_EACH (item, status)
		done += json_as_string(item) &&
			!strcmp(json_as_string(item), "completed");
	return done && done == json_size(status);
}

/* The session of one task. */
static void set_session(struct record *record, bool done)
{
	const char *const list = done ? "completed_tasks" : "pending_tasks";
	const struct json *times = json_get(record->task, "timestamps");
	struct json *doc = record_session_new(), *result;

	json_set_string(doc, "id", record->session_id);
	json_set_copy(doc, "started", json_get(times, "created"));
	json_set_string(doc, "status", done ? "ended" : "interrupted");
	result = json_add(json_get(doc, list), record_task_result_new());
	json_set_copy(result, "task_id", json_get(record->task, "task_id"));
	json_set_copy(result, "task_description",
		      json_get(record->task, "task_description"));
	json_set_string(result, "status", done ? "completed" : "in_progress");
	json_set_copy(result, "started", json_get(times, "created"));
	if (done)
		json_set_copy(result, "ended", json_get(times, "updated"));
	else
		json_set_copy(doc, "current_task",
			      json_get(record->task, "task_id"));
	record->session = doc;
	record->tasks_completed = done;
}

/* Why it cannot be taken; NULL: it can. */
static const char *check(struct json *doc, struct error *err)
{
	const char *id = json_get_string(doc, "task_id");

	if (json_type(doc) != JSON_OBJECT)
		return "it is no object";
	if (!id || !*id)
		return "it names no task";
	if (record_task_normalize(doc, err) < 0)
		return err->text;
	return NULL;
}

static void note_version(struct old_work *work, const char *file,
			 const struct json *doc)
{
	const char *version = json_get_string(doc, "version");
	struct json *other;

	if (version && version[0] == KNOWN_MAJOR && version[1] == '.')
		return;
	other = json_object_new();
	json_set_null(other, version ? version : "no version");
	old_work_unmapped(work, file, other);
	json_free(other);
}

static int fill(struct old_work *work, const struct place *place,
		struct old_record *old, struct json *task, int64_t time_ms,
		struct error *err)
{
	struct record *record = &old->record;
	bool done = place->done || all_phases_done(task);
	const char *task_id = json_get_string(task, "task_id");
	const char *text = json_get_string(task, "task_description");
	struct old_session *session;
	bool newer;
	int ret = 0;

	record->task = task;
	record->timestamp = time_ms;
	record->session_id = old_session_name("skillpack", task_id);
	record->description =
		text ? xstrndup(text, strcspn(text, "\r\n")) : NULL;
	record_set_type(record, done		? TYPE_TASK_COMPLETE
				: place->backup ? TYPE_AUTO
						: TYPE_MANUAL);
	session = old_work_session(work, record->session_id, time_ms, &newer);
	set_session(record, done);
	if (newer)
		old_session_set(session, record->session, record->task);
	if (!place->backup)
		ret = add_files(work, place, &old->attachments, err);
	if (!ret && !place->backup)
		ret = add_errors(work, place, session, time_ms, err);
	return ret;
}

static int read_record(struct old_work *work, const struct place *place,
		       struct error *err)
{
	char *file = xstrfmt("%s/%s", place->dir, place->name);
	struct json *doc = NULL, *task;
	const char *problem;
	int64_t time_ms;
	int ret = old_work_json(work, file, &doc, err);

	if (ret <= 0)
		goto done;
	task = json_copy(doc);
	problem = check(task, err);
	if (!problem && !time_of(doc, place, &time_ms))
		problem = "it does not say when it was made";
	if (problem) {
		old_work_problem(work, file, problem);
		error_release(err);
		json_free(task);
		json_free(doc);
		ret = 0;
		goto done;
	}
	note_version(work, file, doc);
	old_work_add(work, file);
	work->records[work->nr - 1].record.id = make_id(doc, time_ms);
	old_record_keep(&work->records[work->nr - 1], "skillpack", place->name,
			doc);
	ret = fill(work, place, &work->records[work->nr - 1], task, time_ms,
		   err);
done:
	free(file);
	return ret < 0 ? ret : 0;
}

static int read_history(struct old_work *work, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	bool *is_dir = NULL;
	int ret = old_work_list(work, "history", &names, &is_dir, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		char *dir = xstrfmt("history/%s", names.items[i]);
		const struct place place = {dir, "checkpoint.json", true,
					    false};

		if (is_dir[i])
			ret = read_record(work, &place, err);
		free(dir);
	}
	free(is_dir);
	strlist_release(&names);
	return ret;
}

/* .skillpackrc is in the directory or beside it. */
static int read_options(struct old_work *work, struct error *err)
{
	static const char *const places[] = {"", ".."};
	struct old_work beside;
	struct json *doc = NULL;
	char *dir;
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(places); i++) {
		dir = *places[i] ? path_join(work->dir, places[i])
				 : xstrdup(work->dir);
		old_work_init(&beside, dir);
		ret = old_work_json(&beside, ".skillpackrc", &doc, err);
		for (size_t j = 0; j < beside.nr_problems; j++)
			old_work_problem(work, beside.problems[j].file,
					 beside.problems[j].reason);
		old_work_release(&beside);
		free(dir);
	}
	if (doc)
		old_work_options(work, ".skillpackrc",
				 json_get(doc, "checkpoint"));
	json_free(doc);
	return ret < 0 ? ret : 0;
}

int old_work_read_skillpack(struct old_work *work, struct error *err)
{
	static const struct place places[] = {
		{"current", "checkpoint.backup.json", false, true},
		{"current", "checkpoint.json", false, false},
	};
	int ret = read_history(work, err);

	for (size_t i = 0; !ret && i < ARRAY_SIZE(places); i++)
		ret = read_record(work, &places[i], err);
	return ret ? ret : read_options(work, err);
}
