#include "ui/color.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "git/config.h"

/* What is decided with these lines of `git config --list`. */
static bool wanted(const char *lines, bool terminal)
{
	/* `git config --list -z` ends each entry with NUL. */
	struct config *config = NULL;
	struct error err = ERROR_INIT;
	char text[100];
	size_t len = 0;
	bool out;

	for (; lines && lines[len]; len++)
		text[len] = lines[len];
	text[len] = '\0';
	if (lines)
		config = config_parse(text, len + 1);
	assert_int_equal(color_wanted(&out, config, terminal, &err), 0);
	config_free(config);
	return out;
}

static int plain_environment(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	return 0;
}

static void a_terminal_is_coloured(void **state)
{
	(void)state;
	assert_true(wanted(NULL, true));
	assert_false(wanted(NULL, false));
	assert_true(wanted("color.ui\nauto", true));
	assert_false(wanted("color.ui\nauto", false));
}

static void a_boolean_is_auto_or_never(void **state)
{
	(void)state;
	assert_true(wanted("color.ui\ntrue", true));
	assert_false(wanted("color.ui\ntrue", false));
	assert_false(wanted("color.ui\nfalse", true));
	assert_false(wanted("color.ui\n0", true));
	assert_true(wanted("color.ui", true));
}

static void always_and_never_are_taken_literally(void **state)
{
	(void)state;
	assert_true(wanted("color.ui\nalways", false));
	assert_true(wanted("color.ui\nALWAYS", false));
	assert_false(wanted("color.ui\nnever", true));
	setenv("NO_COLOR", "1", 1);
	assert_true(wanted("color.ui\nalways", true));
}

static void our_own_key_comes_first(void **state)
{
	struct config *config;
	struct error err = ERROR_INIT;
	const char text[] = "color.ui\nalways\0color.checkpoint\nnever";
	bool out = true;

	(void)state;
	config = config_parse(text, sizeof(text));
	assert_int_equal(color_wanted(&out, config, true, &err), 0);
	assert_false(out);
	config_free(config);
}

static void the_environment_says_no(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_false(wanted(NULL, true));
	setenv("NO_COLOR", "", 1);
	assert_true(wanted(NULL, true));
	setenv("TERM", "dumb", 1);
	assert_false(wanted(NULL, true));
	unsetenv("TERM");
	assert_false(wanted(NULL, true));
}

static void a_wrong_value_is_named(void **state)
{
	struct config *config;
	struct error err = ERROR_INIT;
	const char text[] = "color.ui\npurple";
	bool out;

	(void)state;
	config = config_parse(text, sizeof(text));
	assert_true(color_wanted(&out, config, true, &err) < 0);
	assert_non_null(strstr(err.text, "color.ui"));
	error_release(&err);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_terminal_is_coloured,
				       plain_environment),
		cmocka_unit_test_setup(a_boolean_is_auto_or_never,
				       plain_environment),
		cmocka_unit_test_setup(always_and_never_are_taken_literally,
				       plain_environment),
		cmocka_unit_test_setup(our_own_key_comes_first,
				       plain_environment),
		cmocka_unit_test_setup(the_environment_says_no,
				       plain_environment),
		cmocka_unit_test_setup(a_wrong_value_is_named,
				       plain_environment),
	};

	return cmocka_run_group_tests_name("color", tests, NULL, NULL);
}
