#include "core/record/record.h"

#include "base/alloc.h"
#include "core/record/json.h"
#include "core/record/record_text.h"
#include "scratch.h"

#define HEAD "0123456789abcdef0123456789abcdef01234567"
#define TREE "89abcdef0123456789abcdef0123456789abcdef"
#define DIGEST                                                                 \
	"sha256:"                                                              \
	"9fbbd92769cd6977fd3c35c25d682bda4687ae8c6f7c655bd3966bc76585ba15"

/* A record with something in every field. */
static void fill(struct record *record)
{
	struct record_snapshot *snapshot = &record->snapshot;
	struct record_environment *environment = &record->environment;

	record_init(record);
	record->id = xstrdup("cp_1703123456789_0a1b2c3d");
	record_set_type(record, TYPE_PHASE_COMPLETE);
	record->timestamp = INT64_C(1703123456789);
	record->session_id = xstrdup("session_1703123000000_0a1b2c3d");
	record->description = xstrdup("a \"description\"\nof two lines");
	record_set_head(record, HEAD, "refs/heads/caf\xe9 100%");
	record->tasks_completed = 5;
	record->sprint = xstrdup("S01");
	free(record->git.branch);
	record->git.branch = xstrdup("refs/heads/caf\xe9-100%");
	record->git.operation = xstrdup("bisect+rebase");
	record_add_ref(record, "refs/bisect/bad", TREE);
	record_add_ref(record, "refs/heads/gone-\xff", NULL);
	record->git.worktree = xstrdup("linked");
	record->git.staged = 1;
	record->git.unstaged = 2;
	record->git.untracked = 0;
	record->git.upstream = xstrdup("refs/remotes/origin/main");
	snapshot->tree = xstrdup(TREE);
	snapshot->index_tree = xstrdup(HEAD);
	snapshot->digest = xstrdup(DIGEST);
	snapshot->files = 1234;
	snapshot->bytes_added = (INT64_C(1) << 60) + 1;
	record_add_omitted(record, "too-large", 2, 734003200);
	record_add_omitted(record, "ignored", 1, RECORD_UNKNOWN);
	snapshot->ignored_captured = 3;
	record->task = record_task_new();
	record->session = record_session_new();
	record->metrics = record_metrics_new();
	environment->tool_version = xstrdup("0.1.0");
	environment->host = xstrdup("host");
	environment->user = xstrdup("user");
	environment->agent = xstrdup("agent");
	environment->working_directory = xstrdup("/tmp/\xfe");
	strlist_add(&environment->command_line, "git-checkpoint");
	strlist_add(&environment->command_line, "create\n\x80");
	environment->pid = 4711;
}

static void write_filled(struct buf *out)
{
	struct record record;
	struct error err = ERROR_INIT;

	fill(&record);
	if (record_write(&record, out, &err) < 0)
		fail_msg("%s", err.text);
	record_release(&record);
}

static struct json *filled_document(void)
{
	struct record record;
	struct json *document;

	fill(&record);
	document = record_to_json(&record);
	record_release(&record);
	return document;
}

static int read_document(struct record *out, const struct json *document,
			 struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	json_write_compact(&text, document);
	ret = record_read(out, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

static int read_text(struct record *out, const char *text, struct error *err)
{
	return record_read(out, text, strlen(text), err);
}

static void every_field_comes_back(void **state)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct record record;
	struct error err = ERROR_INIT;

	(void)state;
	write_filled(&text);
	assert_int_equal(record_read(&record, text.ptr, text.len, &err), 0);
	assert_int_equal(record_type(&record), TYPE_PHASE_COMPLETE);
	assert_true(record.timestamp == INT64_C(1703123456789));
	assert_string_equal(record.branch, "caf\xe9 100%");
	assert_string_equal(record.git.branch, "refs/heads/caf\xe9-100%");
	assert_false(record.git.detached);
	assert_int_equal(record.git.nr_refs, 2);
	assert_string_equal(record.git.refs[0].oid, TREE);
	assert_string_equal(record.git.refs[1].name, "refs/heads/gone-\xff");
	assert_null(record.git.refs[1].oid);
	assert_true(record.snapshot.bytes_added == (INT64_C(1) << 60) + 1);
	assert_int_equal(record.snapshot.omitted.count, 3);
	assert_int_equal(record.snapshot.omitted.bytes, 734003200);
	assert_string_equal(record.snapshot.omitted.reasons[0].reason,
			    "ignored");
	assert_true(record.snapshot.omitted.reasons[0].bytes == RECORD_UNKNOWN);
	assert_string_equal(record.environment.working_directory, "/tmp/\xfe");
	assert_string_equal(record.environment.command_line.items[1],
			    "create\n\x80");
	assert_null(record.unknown);
	assert_int_equal(record_write(&record, &again, &err), 0);
	assert_string_equal(again.ptr, text.ptr);
	record_release(&record);
	buf_release(&text);
	buf_release(&again);
}

static void collect_keys(struct buf *out, const struct json *object)
{
	JSON_FOR_EACH (item, object)
		buf_addf(out, "%s%s", out->len ? " " : "", json_key(item));
}

static void every_key_is_there_in_its_order(void **state)
{
	static const struct {
		const char *where, *keys;
	} objects[] = {
		{"git", "head branch detached operation refs worktree staged "
			"unstaged untracked upstream"},
		{"snapshot", "tree index_tree digest files bytes_added omitted "
			     "ignored_captured"},
		{"snapshot.omitted", "count bytes by_reason"},
		{"task", "task_id task_description route complexity_score "
			 "scoring_breakdown phases subtasks files context "
			 "timestamps recovery"},
		{"task.scoring_breakdown",
		 "scope dependency technical risk time ui"},
		{"task.phases", "total current completed status"},
		{"task.subtasks", "total completed in_progress pending"},
		{"task.files", "modified outputs"},
		{"task.context",
		 "knowledge_query_result important_decisions todo"},
		{"task.timestamps", "created updated last_activity"},
		{"task.recovery", "can_resume resume_point notes"},
		{"session", "id started sprint status current_task "
			    "completed_tasks failed_tasks skipped_tasks "
			    "pending_tasks resumed_from ended events"},
		{"metrics", "execution_time_ms tasks_total tasks_completed "
			    "tasks_failed tasks_skipped success_ratio tokens "
			    "memory_peak_kb"},
		{"environment", "tool_version host user agent "
				"working_directory command_line pid"},
	};
	struct json *document = filled_document();
	struct buf keys = BUF_INIT;

	(void)state;
	collect_keys(&keys, document);
	assert_string_equal(keys.ptr,
			    "version id type timestamp session_id description "
			    "git_commit branch tasks_completed sprint git "
			    "snapshot task session metrics environment");
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		buf_reset(&keys);
		collect_keys(&keys, json_find(document, objects[i].where));
		assert_string_equal(keys.ptr, objects[i].keys);
	}
	buf_release(&keys);
	json_free(document);
}

static void nothing_known_is_null_everywhere(void **state)
{
	struct record record, again;
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	record_init(&record);
	record.id = xstrdup("cp_1");
	record.session_id = xstrdup("old");
	record_set_type(&record, TYPE_MANUAL);
	assert_int_equal(record_write(&record, &text, &err), 0);
	assert_non_null(strstr(text.ptr, "\"timestamp\": "
					 "\"1970-01-01T00:00:00.000Z\""));
	assert_non_null(strstr(text.ptr, "  \"task\": null,\n"));
	assert_non_null(strstr(text.ptr, "    \"pid\": null\n"));
	assert_non_null(strstr(text.ptr, "    \"refs\": {},\n"));
	assert_null(strstr(text.ptr, ": -1"));
	assert_int_equal(record_read(&again, text.ptr, text.len, &err), 0);
	assert_true(again.tasks_completed == RECORD_UNKNOWN);
	assert_true(again.snapshot.files == RECORD_UNKNOWN);
	assert_true(again.environment.pid == RECORD_UNKNOWN);
	assert_null(again.git.head);
	assert_null(again.metrics);
	record_release(&record);
	record_release(&again);
	buf_release(&text);
}

static void the_text_ends_in_its_bracket(void **state)
{
	struct buf text = BUF_INIT;
	const char *bracket;

	(void)state;
	write_filled(&text);
	bracket = strstr(text.ptr, "\n}");
	assert_non_null(bracket);
	assert_string_equal(bracket, "\n}\n");
	buf_release(&text);
}

static void a_record_that_cannot_be_read_is_not_written(void **state)
{
	struct record record;
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	buf_addstr(&out, "before");
	record_init(&record);
	assert_int_equal(record_write(&record, &out, &err), ERR_INVALID);
	assert_string_equal(err.text,
			    "invalid checkpoint data: 'id' is missing");
	record.id = xstrdup("../escape");
	assert_int_equal(record_write(&record, &out, &err), ERR_INVALID);
	assert_string_equal(err.text,
			    "invalid checkpoint data: 'id' is malformed");
	assert_string_equal(out.ptr, "before");
	record_release(&record);
	error_release(&err);
	buf_release(&out);
}

static void required_keys_must_be_there(void **state)
{
	static const char *const keys[] = {
		"version",    "id",  "type",	 "timestamp",
		"session_id", "git", "snapshot",
	};
	struct json *document = filled_document();

	(void)state;
	JSON_FOR_EACH (item, document) {
		bool required = false;

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (!strcmp(keys[i], json_key(item)))
				required = true;
		for (int as_null = 0; as_null < 2; as_null++) {
			struct json *copy = json_copy(document);
			struct error err = ERROR_INIT;
			struct record record;
			int ret;

			if (as_null)
				json_set_null(copy, json_key(item));
			else
				json_remove(copy, json_key(item));
			ret = read_document(&record, copy, &err);
			if (ret != (required ? ERR_INVALID : 0))
				fail_msg("%s: %d", json_key(item), ret);
			if (required && !strstr(err.text, json_key(item)))
				fail_msg("%s", err.text);
			record_release(&record);
			error_release(&err);
			json_free(copy);
		}
	}
	json_free(document);
}

/*
 * Put each of several values in the place of `target`, which is somewhere in
 * `document`. Returns how many were accepted.
 */
static int accepted_instead(struct json *document, struct json *parent,
			    struct json *target)
{
	static const char *const values[] = {
		"{\"x\":[]}", "[{\"x\":1},1]", "\"\xc3\xa9 x\"", "-1.5", "true",
	};
	char *key = xstrdup(json_key(target));
	struct json *saved = json_copy(target);
	int accepted = 0;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct error err = ERROR_INIT;
		struct record record;
		struct json *value;

		assert_int_equal(json_parse(&value, values[i],
					    strlen(values[i]), 100, &err),
				 0);
		json_set(parent, key, value);
		if (!read_document(&record, document, &err)) {
			accepted++;
		} else {
			assert_int_equal(err.code, ERR_INVALID);
			assert_non_null(strstr(err.text, "invalid checkpoint "
							 "data: "));
			if (!strstr(err.text, key) && strcmp(key, "version"))
				fail_msg("%s: %s", key, err.text);
		}
		record_release(&record);
		error_release(&err);
	}
	json_set(parent, key, saved);
	free(key);
	return accepted;
}

static void check_types_below(struct json *document, struct json *object)
{
	/* The keys whose value may be of more than one type. */
	static const struct {
		const char *key;
		int accepted;
	} loose[] = {
		{"knowledge_query_result", 5},
		{"important_decisions", 1},
		{"todo", 1},
		{"status", 1},
		{"tokens", 1},
	};
	struct json *copy = json_copy(object);

	JSON_FOR_EACH (item, copy) {
		struct json *member = json_get(object, json_key(item));
		int accepted = accepted_instead(document, object, member);
		int most = 1;

		for (size_t i = 0; i < ARRAY_SIZE(loose); i++)
			if (!strcmp(loose[i].key, json_key(item)))
				most = loose[i].accepted;
		/* Numbers may be strings. */
		if (most == 1 && accepted == 2)
			assert_true(json_is_null(item));
		else if (accepted > most)
			fail_msg("'%s' may be %d things", json_key(item),
				 accepted);
		member = json_get(object, json_key(item));
		if (json_type(member) == JSON_OBJECT &&
		    strcmp(json_key(item), "refs") &&
		    strcmp(json_key(item), "by_reason"))
			check_types_below(document, member);
	}
	json_free(copy);
}

static void every_key_has_its_type(void **state)
{
	struct json *document = filled_document();

	(void)state;
	check_types_below(document, document);
	json_free(document);
}

static void malformed_values_are_refused(void **state)
{
	static const struct {
		const char *patch, *why;
	} cases[] = {
		{"{\"id\":\"cp_x\"}", "'id' is malformed"},
		{"{\"session_id\":\"a/b\"}", "'session_id' is malformed"},
		{"{\"session_id\":\"\"}", "'session_id' is malformed"},
		{"{\"type\":\"Auto\"}", "'type' is malformed"},
		{"{\"type\":\"\"}", "'type' is malformed"},
		{"{\"timestamp\":\"yesterday\"}", "'timestamp' is not a time"},
		{"{\"timestamp\":\"1969-12-31T23:59:59.999Z\"}",
		 "'timestamp' is not a time"},
		{"{\"timestamp\":1703123456789}", "'timestamp' is not a time"},
		{"{\"git_commit\":\"abc\"}", "'git_commit' is malformed"},
		{"{\"git_commit\":\"HEAD~1\"}", "'git_commit' is malformed"},
		{"{\"git\":{\"head\":\"abcd\"}}", "'git.head' is malformed"},
		{"{\"git\":{\"head\":\"" HEAD "0\"}}",
		 "'git.head' is malformed"},
		{"{\"git\":{\"branch\":\"main\"}}",
		 "'git.branch' is malformed"},
		{"{\"git\":{\"branch\":\"refs/heads/a..b\"}}",
		 "'git.branch' is malformed"},
		{"{\"git\":{\"branch\":\"refs/heads/%41\"}}",
		 "'git.branch' is malformed"},
		{"{\"git\":{\"refs\":{\"HEAD\":null}}}",
		 "'git.refs' has a malformed name"},
		{"{\"git\":{\"refs\":{\"refs/x%\":null}}}",
		 "'git.refs' has a malformed name"},
		{"{\"git\":{\"refs\":{\"refs/x\":\"main\"}}}",
		 "'git.refs' has a malformed value"},
		{"{\"git\":{\"refs\":{\"refs/x\":1}}}",
		 "'git.refs' has a malformed value"},
		{"{\"git\":{\"staged\":-1}}", "'git.staged' is not a count"},
		{"{\"git\":{\"staged\":1.5}}", "'git.staged' is not a count"},
		{"{\"git\":{\"staged\":\"01\"}}",
		 "'git.staged' is not a count"},
		{"{\"git\":{\"worktree\":\"%00\"}}",
		 "'git.worktree' is malformed"},
		{"{\"snapshot\":{\"digest\":\"sha256:00\"}}",
		 "'snapshot.digest' is malformed"},
		{"{\"snapshot\":{\"omitted\":{\"by_reason\":{\"x\":null,"
		 "\"y\":1}}}}",
		 "'snapshot.omitted.by_reason' is malformed"},
		{"{\"snapshot\":{\"omitted\":{\"by_reason\":{\"ignored\":"
		 "{\"count\":-1}}}}}",
		 "'snapshot.omitted.by_reason' is not a count"},
		{"{\"environment\":{\"command_line\":[1]}}",
		 "'environment.command_line' is malformed"},
		{"{\"environment\":{\"command_line\":[null]}}",
		 "'environment.command_line' is malformed"},
		{"{\"task\":{\"phases\":{\"total\":[]}}}",
		 "'task.phases.total' is of the wrong type"},
		{"{\"task\":{\"subtasks\":{\"completed\":[1]}}}",
		 "'task.subtasks.completed' is of the wrong type"},
		{"{\"task\":{\"files\":{\"modified\":[\"a\"]}}}",
		 "'task.files.modified' is of the wrong type"},
		{"{\"task\":{\"files\":{\"modified\":[{\"path\":1}]}}}",
		 "'path' in 'task.files.modified' is of the wrong type"},
		{"{\"session\":{\"failed_tasks\":[{\"task_id\":1}]}}",
		 "'task_id' in 'session.failed_tasks' is of the wrong type"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json *document = filled_document(), *patch;
		struct error err = ERROR_INIT;
		struct record record;

		assert_int_equal(json_parse(&patch, cases[i].patch,
					    strlen(cases[i].patch), 1000, &err),
				 0);
		/* A key of `patch` that is null stays: it is no removal. */
		json_merge_patch(&document, patch);
		if (strstr(cases[i].patch, "null,"))
			json_set_null(json_find(document,
						"snapshot.omitted.by_reason"),
				      "x");
		if (strstr(cases[i].patch, "\"HEAD\""))
			json_set_null(json_find(document, "git.refs"), "HEAD");
		if (strstr(cases[i].patch, "refs/x%"))
			json_set_null(json_find(document, "git.refs"),
				      "refs/x%");
		if (read_document(&record, document, &err) != ERR_INVALID)
			fail_msg("accepted: %s", cases[i].patch);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].patch, err.text);
		record_release(&record);
		error_release(&err);
		json_free(document);
		json_free(patch);
	}
}

static void what_is_no_object_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"null",
		"[]",
		"\"x\"",
		"{",
		"{}",
		"{\"version\":1}",
		"{\"version\":\"1\"}",
		"{\"version\":\"1.0\"}",
		"{\"version\":\"01.0.0\"}",
		"{\"version\":\"1.0.0x\"}",
		"{\"version\":\"1.0.0.0\"}",
		"{\"version\":\"-1.0.0\"}",
		"{\"version\":\"1..0\"}",
		"{\"version\":\"9999999999.0.0\"}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct error err = ERROR_INIT;
		struct record record;

		if (read_text(&record, texts[i], &err) != ERR_INVALID)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(
			strncmp(err.text, "invalid checkpoint data: ", 25), 0);
		record_release(&record);
		error_release(&err);
	}
}

static void versions_are_told_apart(void **state)
{
	struct json *document = filled_document();
	struct error err = ERROR_INIT;
	struct record record;
	struct buf text = BUF_INIT;

	(void)state;
	/* Whatever else a newer one may hold. */
	assert_int_equal(read_text(&record, "{\"version\":\"2.0.0\"}", &err),
			 ERR_NEWER);
	assert_non_null(strstr(err.text, "written by a newer version"));
	assert_non_null(strstr(err.hints, "upgrade"));
	record_release(&record);
	error_release(&err);

	assert_int_equal(read_text(&record, "{\"version\":\"0.9.0\"}", &err),
			 ERR_UNSUPPORTED);
	record_release(&record);
	error_release(&err);

	json_set_string(document, "version", "1.7.2");
	assert_int_equal(read_document(&record, document, &err), 0);
	assert_int_equal(record_write(&record, &text, &err), 0);
	assert_non_null(strstr(text.ptr, "\"version\": \"1.7.2\""));
	record_release(&record);
	buf_release(&text);
	json_free(document);
}

/* Put "zz" into every object, and into objects that arrays hold. */
static void add_unknown(struct json *json)
{
	JSON_FOR_EACH (item, json)
		add_unknown(item);
	if (json_type(json) == JSON_OBJECT &&
	    !(json_key(json) && (!strcmp(json_key(json), "refs") ||
				 !strcmp(json_key(json), "by_reason"))))
		json_set_string(json, "zz", "kept");
}

static void unknown_keys_are_written_back(void **state)
{
	struct json *document = filled_document(), *again;
	struct json *modified = json_find(document, "task.files.modified");
	struct error err = ERROR_INIT;
	struct record record;

	(void)state;
	json_set_string(json_add_object(modified), "path", "a");
	json_set_string(document, "type", "lunch_break");
	add_unknown(document);
	json_set_int(json_set_object(document, "newer"), "number", 1);
	assert_int_equal(read_document(&record, document, &err), 0);
	assert_int_equal(record_type(&record), TYPE_UNKNOWN);
	assert_non_null(record.unknown);
	again = record_to_json(&record);
	assert_true(json_equal(document, again));
	json_free(again);

	/* What is unknown of a reason goes with it. */
	free(record.snapshot.omitted.reasons[0].reason);
	record.snapshot.omitted.reasons[0].reason = xstrdup("changed");
	again = record_to_json(&record);
	assert_null(json_find(again, "snapshot.omitted.by_reason.ignored"));
	assert_null(json_find(again, "snapshot.omitted.by_reason.changed.zz"));
	json_free(again);
	record_release(&record);
	json_free(document);
}

static void missing_keys_are_put_in_their_place(void **state)
{
	static const char text[] =
		"{\"zz\":1,\"phases\":{\"total\":4,\"current\":null},"
		"\"files\":null,\"task_id\":\"t\"}";
	struct error err = ERROR_INIT;
	struct buf keys = BUF_INIT;
	struct json *task;
	int64_t total = 0;

	(void)state;
	assert_int_equal(json_parse(&task, text, strlen(text), 1000, &err), 0);
	assert_int_equal(record_task_normalize(task, &err), 0);
	collect_keys(&keys, task);
	assert_string_equal(keys.ptr,
			    "task_id task_description route complexity_score "
			    "scoring_breakdown phases subtasks files context "
			    "timestamps recovery zz");
	buf_reset(&keys);
	collect_keys(&keys, json_get(task, "phases"));
	assert_string_equal(keys.ptr, "total current completed status");
	assert_true(json_get_int(json_get(task, "phases"), "total", &total));
	assert_int_equal(total, 4);
	assert_int_equal(json_type(json_find(task, "files.outputs")),
			 JSON_ARRAY);
	buf_release(&keys);
	json_free(task);
}

static void normalizing_names_what_is_wrong(void **state)
{
	struct error err = ERROR_INIT;
	struct json *task = record_task_new();
	struct json *session = record_session_new();
	struct json *metrics = record_metrics_new();

	(void)state;
	assert_int_equal(record_task_normalize(task, &err), 0);
	assert_int_equal(record_session_normalize(session, &err), 0);
	assert_int_equal(record_metrics_normalize(metrics, &err), 0);
	json_set_string(task, "phases", "many");
	assert_int_equal(record_task_normalize(task, &err), ERR_INVALID);
	assert_string_equal(err.text, "'task.phases' is of the wrong type");
	json_set_bool(session, "status", true);
	assert_int_equal(record_session_normalize(session, &err), ERR_INVALID);
	assert_string_equal(err.text, "'session.status' is of the wrong type");
	json_set_array(metrics, "tokens");
	assert_int_equal(record_metrics_normalize(metrics, &err), ERR_INVALID);
	assert_string_equal(err.text, "'metrics.tokens' is of the wrong type");
	error_release(&err);
	json_free(task);
	json_free(session);
	json_free(metrics);
}

static void omitted_paths_are_counted_by_reason(void **state)
{
	struct record record;
	const struct record_omitted *omitted = &record.snapshot.omitted;

	(void)state;
	record_init(&record);
	assert_true(omitted->count == RECORD_UNKNOWN);
	record_add_omitted(&record, "unreadable", 1, RECORD_UNKNOWN);
	record_add_omitted(&record, "ignored", 0, 0);
	record_add_omitted(&record, "too-large", 1, 10);
	record_add_omitted(&record, "too-large", 2, 20);
	record_add_omitted(&record, "too-large", 1, RECORD_UNKNOWN);
	assert_int_equal(omitted->nr_reasons, 3);
	assert_string_equal(omitted->reasons[0].reason, "ignored");
	assert_string_equal(omitted->reasons[1].reason, "too-large");
	assert_int_equal(omitted->reasons[1].count, 4);
	assert_int_equal(omitted->reasons[1].bytes, 30);
	assert_true(omitted->reasons[2].bytes == RECORD_UNKNOWN);
	assert_int_equal(omitted->count, 5);
	assert_int_equal(omitted->bytes, 30);
	record_add_omitted(&record, "too-large", 1, INT64_MAX);
	assert_true(omitted->bytes == INT64_MAX);
	record_release(&record);
}

static void head_may_be_unborn_or_detached(void **state)
{
	struct record record;

	(void)state;
	record_init(&record);
	record_set_head(&record, NULL, "refs/heads/main");
	assert_null(record.git_commit);
	assert_string_equal(record.branch, "main");
	assert_false(record.git.detached);
	record_set_head(&record, HEAD, NULL);
	assert_string_equal(record.git.head, HEAD);
	assert_null(record.branch);
	assert_null(record.git.branch);
	assert_true(record.git.detached);
	record_release(&record);
}

static void types_have_names(void **state)
{
	static const char *const names[] = {
		"session_start",   "task_complete",
		"phase_complete",  "subtask_complete",
		"sprint_complete", "auto",
		"manual",	   "before_risky_operation",
		"error_recovery",  "interrupted",
		"session_end",	   "pre_restore",
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(names), TYPE_NR - 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		enum checkpoint_type type = checkpoint_type_parse(names[i]);

		assert_int_equal(type, i + 1);
		assert_string_equal(checkpoint_type_name(type), names[i]);
		assert_int_equal(checkpoint_type_is_automatic(type),
				 type != TYPE_MANUAL);
	}
	assert_int_equal(checkpoint_type_parse("Manual"), TYPE_UNKNOWN);
	assert_int_equal(checkpoint_type_parse(""), TYPE_UNKNOWN);
	assert_null(checkpoint_type_name(TYPE_UNKNOWN));
	assert_false(checkpoint_type_is_automatic(TYPE_UNKNOWN));
}

/* A ref's name is one to us where it is one to git. */
static void ref_names_are_what_git_says(void **state)
{
	static const char alphabet[] = "ab./@{lock-~^:?*[\\ \x01\x7f\xe9";
	uint64_t seed = 4;
	int accepted = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		uint64_t random = scratch_random(&seed);
		struct buf name = BUF_INIT, command = BUF_INIT, said = BUF_INIT;
		bool ours;

		buf_addstr(&name, "refs/heads/");
		for (size_t j = 0; j < 1 + random % 6; j++)
			buf_addch(
				&name,
				alphabet[(random >> (8 + 6 * j)) %
					 (i % 2 ? 12 : sizeof(alphabet) - 1)]);
		if (random >> 62 == 3)
			buf_addstr(&name, ".lock");
		buf_addf(&command, "git check-ref-format '%s' && echo yes || :",
			 name.ptr);
		scratch_run(&said, command.ptr, 0);
		ours = record_text_is_valid(FIELD_REF, name.ptr);
		if (ours != !strcmp(said.ptr, "yes\n"))
			fail_msg("'%s': git says '%s'", name.ptr, said.ptr);
		accepted += ours;
		buf_release(&name);
		buf_release(&command);
		buf_release(&said);
	}
	assert_in_range(accepted, 50, 350);
	assert_false(record_text_is_valid(FIELD_REF, "HEAD"));
	assert_false(record_text_is_valid(FIELD_REF, "refs/"));
	assert_false(record_text_is_valid(FIELD_REF, "refs//a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_comes_back),
		cmocka_unit_test(every_key_is_there_in_its_order),
		cmocka_unit_test(nothing_known_is_null_everywhere),
		cmocka_unit_test(the_text_ends_in_its_bracket),
		cmocka_unit_test(a_record_that_cannot_be_read_is_not_written),
		cmocka_unit_test(required_keys_must_be_there),
		cmocka_unit_test(every_key_has_its_type),
		cmocka_unit_test(malformed_values_are_refused),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(versions_are_told_apart),
		cmocka_unit_test(unknown_keys_are_written_back),
		cmocka_unit_test(missing_keys_are_put_in_their_place),
		cmocka_unit_test(normalizing_names_what_is_wrong),
		cmocka_unit_test(omitted_paths_are_counted_by_reason),
		cmocka_unit_test(head_may_be_unborn_or_detached),
		cmocka_unit_test(types_have_names),
		IN_SCRATCH(ref_names_are_what_git_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
