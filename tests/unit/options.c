#include "ui/options.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct values {
	bool pin;
	int verify;
	const char *task;
	struct strlist files;
	int64_t limit;
	int period;
	int action;
	struct arguments args;
	struct error err;
};

enum { ACTION_CONTINUE = 1, ACTION_ABORT };

static const char *const usage[] = {
	"git checkpoint test [<options>] [<name>]",
	"git checkpoint test (--continue | --abort)",
	NULL,
};

static int parse_words(struct values *v, unsigned flags, const char **argv)
{
	static const char *const periods[] = {"day", "week", "all", NULL};
	const struct option table[] = {
		OPT_FLAG('p', "pin", &v->pin, "keep it"),
		OPT_BOOL(0, "verify", &v->verify, "look at every object"),
		OPT_STRING('t', "task", &v->task, "id", "the task"),
		OPT_LIST(0, "attach", &v->files, "file", "keep <file> with it"),
		OPT_INT('n', "limit", &v->limit, "n", "at most <n>"),
		OPT_CHOICE(0, "period", &v->period, periods, "period", "when"),
		OPT_MODE(0, "continue", &v->action, ACTION_CONTINUE, "go on"),
		OPT_MODE(0, "abort", &v->action, ACTION_ABORT, "go back"),
		OPT_FLAG('z', NULL, &v->pin, "a letter without a name"),
		OPT_END,
	};
	const struct options options = {usage, table, flags};
	int argc = 0;

	*v = (struct values){.verify = -1,
			     .limit = -1,
			     .period = -1,
			     .files = STRLIST_INIT,
			     .err = ERROR_INIT};
	while (argv[argc])
		argc++;
	return options_parse(&options, argc, argv, &v->args, &v->err);
}

#define PARSE_FLAGS(v, flags, ...)                                             \
	parse_words((v), (flags), (const char *[]){"test", __VA_ARGS__, NULL})
#define PARSE(v, ...) PARSE_FLAGS(v, 0, __VA_ARGS__)

static void release(struct values *v)
{
	strlist_release(&v->files);
	error_release(&v->err);
}

#define assert_refused(v, expected, ...)                                       \
	do {                                                                   \
		assert_int_equal(PARSE((v), __VA_ARGS__), ERR_USAGE);          \
		assert_string_equal((v)->err.text, (expected));                \
		assert_memory_equal((v)->err.hints, "usage: git checkpoint ",  \
				    22);                                       \
		release(v);                                                    \
	} while (0)

static void no_words_change_nothing(void **state)
{
	struct values v;
	const char *argv[] = {"test", NULL};

	(void)state;
	assert_int_equal(parse_words(&v, 0, argv), 0);
	assert_int_equal(v.args.nr, 0);
	assert_null(v.args.items[0]);
	assert_int_equal(v.verify, -1);
	assert_int_equal(v.limit, -1);
	release(&v);
}

static void no_program_name_is_no_crash(void **state)
{
	struct values v;
	const char *argv[] = {NULL};

	(void)state;
	assert_int_equal(parse_words(&v, 0, argv), 0);
	assert_int_equal(v.args.nr, 0);
	release(&v);
}

static void options_stand_anywhere(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "a", "--pin", "b", "--task", "t1", "c"), 0);
	assert_true(v.pin);
	assert_string_equal(v.task, "t1");
	assert_int_equal(v.args.nr, 3);
	assert_int_equal(v.args.before_dashes, 3);
	assert_false(v.args.has_dashes);
	assert_string_equal(v.args.items[0], "a");
	assert_string_equal(v.args.items[1], "b");
	assert_string_equal(v.args.items[2], "c");
	assert_null(v.args.items[3]);
	release(&v);
}

static void values_stand_behind_or_next(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(
		PARSE(&v, "--task=x=y", "--limit", "20", "--period=all"), 0);
	assert_string_equal(v.task, "x=y");
	assert_int_equal(v.limit, 20);
	assert_int_equal(v.period, 2);
	release(&v);
	assert_int_equal(PARSE(&v, "-tx", "-n5"), 0);
	assert_string_equal(v.task, "x");
	assert_int_equal(v.limit, 5);
	release(&v);
	assert_int_equal(PARSE(&v, "-pt", "--pin"), 0);
	assert_true(v.pin);
	assert_string_equal(v.task, "--pin");
	release(&v);
	assert_int_equal(PARSE(&v, "--task="), 0);
	assert_string_equal(v.task, "");
	release(&v);
}

static void lists_gather(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--attach=a", "--attach", "b"), 0);
	assert_int_equal(v.files.nr, 2);
	assert_string_equal(v.files.items[1], "b");
	release(&v);
	assert_int_equal(PARSE(&v, "--attach=a", "--no-attach", "--attach=c"),
			 0);
	assert_int_equal(v.files.nr, 1);
	assert_string_equal(v.files.items[0], "c");
	release(&v);
}

static void no_takes_back(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--pin", "--no-pin", "--no-verify", "-tx",
			       "--no-task"),
			 0);
	assert_false(v.pin);
	assert_int_equal(v.verify, 0);
	assert_null(v.task);
	release(&v);
	assert_refused(&v, "unknown option `no-limit'", "--no-limit");
	assert_refused(&v, "option `no-task' takes no value", "--no-task=x");
}

static void long_names_may_be_cut(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--lim=3", "--no-ver"), 0);
	assert_int_equal(v.limit, 3);
	assert_int_equal(v.verify, 0);
	release(&v);
	assert_refused(&v, "ambiguous option: p (could be --pin or --period)",
		       "--p");
}

static void dashes_end_options(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "a", "--", "--pin", "--", "b"), 0);
	assert_false(v.pin);
	assert_true(v.args.has_dashes);
	assert_int_equal(v.args.before_dashes, 1);
	assert_int_equal(v.args.nr, 4);
	assert_string_equal(v.args.items[1], "--pin");
	assert_string_equal(v.args.items[2], "--");
	release(&v);
}

static void a_dash_is_an_argument(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "-"), 0);
	assert_int_equal(v.args.nr, 1);
	release(&v);
}

static void wrong_words_are_named(void **state)
{
	struct values v;

	(void)state;
	assert_refused(&v, "unknown option `foo'", "--foo=bar");
	assert_refused(&v, "unknown option `'", "--=bar");
	assert_refused(&v, "unknown switch `x'", "-px");
	assert_refused(&v, "option `task' requires a value", "--task");
	assert_refused(&v, "switch `t' requires a value", "-t");
	assert_refused(&v, "option `pin' takes no value", "--pin=yes");
	assert_refused(&v, "option `period' expects day, week or all, not 'x'",
		       "--period=x");
}

static void numbers_are_digits(void **state)
{
	static const char *const wrong[] = {
		"", "-1", "+1", " 1", "1 ", "1k", "0x1", "9223372036854775808",
	};
	struct values v;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(&v,
			       "option `limit' expects a number that is not "
			       "negative",
			       "--limit", wrong[i]);
	assert_int_equal(PARSE(&v, "--limit", "9223372036854775807"), 0);
	assert_true(v.limit == INT64_MAX);
	release(&v);
}

static void modes_exclude_each_other(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--abort", "--abort"), 0);
	assert_int_equal(v.action, ACTION_ABORT);
	release(&v);
	assert_refused(&v,
		       "options '--abort' and '--continue' cannot be used "
		       "together",
		       "--abort", "--continue");
}

static void unknown_words_can_stay(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE_FLAGS(&v, OPTIONS_KEEP_UNKNOWN, "--stat", "-p",
				     "-U3", "a", "--tas", "--limit=2", "--",
				     "x"),
			 0);
	assert_true(v.pin);
	assert_int_equal(v.limit, 2);
	assert_null(v.task);
	assert_int_equal(v.args.nr, 5);
	assert_int_equal(v.args.before_dashes, 4);
	assert_string_equal(v.args.items[0], "--stat");
	assert_string_equal(v.args.items[1], "-U3");
	assert_string_equal(v.args.items[3], "--tas");
	release(&v);
}

static void parsing_can_stop_at_an_argument(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE_FLAGS(&v, OPTIONS_STOP_AT_ARGUMENT, "-p",
				     "start", "--foo", "--", "x"),
			 0);
	assert_true(v.pin);
	assert_false(v.args.has_dashes);
	assert_int_equal(v.args.nr, 4);
	assert_string_equal(v.args.items[1], "--foo");
	release(&v);
}

static void usage_comes_from_the_table(void **state)
{
	static const char *const ways[] = {"-h", "--help", "-ph"};
	struct values v;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		assert_int_equal(PARSE(&v, ways[i]), ERR_USAGE);
		assert_int_equal(v.err.code, ERR_USAGE);
		assert_null(v.err.text);
		assert_string_equal(
			v.err.hints,
			"usage: git checkpoint test [<options>] [<name>]\n"
			"   or: git checkpoint test (--continue | --abort)\n"
			"\n"
			"    -p, --pin             keep it\n"
			"    --[no-]verify         look at every object\n"
			"    -t, --task <id>       the task\n"
			"    --attach <file>       keep <file> with it\n"
			"    -n, --limit <n>       at most <n>\n"
			"    --period <period>     when\n"
			"    --continue            go on\n"
			"    --abort               go back\n"
			"    -z                    a letter without a name\n"
			"\n");
		release(&v);
	}
}

static void a_text_of_ones_own_comes_with_usage(void **state)
{
	const struct option table[] = {OPT_END};
	const struct options options = {usage, table, 0};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(options_error(&options, &err, "too many %s", "names"),
			 ERR_USAGE);
	assert_string_equal(err.text, "too many names");
	assert_int_equal(error_exit_status(&err), 129);
	assert_string_equal(
		err.hints,
		"usage: git checkpoint test [<options>] [<name>]\n"
		"   or: git checkpoint test (--continue | --abort)\n");
	error_release(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_words_change_nothing),
		cmocka_unit_test(no_program_name_is_no_crash),
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(values_stand_behind_or_next),
		cmocka_unit_test(lists_gather),
		cmocka_unit_test(no_takes_back),
		cmocka_unit_test(long_names_may_be_cut),
		cmocka_unit_test(dashes_end_options),
		cmocka_unit_test(a_dash_is_an_argument),
		cmocka_unit_test(wrong_words_are_named),
		cmocka_unit_test(numbers_are_digits),
		cmocka_unit_test(modes_exclude_each_other),
		cmocka_unit_test(unknown_words_can_stay),
		cmocka_unit_test(parsing_can_stop_at_an_argument),
		cmocka_unit_test(usage_comes_from_the_table),
		cmocka_unit_test(a_text_of_ones_own_comes_with_usage),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
