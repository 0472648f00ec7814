#include "git/config.h"

#include "scratch.h"

static struct config *parse(const char *text, size_t len)
{
	return config_parse(text, len);
}
#define PARSE(literal) parse(literal, sizeof(literal) - 1)

static void last_value_wins_and_all_are_kept(void **state)
{
	struct config *config =
		PARSE("a.b\n1\0x.y\nother\0a.b\n2\0a.b\n3\nline\0");
	struct strlist all = STRLIST_INIT;

	(void)state;
	assert_string_equal(config_get(config, "a.b"), "3\nline");
	assert_null(config_get(config, "a.c"));
	strlist_add(&all, "before");
	config_get_all(config, "a.b", &all);
	config_get_all(config, "a.c", &all);
	assert_int_equal(all.nr, 4);
	assert_string_equal(all.items[0], "before");
	assert_string_equal(all.items[1], "1");
	assert_string_equal(all.items[2], "2");
	assert_string_equal(all.items[3], "3\nline");
	strlist_release(&all);
	config_free(config);
}

static void key_without_value_is_not_an_empty_one(void **state)
{
	struct config *config = PARSE("a.bare\0a.empty\n\0");
	struct error err = ERROR_INIT;
	int64_t number;
	bool value;

	(void)state;
	assert_string_equal(config_get(config, "a.bare"), "");
	assert_string_equal(config_get(config, "a.empty"), "");
	assert_int_equal(config_get_bool(config, "a.bare", false, &value, &err),
			 0);
	assert_true(value);
	assert_int_equal(config_get_bool(config, "a.empty", true, &value, &err),
			 0);
	assert_false(value);
	assert_int_equal(config_get_int(config, "a.bare", 0, &number, &err),
			 ERR_FAILED);
	assert_string_equal(err.text, "missing value for 'a.bare'");
	error_release(&err);
	config_free(config);
}

static void keys_are_listed_once_each(void **state)
{
	struct config *config = PARSE("remote.o.url\nx\0remote.o.fetch\n1\0"
				      "remote.o.fetch\n2\0remotes.a\n1\0");
	struct strlist keys = STRLIST_INIT;

	(void)state;
	config_keys(config, "remote.", &keys);
	assert_int_equal(keys.nr, 2);
	assert_string_equal(keys.items[0], "remote.o.url");
	assert_string_equal(keys.items[1], "remote.o.fetch");
	strlist_release(&keys);
	config_free(config);
}

static void cut_output_is_read_as_far_as_it_goes(void **state)
{
	struct config *config = PARSE("a.b\n1\0a.c\nlong val");

	(void)state;
	assert_string_equal(config_get(config, "a.b"), "1");
	assert_string_equal(config_get(config, "a.c"), "long val");
	config_free(config);
	config = parse("", 0);
	assert_null(config_get(config, "a.b"));
	config_free(config);
	config_free(NULL);
}

/* What git makes of the value with --type=`type`; NULL: it refuses. */
static char *ask_git(const char *type, const char *value)
{
	struct buf command = BUF_INIT, out = BUF_INIT;
	struct error err = ERROR_INIT;
	FILE *pipe;
	int status;

	buf_addf(&command, "git -c a.b='%s' config --type=%s a.b 2>/dev/null",
		 value, type);
	pipe = popen(command.ptr, "r");
	assert_non_null(pipe);
	assert_int_equal(buf_read_fd(&out, fileno(pipe), 1 << 10, &err), 0);
	status = pclose(pipe);
	buf_release(&command);
	buf_trim(&out);
	if (status)
		buf_release(&out);
	return status ? NULL : buf_detach(&out);
}

static struct config *config_of(const char *value)
{
	struct buf text = BUF_INIT;
	struct config *config;

	buf_addf(&text, "a.b\n%s%c", value, '\0');
	config = config_parse(text.ptr, text.len);
	buf_release(&text);
	return config;
}

static const char *const values[] = {
	"true",
	"TRUE",
	"Yes",
	"on",
	"false",
	"No",
	"oFF",
	"",
	"0",
	"1",
	"2",
	"-1",
	"tru",
	"10",
	"010",
	"0x10",
	"08",
	"1k",
	"1K",
	"3m",
	"2G",
	"-4k",
	"1kk",
	"k",
	"1 k",
	" 7",
	"7 ",
	"9223372036854775807",
	"9223372036854775808",
	"-9223372036854775807",
	"9007199254740992k",
	"8589934592g",
	"8589934591g",
	"2147483648",
	"1t",
	"1.5",
	"+5",
	"--5",
};

static void numbers_are_git_s(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct config *config = config_of(values[i]);
		char *want = ask_git("int", values[i]);
		struct error err = ERROR_INIT;
		int64_t number;
		int ret = config_get_int(config, "a.b", 5, &number, &err);
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)number);
		if (want) {
			assert_int_equal(ret, 0);
			assert_string_equal(text, want);
		} else {
			assert_int_equal(ret, ERR_FAILED);
			assert_int_equal(number, 5);
			assert_non_null(strstr(err.text, "'a.b'"));
		}
		error_release(&err);
		config_free(config);
		free(want);
	}
}

static void truths_are_git_s(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct config *config = config_of(values[i]);
		char *want = ask_git("bool", values[i]);
		struct error err = ERROR_INIT;
		bool value = false;
		int ret = config_get_bool(config, "a.b", true, &value, &err);

		assert_int_equal(ret, want ? 0 : ERR_FAILED);
		if (want)
			assert_string_equal(value ? "true" : "false", want);
		error_release(&err);
		config_free(config);
		free(want);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} cases[] = {
		{"0", 0},	{"90", 90},
		{"90s", 90},	{"15m", 900},
		{"24h", 86400}, {"24H", 86400},
		{"2d", 172800}, {"1w", 604800},
		{"-1", -1},	{"1y", -1},
		{"1mm", -1},	{"m", -1},
		{"", -1},	{"99999999999999999w", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config *config = config_of(cases[i].text);
		struct error err = ERROR_INIT;
		int64_t seconds;
		int ret = config_get_seconds(config, "a.b", 7, &seconds, &err);

		assert_int_equal(ret, cases[i].want < 0 ? ERR_FAILED : 0);
		assert_int_equal(seconds,
				 cases[i].want < 0 ? 7 : cases[i].want);
		assert_int_equal(
			config_get_seconds(config, "a.c", 7, &seconds, &err),
			0);
		assert_int_equal(seconds, 7);
		error_release(&err);
		config_free(config);
	}
}

/* Subsections keep their case, dots and spaces; so does what git lists. */
static void what_git_lists(void **state)
{
	struct buf listed = BUF_INIT;
	struct config *config;

	(void)state;
	scratch_run(&listed,
		    "git init -q . && git config 'Remote.A b.C.Url' x &&"
		    "git config --add Checkpoint.MaxFileSize 1k &&"
		    "printf '[core]\\n\\tbareKey\\n' >>.git/config &&"
		    "git -c checkpoint.maxfilesize=2k config --list -z",
		    0);
	config = config_parse(listed.ptr, listed.len);
	assert_string_equal(config_get(config, "remote.A b.C.url"), "x");
	assert_string_equal(config_get(config, "checkpoint.maxfilesize"), "2k");
	assert_string_equal(config_get(config, "core.barekey"), "");
	config_free(config);
	buf_release(&listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_value_wins_and_all_are_kept),
		cmocka_unit_test(key_without_value_is_not_an_empty_one),
		cmocka_unit_test(keys_are_listed_once_each),
		cmocka_unit_test(cut_output_is_read_as_far_as_it_goes),
		IN_SCRATCH(numbers_are_git_s),
		IN_SCRATCH(truths_are_git_s),
		cmocka_unit_test(durations),
		IN_SCRATCH(what_git_lists),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
