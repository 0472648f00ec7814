#include "ui/format.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const fields[] = {"id", "ref", NULL};

static void value_of(void *context, const char *field, struct buf *out)
{
	if (!strcmp(field, "id"))
		buf_addstr(out, context);
}

static void assert_expands(const char *fmt, const char *expected, size_t len)
{
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	char id[] = "cp_1";

	assert_int_equal(format_check(fmt, fields, &err), 0);
	format_expand(&out, fmt, value_of, id);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, expected, len + 1);
	buf_release(&out);
}

static void fields_and_text_are_expanded(void **state)
{
	(void)state;
	assert_expands("", "", 0);
	assert_expands("id", "id", 2);
	assert_expands("%(id)", "cp_1", 4);
	assert_expands("<%(id)> [%(ref)]%(id)", "<cp_1> []cp_1", 13);
	assert_expands("100%%%n%(id)", "100%\ncp_1", 9);
}

static void bytes_are_given_in_hex(void **state)
{
	(void)state;
	assert_expands("%00%(id)%x00", "\0cp_1\0", 6);
	assert_expands("%09%x0A%0a%xfF", "\t\n\n\xff", 4);
	assert_expands("%0a0", "\n0", 2);
}

static void assert_refused(const char *fmt, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(format_check(fmt, fields, &err), ERR_USAGE);
	assert_string_equal(err.text, text);
	error_release(&err);
}

static void what_is_unknown_is_named(void **state)
{
	(void)state;
	assert_refused("%(idx)", "unknown field name: idx");
	assert_refused("%(i)", "unknown field name: i");
	assert_refused("%()", "unknown field name: ");
	assert_refused("%(ID)", "unknown field name: ID");
	assert_refused("%(id", "malformed format: '%(id'");
	assert_refused("x%", "malformed format: '%'");
	assert_refused("%x0", "malformed format: '%x0'");
	assert_refused("%x", "malformed format: '%x'");
	assert_refused("%g", "malformed format: '%g'");
	assert_refused("%1 %(id)", "malformed format: '%1'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_text_are_expanded),
		cmocka_unit_test(bytes_are_given_in_hex),
		cmocka_unit_test(what_is_unknown_is_named),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
