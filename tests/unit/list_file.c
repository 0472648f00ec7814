#include "base/list_file.h"

#include "repo.h"

static void a_missing_file_is_empty(void **state)
{
	struct strlist list = STRLIST_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	assert_ok(list_file_read(&list, "none", 100, &err), &err);
	assert_int_equal(list.nr, 0);
	assert_null(err.text);
}

static void what_was_written_is_read(void **state)
{
	struct strlist list = STRLIST_INIT, again = STRLIST_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	strlist_add(&list, "b");
	strlist_add(&list, " a a ");
	assert_ok(list_file_replace("dir/list", &list, false, &err), &err);
	assert_ok(list_file_read(&again, "dir/list", 100, &err), &err);
	assert_int_equal(again.nr, 2);
	assert_string_equal(again.items[0], "b");
	assert_string_equal(again.items[1], " a a ");
	strlist_release(&again);

	strlist_release(&list);
	assert_ok(list_file_replace("dir/list", &list, true, &err), &err);
	assert_ok(list_file_read(&again, "dir/list", 100, &err), &err);
	assert_int_equal(again.nr, 0);
}

static void one_that_is_too_large_is_refused(void **state)
{
	struct strlist list = STRLIST_INIT, again = STRLIST_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	strlist_add(&list, "0123456789");
	assert_ok(list_file_replace("list", &list, false, &err), &err);
	assert_error(list_file_read(&again, "list", 10, &err), ERR_INVALID,
		     &err);
	assert_int_equal(again.nr, 0);
	assert_ok(list_file_read(&again, "list", 11, &err), &err);
	assert_int_equal(again.nr, 1);
	strlist_release(&again);
	strlist_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_missing_file_is_empty),
		IN_SCRATCH(what_was_written_is_read),
		IN_SCRATCH(one_that_is_too_large_is_refused),
	};

	return cmocka_run_group_tests_name("list_file", tests, NULL, NULL);
}
