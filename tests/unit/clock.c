#include "base/clock.h"

#include <time.h>

#include "scratch.h"

#define NOW_S 2000000000LL /* May 2033 */

static void now_is_what_the_environment_says(void **state)
{
	int64_t before, now;

	(void)state;
	setenv("GIT_CHECKPOINT_NOW", "1735122645789", 1);
	assert_int_equal(clock_now_ms(), 1735122645789);
	setenv("GIT_CHECKPOINT_NOW", "0", 1);
	assert_int_equal(clock_now_ms(), 0);
	unsetenv("GIT_CHECKPOINT_NOW");
	before = (int64_t)time(NULL) * 1000;
	now = clock_now_ms();
	assert_in_range(now, before, before + 60000);
}

static void now_ignores_what_is_not_a_number(void **state)
{
	static const char *const values[] = {
		"", "x", "12x", "-5", " 7", "1e3", "99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		setenv("GIT_CHECKPOINT_NOW", values[i], 1);
		assert_true(clock_now_ms() > 1700000000000);
		assert_true(clock_now_ms() < 9000000000000);
	}
	unsetenv("GIT_CHECKPOINT_NOW");
}

static void monotonic_never_goes_back(void **state)
{
	int64_t last = clock_monotonic_ms();

	(void)state;
	setenv("GIT_CHECKPOINT_NOW", "5", 1);
	for (int i = 0; i < 100000; i++) {
		int64_t now = clock_monotonic_ms();

		assert_true(now >= last);
		last = now;
	}
	unsetenv("GIT_CHECKPOINT_NOW");
}

static void assert_written(int64_t ms, const char *want)
{
	struct buf out = BUF_INIT;
	int64_t back = 1;

	clock_rfc3339(&out, ms);
	assert_string_equal(out.ptr, want);
	assert_true(clock_parse_rfc3339(out.ptr, &back));
	assert_int_equal(back, ms);
	buf_release(&out);
}

static void writes_rfc3339(void **state)
{
	(void)state;
	assert_written(1735122645789, "2024-12-25T10:30:45.789Z");
	assert_written(0, "1970-01-01T00:00:00.000Z");
	assert_written(-1, "1969-12-31T23:59:59.999Z");
	assert_written(-1000, "1969-12-31T23:59:59.000Z");
	assert_written(1709164800005, "2024-02-29T00:00:00.005Z");
	assert_written(4107542400000, "2100-03-01T00:00:00.000Z");
	assert_written(253402300799999, "9999-12-31T23:59:59.999Z");
	assert_written(-62167219200000, "0000-01-01T00:00:00.000Z");
}

static void writes_the_nearest_year_that_can_be_read(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	clock_rfc3339(&out, INT64_MAX);
	clock_rfc3339(&out, INT64_MIN);
	assert_string_equal(out.ptr, "9999-12-31T23:59:59.999Z"
				     "0000-01-01T00:00:00.000Z");
	buf_release(&out);
}

static void comes_back_from_text_at_any_time(void **state)
{
	uint64_t seed = 3339;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t any = scratch_random(&seed) % 315569519999999ULL;
		int64_t ms = (int64_t)any - 62167219200000, back = 0;
		struct buf out = BUF_INIT;

		clock_rfc3339(&out, ms);
		assert_true(clock_parse_rfc3339(out.ptr, &back));
		assert_int_equal(back, ms);
		buf_release(&out);
	}
}

static void reads_offsets_and_fractions(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"2024-12-25T10:30:45Z", 1735122645000},
		{"2024-12-25t10:30:45z", 1735122645000},
		{"2024-12-25 10:30:45Z", 1735122645000},
		{"2024-12-25T10:30:45.7Z", 1735122645700},
		{"2024-12-25T10:30:45.07Z", 1735122645070},
		{"2024-12-25T10:30:45.789999999Z", 1735122645789},
		{"2024-12-25T12:00:45.789+01:30", 1735122645789},
		{"2024-12-25T03:30:45.789-07:00", 1735122645789},
		{"2024-12-25T10:30:45-00:00", 1735122645000},
		{"2025-01-01T00:30:00+01:00", 1735687800000},
		{"2016-12-31T23:59:60Z", 1483228800000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ms = -1;

		assert_true(clock_parse_rfc3339(cases[i].text, &ms));
		assert_int_equal(ms, cases[i].ms);
	}
}

static void refuses_what_is_not_rfc3339(void **state)
{
	static const char *const texts[] = {
		"",
		"2024",
		"2024-12-25",
		"2024-12-25T10:30:45",
		"2024-12-25T10:30Z",
		"2024-12-25T10:30:45.Z",
		"2024-12-25T10:30:45.1234567890Z",
		"2024-12-25T10:30:45ZZ",
		"2024-12-25T10:30:45Z ",
		" 2024-12-25T10:30:45Z",
		"2024-12-25T10:30:45+1:00",
		"2024-12-25T10:30:45+0100",
		"2024-12-25T10:30:45+24:00",
		"2024-12-25T10:30:45+01:60",
		"2024-12-25T24:00:00Z",
		"2024-12-25T10:60:00Z",
		"2024-12-25T10:30:61Z",
		"2024-13-01T00:00:00Z",
		"2024-00-01T00:00:00Z",
		"2024-01-00T00:00:00Z",
		"2024-04-31T00:00:00Z",
		"2023-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"24-12-25T10:30:45Z",
		"+024-12-25T10:30:45Z",
		"2024/12/25T10:30:45Z",
		"2024-12-25_10:30:45Z",
		"2024-12-25T10:30:45,5Z",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int64_t ms = 4711;
		bool read = clock_parse_rfc3339(texts[i], &ms);

		assert_string_equal(read ? "taken" : texts[i], texts[i]);
		assert_int_equal(ms, 4711);
	}
}

static void add_commit(struct buf *stream, int64_t age)
{
	buf_addf(stream,
		 "commit refs/heads/main\n"
		 "committer A <a@example.com> %lld +0000\n"
		 "data 0\n\n",
		 (long long)(NOW_S - age));
}

/*
 * Ages around every step of git's, and all over forty years; then git is
 * asked for each, with its own clock set to the same moment.
 */
static void relative_says_what_git_says(void **state)
{
	static const int64_t around[] = {60,	  90,	  3600,	  5370,
					 7200,	  86400,  127800, 129600,
					 1166400, 1209600};
	struct buf stream = BUF_INIT, said = BUF_INIT, ours = BUF_INIT;
	uint64_t seed = 1970;
	size_t lines = 0;

	(void)state;
	for (int64_t age = -2; age < 200; age++)
		add_commit(&stream, age);
	for (size_t i = 0; i < ARRAY_SIZE(around); i++)
		for (int64_t by = -61; by <= 61; by++)
			add_commit(&stream, around[i] + by);
	for (int64_t day = 1; day < 2200; day++) {
		add_commit(&stream, day * 86400);
		add_commit(&stream, day * 86400 + 43200 - 1800 - 31);
		add_commit(&stream, day * 86400 + 43200 - 1800 - 30);
	}
	for (int i = 0; i < 2000; i++)
		add_commit(&stream, (int64_t)(scratch_random(&seed) %
					      (40 * 365 * 86400LL)));
	scratch_write("stream", &stream);
	scratch_run(&said,
		    "git init -q -b main . && "
		    "git fast-import --quiet <stream && "
		    "GIT_TEST_DATE_NOW=2000000000 "
		    "git log --format='%ct %cr' main",
		    0);
	for (char *line = said.ptr, *end; *line; line = end + 1, lines++) {
		int64_t ms = strtoll(line, NULL, 10) * 1000;

		end = strchr(line, '\n');
		*end = '\0';
		buf_reset(&ours);
		clock_relative(&ours, ms + 999, NOW_S * 1000 + 999);
		assert_string_equal(ours.ptr, strchr(line, ' ') + 1);
	}
	assert_true(lines > 9000);
	buf_release(&stream);
	buf_release(&said);
	buf_release(&ours);
}

static void relative_takes_whole_seconds(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	clock_relative(&out, 1500, 1400);
	assert_string_equal(out.ptr, "0 seconds ago");
	buf_reset(&out);
	clock_relative(&out, 1999, 2000);
	assert_string_equal(out.ptr, "1 second ago");
	buf_reset(&out);
	clock_relative(&out, 2000, 1999);
	assert_string_equal(out.ptr, "in the future");
	buf_reset(&out);
	clock_relative(&out, -1, 0);
	assert_string_equal(out.ptr, "1 second ago");
	buf_reset(&out);
	clock_relative(&out, INT64_MIN, INT64_MAX);
	assert_string_equal(out.ptr, "584942417 years ago");
	buf_release(&out);
}

static void duration_has_two_units_at_most(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} cases[] = {
		{0, "0s"},
		{999, "0s"},
		{-5, "0s"},
		{1000, "1s"},
		{59999, "59s"},
		{60000, "1m"},
		{83000, "1m 23s"},
		{3600000, "1h"},
		{3601000, "1h"},
		{7500000, "2h 5m"},
		{86399999, "23h 59m"},
		{86400000, "1d"},
		{273600000, "3d 4h"},
		{86400000 + 60000, "1d"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		clock_duration(&out, cases[i].ms);
		assert_string_equal(out.ptr, cases[i].want);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(now_is_what_the_environment_says),
		cmocka_unit_test(now_ignores_what_is_not_a_number),
		cmocka_unit_test(monotonic_never_goes_back),
		cmocka_unit_test(writes_rfc3339),
		cmocka_unit_test(writes_the_nearest_year_that_can_be_read),
		cmocka_unit_test(comes_back_from_text_at_any_time),
		cmocka_unit_test(reads_offsets_and_fractions),
		cmocka_unit_test(refuses_what_is_not_rfc3339),
		IN_SCRATCH(relative_says_what_git_says),
		cmocka_unit_test(relative_takes_whole_seconds),
		cmocka_unit_test(duration_has_two_units_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
