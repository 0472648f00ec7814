#include "core/session/session_fold.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "core/record/json.h"

#define START                                                                  \
	"{\"event\":\"start\",\"time\":\"2024-01-18T10:00:00.000Z\","          \
	"\"version\":\"1.0.0\",\"tasks\":[{\"task_id\":\"T1\","                \
	"\"phases\":{\"total\":3}},{\"task_id\":\"T2\"}]}\n"

/* Fold a whole log; what is said of it must be released. */
static int fold(struct session_state *state, const char *text)
{
	struct error err = ERROR_INIT;
	int ret;

	session_state_init(state, "session_1_00000000");
	ret = session_fold(state, text, strlen(text), -1, &err);
	error_release(&err);
	return ret;
}

static const char *point(const struct session_state *state)
{
	return json_as_string(
		json_find(state->tasks[0].record, "recovery.resume_point"));
}

static void a_start_has_tasks(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(fold(&state, START), 0);
	assert_int_equal(state.status, SESSION_ACTIVE);
	assert_int_equal(state.nr_tasks, 2);
	assert_string_equal(state.tasks[1].id, "T2");
	assert_true(session_state_is_unfinished(&state));
	assert_int_equal(state.events, 1);
	session_state_release(&state);
}

static void progress_leads_to_resume_points(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(
		fold(&state, START
		     "{\"event\":\"task_start\",\"task\":\"T1\"}\n"
		     "{\"event\":\"phase_start\",\"task\":\"T1\",\"phase\":1}\n"
		     "{\"event\":\"phase_complete\",\"task\":\"T1\","
		     "\"phase\":1}\n"
		     "{\"event\":\"phase_start\",\"task\":\"T1\",\"phase\":2}\n"
		     "{\"event\":\"subtask_start\",\"task\":\"T1\","
		     "\"subtask\":\"a\"}\n"
		     "{\"event\":\"subtask_complete\",\"task\":\"T1\","
		     "\"subtask\":\"a\"}\n"
		     "{\"event\":\"subtask_start\",\"task\":\"T1\","
		     "\"subtask\":\"b\"}\n"
		     "{\"event\":\"subtask_step\",\"task\":\"T1\","
		     "\"step\":2}\n"),
		0);
	assert_string_equal(point(&state), "phase_2_subtask_2_step_2");
	/* One of three, and half of the second. */
	assert_int_equal(session_task_percent(&state.tasks[0]), 50);
	session_state_release(&state);
}

static void damaged_lines_are_passed_over(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(
		fold(&state,
		     START "{\"event\":\"task_st\n"
			   "\x01\xff\n"
			   "[]\n"
			   "{\"event\":\"from the future\",\"x\":1}\n"
			   "{\"event\":\"task_complete\",\"task\":\"none\"}\n"
			   "{\"event\":\"task_start\",\"task\":\"T1\"}\n"
			   "{\"event\":\"task_complete\",\"task\":\"T1\"}"),
		0);
	assert_int_equal(state.unreadable, 3);
	assert_int_equal(state.events, 7);
	assert_true(state.torn);
	assert_int_equal(state.tasks[0].status, TASK_IN_PROGRESS);
	session_state_release(&state);
}

static void a_newer_version_is_refused(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(
		fold(&state, "{\"event\":\"start\",\"version\":\"2.0.0\"}\n"),
		ERR_NEWER);
	session_state_release(&state);
	assert_int_equal(
		fold(&state, "{\"event\":\"start\",\"version\":\"1.9.0\"}\n"),
		0);
	session_state_release(&state);
}

static void a_restore_goes_back_and_forth(void **test_state)
{
	static const char log[] =
		START "{\"event\":\"task_start\",\"task\":\"T1\"}\n"
		      "{\"event\":\"task_complete\",\"task\":\"T1\"}\n"
		      "{\"event\":\"restore\",\"events\":2}\n"
		      "{\"event\":\"restore\",\"events\":3}\n";
	struct session_state state;
	struct error err = ERROR_INIT;

	(void)test_state;
	session_state_init(&state, "session_1_00000000");
	assert_int_equal(session_fold(&state, log, strlen(log), 4, &err), 0);
	assert_int_equal(state.tasks[0].status, TASK_IN_PROGRESS);
	session_state_release(&state);
	assert_int_equal(fold(&state, log), 0);
	assert_int_equal(state.tasks[0].status, TASK_COMPLETED);
	assert_int_equal(state.events, 5);
	session_state_release(&state);
}

static void a_clock_that_went_back_takes_no_time(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(fold(&state,
			      START "{\"event\":\"task_start\",\"task\":\"T1\","
				    "\"time\":\"2023-01-01T00:00:00Z\"}\n"
				    "{\"event\":\"task_complete\","
				    "\"task\":\"T1\","
				    "\"time\":\"2024-01-18T10:00:05Z\"}\n"),
			 0);
	assert_int_equal(
		session_task_worked(&state.tasks[0], state.last_activity_ms),
		5000);
	session_state_release(&state);
}

static void time_between_is_not_counted(void **test_state)
{
	struct session_state state;

	(void)test_state;
	assert_int_equal(fold(&state, START
			      "{\"event\":\"task_start\",\"task\":\"T1\","
			      "\"time\":\"2024-01-18T10:00:00Z\"}\n"
			      "{\"event\":\"update\",\"task\":\"T1\","
			      "\"time\":\"2024-01-18T10:00:03Z\"}\n"
			      "{\"event\":\"continue\","
			      "\"time\":\"2024-01-19T10:00:00Z\"}\n"
			      "{\"event\":\"task_complete\",\"task\":\"T1\","
			      "\"time\":\"2024-01-19T10:00:04Z\"}\n"),
			 0);
	assert_int_equal(
		session_task_worked(&state.tasks[0], state.last_activity_ms),
		7000);
	session_state_release(&state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_has_tasks),
		cmocka_unit_test(progress_leads_to_resume_points),
		cmocka_unit_test(damaged_lines_are_passed_over),
		cmocka_unit_test(a_newer_version_is_refused),
		cmocka_unit_test(a_restore_goes_back_and_forth),
		cmocka_unit_test(a_clock_that_went_back_takes_no_time),
		cmocka_unit_test(time_between_is_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
