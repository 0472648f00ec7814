#include "core/record/id.h"

#include "base/alloc.h"
#include "scratch.h"

#define NOW INT64_C(1703123456789)

static void a_new_name_tells_kind_and_time(void **state)
{
	static const char *const prefixes[] = {
		[ID_CHECKPOINT] = "cp_1703123456789_",
		[ID_SESSION] = "session_1703123456789_",
		[ID_MANUAL] = "manual_1703123456789_",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		char *name = id_generate((enum id_kind)i, NOW);
		char *other = id_generate((enum id_kind)i, NOW);
		struct id id;

		assert_int_equal(
			strncmp(name, prefixes[i], strlen(prefixes[i])), 0);
		assert_int_equal(strlen(name), strlen(prefixes[i]) + 8);
		assert_string_not_equal(name, other);
		assert_true(id_parse(name, &id));
		assert_int_equal(id.kind, i);
		assert_true(id.time_ms == NOW);
		assert_true(id.has_random);
		assert_int_equal(checkpoint_id_is_valid(name),
				 i == ID_CHECKPOINT);
		assert_true(session_name_is_valid(name));
		free(name);
		free(other);
	}
}

static void imported_names_lack_the_random_part(void **state)
{
	struct id id;

	(void)state;
	assert_true(id_parse("cp_1703123456789", &id));
	assert_false(id.has_random);
	assert_true(id.time_ms == NOW);
	assert_true(checkpoint_id_is_valid("cp_1703123456789"));
	assert_true(checkpoint_id_is_valid("cp_0"));
	assert_true(checkpoint_id_is_valid("cp_253402300799999"));
}

static void other_names_are_refused(void **state)
{
	static const char *const names[] = {
		"",
		"cp_",
		"cp",
		"cp_x",
		"cp_-1",
		"cp_+1",
		"cp_ 1",
		"cp_1 ",
		"cp_01",
		"cp_1_",
		"cp_1_1234567",
		"cp_1_123456789",
		"cp_1_1234567G",
		"cp_1_ABCDEF01",
		"cp_1_12345678_",
		"cp_1_12345678/x",
		"cp_1.lock",
		"CP_1_12345678",
		"xcp_1_12345678",
		"cp_253402300800000",
		"cp_99999999999999999999999999",
		"cp_9223372036854775808",
		"manifest-1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (id_parse(names[i], NULL))
			fail_msg("accepted: '%s'", names[i]);
		assert_false(checkpoint_id_is_valid(names[i]));
		assert_true(id_time(names[i]) == -1);
	}
	assert_false(checkpoint_id_is_valid("session_1_12345678"));
}

static void time_never_runs_backwards(void **state)
{
	int64_t last = 0;

	(void)state;
	assert_true(id_next_time(NOW, 0) == NOW);
	assert_true(id_next_time(NOW, NOW - 1) == NOW);
	assert_true(id_next_time(NOW, NOW) == NOW + 1);
	assert_true(id_next_time(NOW - 60000, NOW) == NOW + 1);
	assert_true(id_next_time(-5, 0) == 1);
	assert_true(id_next_time(INT64_MAX, 0) == ID_MAX_TIME_MS);
	for (int64_t now = 100; now > 0; now--) {
		int64_t next = id_next_time(now, last);

		assert_true(next > last);
		last = next;
	}
}

static void names_sort_by_time(void **state)
{
	static const char *const sorted[] = {
		"feature",
		"release-2",
		"cp_999",
		"session_1000_00000000",
		"cp_1001",
		"cp_1001_00000000",
		"cp_1001_00000001",
		"cp_1703123456789_ffffffff",
		"cp_1703123456790_00000000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sorted); j++) {
			int order = id_compare(sorted[i], sorted[j]);

			assert_int_equal((order > 0) - (order < 0),
					 (i > j) - (i < j));
		}
}

static void session_names_have_no_more_than_they_may(void **state)
{
	static const char *const good[] = {
		"session_1703123456789",
		"a",
		"0",
		"sprint-1",
		"A.b_c-d",
		"lock",
		"x.lock2",
		"session_x",
	};
	static const char *const bad[] = {
		"",    ".",    "..",	 "a..b",	".a",	 "a.",
		"-a",  "_a",   "a.lock", "a/b",		"a b",	 "a\n",
		"a~1", "a^",   "a:b",	 "a?",		"a*",	 "a[",
		"a\\", "a@{b", "a\x7f",	 "caf\xc3\xa9", ".lock",
	};
	char name[SESSION_NAME_MAX_BYTES + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (!session_name_is_valid(good[i]))
			fail_msg("refused: '%s'", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (session_name_is_valid(bad[i]))
			fail_msg("accepted: '%s'", bad[i]);
	memset(name, 'a', sizeof(name));
	name[SESSION_NAME_MAX_BYTES + 1] = '\0';
	assert_false(session_name_is_valid(name));
	name[SESSION_NAME_MAX_BYTES] = '\0';
	assert_true(session_name_is_valid(name));
}

/* Whatever we take as a session's name, git takes as part of a ref. */
static void git_takes_every_session_name(void **state)
{
	static const char alphabet[] = "aZ0._-lock";
	uint64_t seed = 3;
	struct buf script = BUF_INIT, said = BUF_INIT;
	int nr = 0;

	(void)state;
	buf_addstr(&script, "for name in x");
	while (nr < 300) {
		char name[8] = "";
		uint64_t random = scratch_random(&seed);

		for (size_t i = 0; i < 1 + random % 7; i++)
			name[i] = alphabet[(random >> (8 + 5 * i)) %
					   (sizeof(alphabet) - 1)];
		if (random & 1 << 30)
			memcpy(name + 2, ".lock", 6);
		if (!session_name_is_valid(name))
			continue;
		buf_addf(&script, " %s", name);
		nr++;
	}
	buf_addstr(&script, "; do git check-ref-format "
			    "refs/checkpoints/$name/cp_1 || echo $name; done");
	scratch_run(&said, script.ptr, 0);
	assert_string_equal(said.ptr, "");
	buf_release(&script);
	buf_release(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_name_tells_kind_and_time),
		cmocka_unit_test(imported_names_lack_the_random_part),
		cmocka_unit_test(other_names_are_refused),
		cmocka_unit_test(time_never_runs_backwards),
		cmocka_unit_test(names_sort_by_time),
		cmocka_unit_test(session_names_have_no_more_than_they_may),
		IN_SCRATCH(git_takes_every_session_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
