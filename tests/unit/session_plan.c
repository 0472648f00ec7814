#include "core/session/session_plan.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buf.h"
#include "core/record/json.h"
#include "core/record/record.h"
#include "core/session/task_record.h"

/* A plan, as its tasks written on one line; or what is wrong with it. */
static void parse(struct buf *out, const char *text)
{
	struct json *tasks;
	struct error err = ERROR_INIT;
	char *sprint;

	buf_reset(out);
	if (session_plan_parse(text, strlen(text), &tasks, &sprint, &err) < 0)
		buf_addstr(out, err.text);
	else
		json_write_compact(out, tasks);
	json_free(tasks);
	free(sprint);
	error_release(&err);
}

static void expect(const char *text, const char *expected)
{
	struct buf got = BUF_INIT;

	parse(&got, text);
	assert_string_equal(got.ptr, expected);
	buf_release(&got);
}

static void short_forms_are_the_record_s(void **state)
{
	(void)state;
	expect("[{\"id\":\"T1\",\"description\":\"x\",\"scores\":{\"ui\":1}}]",
	       "[{\"task_id\":\"T1\",\"task_description\":\"x\","
	       "\"scoring_breakdown\":{\"ui\":1}}]");
	expect("{\"tasks\":[{\"id\":\"T1\",\"phases\":3,\"subtasks\":2}]}",
	       "[{\"phases\":{\"total\":3},\"subtasks\":{\"total\":2},"
	       "\"task_id\":\"T1\"}]");
	expect("[{\"id\":\"T1\",\"subtasks\":[\"a\",\"b\"]}]",
	       "[{\"task_id\":\"T1\",\"subtasks\":{\"pending\":[\"a\",\"b\"],"
	       "\"total\":2}}]");
	expect("[{\"id\":\"T1\",\"phases\":[\"a\",{\"subtasks\":[\"s\"]}]}]",
	       "[{\"task_id\":\"T1\",\"phases\":{\"total\":2,"
	       "\"names\":{\"1\":\"a\"},\"subtasks\":{\"2\":[\"s\"]}}}]");
}

static void what_is_said_in_full_stays(void **state)
{
	(void)state;
	expect("[{\"task_id\":\"T1\",\"id\":7,\"phases\":{\"total\":2}}]",
	       "[{\"task_id\":\"T1\",\"phases\":{\"total\":2},\"id\":7}]");
}

static void mistakes_are_named(void **state)
{
	(void)state;
	expect("{\"tasks\":{}}", "bad plan: there is no array 'tasks' in it");
	expect("[{\"id\":\"\"}]",
	       "bad plan: task number 1: a task's id is empty");
	expect("[{\"id\":\"T1\"},{\"id\":\"T1\"}]",
	       "bad plan: task number 2: another task has the id 'T1', too");
	expect("[{\"id\":\"T1\",\"subtasks\":[1]}]",
	       "bad plan: task number 1: 'subtasks' is not a list of names");
	expect("[{\"id\":\"T1\",\"phases\":2000}]",
	       "bad plan: task number 1: 'phases.total' is not between 0 and "
	       "1000");
}

static void ids_are_names_of_directories(void **state)
{
	static const char *const good[] = {"T1", "a b", "a.b", "T01_S01",
					   "\xc3\xa9"};
	static const char *const bad[] = {"",	"a/b",	"..",	"a..b", ".",
					  "-x", "a\\b", "a\nb", "\xff"};
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(task_id_check(good[i], &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(task_id_check(bad[i], &err), ERR_INVALID);
		error_release(&err);
	}
}

static void drawn_ids_are_uuids_of_version_4(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		char *id = task_id_new();
		struct error err = ERROR_INIT;

		assert_int_equal(strlen(id), 36);
		assert_int_equal(id[14], '4');
		assert_non_null(strchr("89ab", id[19]));
		assert_int_equal(task_id_check(id, &err), 0);
		free(id);
	}
}

static void records_have_a_size(void **state)
{
	struct json *record = json_object_new();
	struct json *deep = record;
	char *text = calloc(1, TASK_RECORD_MAX_BYTES + 1);
	struct error err = ERROR_INIT;

	(void)state;
	memset(text, 'x', TASK_RECORD_MAX_BYTES);
	json_set_string(record, "ours", text);
	assert_int_equal(task_record_check(record, &err), ERR_INVALID);
	error_release(&err);
	json_set_null(record, "ours");
	assert_int_equal(task_record_check(record, &err), 0);
	for (int i = 0; i <= TASK_RECORD_MAX_DEPTH; i++)
		deep = json_set_object(deep, "ours");
	assert_int_equal(task_record_check(record, &err), ERR_INVALID);
	error_release(&err);
	free(text);
	json_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_forms_are_the_record_s),
		cmocka_unit_test(what_is_said_in_full_stays),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(ids_are_names_of_directories),
		cmocka_unit_test(drawn_ids_are_uuids_of_version_4),
		cmocka_unit_test(records_have_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
