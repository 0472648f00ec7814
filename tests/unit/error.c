#include "base/error.h"

#include <errno.h>

#include "scratch.h"

static void set_returns_the_code(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_set(&err, ERR_LOCKED, "'%s' is held", "x"),
			 ERR_LOCKED);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_string_equal(err.text, "'x' is held");
	assert_null(err.hints);
	error_release(&err);
	assert_int_equal(err.code, 0);
	assert_null(err.text);
}

static void set_drops_what_was_there(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, ERR_FAILED, "one");
	error_hint(&err, "a hint");
	error_set(&err, ERR_INVALID, "two");
	assert_string_equal(err.text, "two");
	assert_null(err.hints);
	error_release(&err);
}

static void arguments_may_be_the_old_text(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, ERR_FAILED, "one");
	error_set(&err, ERR_FAILED, "[%s]", err.text);
	assert_string_equal(err.text, "[one]");
	error_prefix(&err, "<%s>", err.text);
	assert_string_equal(err.text, "<[one]>: [one]");
	error_release(&err);
}

static void errno_gives_text_and_code(void **state)
{
	static const struct {
		int number;
		enum error_code code;
	} cases[] = {
		{ENOENT, ERR_NOT_FOUND}, {ENOTDIR, ERR_NOT_FOUND},
		{EEXIST, ERR_EXISTS},	 {EACCES, ERR_FAILED},
		{ENOSPC, ERR_FAILED},
	};
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf want = BUF_INIT;

		buf_addf(&want, "cannot do 'it': %s",
			 strerror(cases[i].number));
		errno = cases[i].number;
		assert_int_equal(error_errno(&err, "cannot do '%s'", "it"),
				 cases[i].code);
		assert_string_equal(err.text, want.ptr);
		buf_release(&want);
	}
	error_release(&err);
}

static void prefix_and_hint_keep_the_code(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, ERR_REFUSED, "no");
	assert_int_equal(error_hint(&err, "use '%s'", "a"), ERR_REFUSED);
	assert_int_equal(error_hint(&err, "or 'b'"), ERR_REFUSED);
	assert_int_equal(error_prefix(&err, "checkpoint %d", 3), ERR_REFUSED);
	assert_string_equal(err.text, "checkpoint 3: no");
	assert_string_equal(err.hints, "use 'a'\nor 'b'\n");
	error_release(&err);
}

static void move_empties_the_source(void **state)
{
	struct error from = ERROR_INIT, to = ERROR_INIT;

	(void)state;
	error_set(&to, ERR_FAILED, "old");
	error_set(&from, ERR_CHANGED, "new");
	error_hint(&from, "hint");
	assert_int_equal(error_move(&to, &from), ERR_CHANGED);
	assert_string_equal(to.text, "new");
	assert_string_equal(to.hints, "hint\n");
	assert_null(from.text);
	assert_null(from.hints);
	assert_int_equal(from.code, 0);
	error_release(&from);
	error_release(&to);
}

static void exit_status_follows_git(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	for (int code = ERR_USAGE; code < 0; code++) {
		int want = code == ERR_REFUSED ? 1 : 128;

		if (code == ERR_USAGE)
			want = 129;
		error_set(&err, code, "x");
		assert_int_equal(error_exit_status(&err), want);
	}
	error_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_returns_the_code),
		cmocka_unit_test(set_drops_what_was_there),
		cmocka_unit_test(arguments_may_be_the_old_text),
		cmocka_unit_test(errno_gives_text_and_code),
		cmocka_unit_test(prefix_and_hint_keep_the_code),
		cmocka_unit_test(move_empties_the_source),
		cmocka_unit_test(exit_status_follows_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
