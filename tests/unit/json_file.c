#include "core/record/json_file.h"

#include "base/file.h"
#include "repo.h"

static void what_was_written_is_read(void **state)
{
	struct json *doc = json_object_new(), *again;
	struct error err = ERROR_INIT;

	(void)state;
	json_set_string(doc, "a", "b");
	assert_ok(json_file_replace("dir/doc", doc, &err), &err);
	assert_ok(json_file_read(&again, "dir/doc", 100, &err), &err);
	assert_true(json_equal(doc, again));
	json_free(again);
	again = json_file_find("dir/doc", 100);
	assert_true(json_equal(doc, again));
	json_free(again);
	json_free(doc);
}

static void nothing_is_read_of_what_is_none(void **state)
{
	static const char *const damaged[] = {"", "{", "{} x", "{\"a\":1,}"};
	struct json *doc = (struct json *)1;
	struct error err = ERROR_INIT;

	(void)state;
	assert_error(json_file_read(&doc, "none", 100, &err), ERR_NOT_FOUND,
		     &err);
	assert_null(doc);
	assert_null(json_file_find("none", 100));
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		assert_ok(file_replace("doc", damaged[i], strlen(damaged[i]),
				       false, &err),
			  &err);
		doc = (struct json *)1;
		assert_error(json_file_read(&doc, "doc", 100, &err),
			     ERR_INVALID, &err);
		assert_null(doc);
		assert_null(json_file_find("doc", 100));
	}
	/* Whole, but larger than is wanted. */
	assert_ok(file_replace("doc", "[1, 2]", 6, false, &err), &err);
	assert_error(json_file_read(&doc, "doc", 5, &err), ERR_INVALID, &err);
	assert_null(json_file_find("doc", 5));
	doc = json_file_find("doc", 6);
	assert_int_equal(json_size(doc), 2);
	json_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(what_was_written_is_read),
		IN_SCRATCH(nothing_is_read_of_what_is_none),
	};

	return cmocka_run_group_tests_name("json_file", tests, NULL, NULL);
}
