#include "core/record/remote_session.h"

#include "base/alloc.h"
#include "scratch.h"

static struct oid oid_of(unsigned char byte)
{
	return (struct oid){{byte}};
}

static void read_names(struct remote_sessions *out, const char *prefix,
		       const char *const *names, size_t nr)
{
	struct ref_list refs = REF_LIST_INIT;

	for (size_t i = 0; i < nr; i++) {
		struct oid oid = oid_of((unsigned char)(i + 1));

		ref_list_add(&refs, names[i], &oid);
	}
	remote_sessions_read(out, prefix, &refs);
	ref_list_release(&refs);
}

static void the_highest_manifest_counts(void **state)
{
	static const char *const names[] = {
		"refs/checkpoints/a/manifest-2",
		"refs/checkpoints/a/manifest-10",
		"refs/checkpoints/a/manifest-9",
	};
	struct remote_sessions sessions;
	struct oid tenth = oid_of(2);

	(void)state;
	read_names(&sessions, "refs/checkpoints/", names, ARRAY_SIZE(names));
	assert_int_equal(sessions.nr, 1);
	assert_true(sessions.items[0].number == 10);
	assert_true(oid_equal(&sessions.items[0].manifest, &tenth));
	assert_int_equal(sessions.items[0].older.nr, 2);
	assert_string_equal(sessions.items[0].older.items[0].name, names[0]);
	assert_string_equal(sessions.items[0].older.items[1].name, names[2]);
	remote_sessions_release(&sessions);
}

static void sessions_are_sorted_by_age(void **state)
{
	static const char *const names[] = {
		"refs/checkpoints/session_2000_00000000/manifest-1",
		"refs/checkpoints/manual_1000_00000000/cp_1_00000000",
		"refs/checkpoints/session_999_00000000/cp_2_00000000",
		"refs/checkpoints/session_2000_00000000/cp_3_00000000",
		"refs/checkpoints/named/manifest-1",
	};
	static const char *const sorted[] = {"named", "session_999_00000000",
					     "manual_1000_00000000",
					     "session_2000_00000000"};
	struct remote_sessions sessions;

	(void)state;
	read_names(&sessions, "refs/checkpoints/", names, ARRAY_SIZE(names));
	assert_int_equal(sessions.nr, ARRAY_SIZE(sorted));
	for (size_t i = 0; i < sessions.nr; i++) {
		assert_string_equal(sessions.items[i].name, sorted[i]);
		assert_ptr_equal(remote_sessions_find(&sessions, sorted[i]),
				 &sessions.items[i]);
	}
	assert_null(remote_sessions_find(&sessions, "other"));
	assert_int_equal(sessions.items[3].plain.nr, 1);
	assert_string_equal(sessions.items[3].plain.items[0].name,
			    "cp_3_00000000");
	remote_sessions_release(&sessions);
}

static void what_has_another_form_is_strange(void **state)
{
	static const char *const names[] = {
		"refs/checkpoints/a",
		"refs/checkpoints/a/b",
		"refs/checkpoints/a/manifest-0",
		"refs/checkpoints/a/manifest-1/x",
		"refs/checkpoints/a.lock/manifest-1",
		"refs/checkpoints/a/cp_x",
		"refs/checkpoints//manifest-1",
	};
	static const char *const others[] = {
		"refs/checkpoint", "refs/heads/a/manifest-1", "HEAD", ""};
	struct remote_sessions sessions;

	(void)state;
	read_names(&sessions, "refs/checkpoints/", names, ARRAY_SIZE(names));
	assert_int_equal(sessions.nr, 0);
	assert_int_equal(sessions.strange.nr, ARRAY_SIZE(names));
	remote_sessions_release(&sessions);
	read_names(&sessions, "refs/checkpoints/", others, ARRAY_SIZE(others));
	assert_int_equal(sessions.nr, 0);
	assert_int_equal(sessions.strange.nr, 0);
	remote_sessions_release(&sessions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_manifest_counts),
		cmocka_unit_test(sessions_are_sorted_by_age),
		cmocka_unit_test(what_has_another_form_is_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
