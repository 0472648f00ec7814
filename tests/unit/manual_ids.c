#include "core/save/manual_ids.h"

#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/manual-ids"
#define MANY 40

static struct oid id_of(unsigned i)
{
	return (struct oid){{(unsigned char)(i * 37), (unsigned char)i}};
}

static void add(struct repository *repo, unsigned first, unsigned end)
{
	struct manual_ids *ids = manual_ids_read(repo);
	struct error err = ERROR_INIT;

	for (unsigned i = first; i < end; i++) {
		struct oid id = id_of(i);

		if (!manual_ids_have(ids, &id))
			manual_ids_add(ids, &id);
	}
	assert_ok(manual_ids_write(ids, repo, &err), &err);
	manual_ids_free(ids);
}

/* How many of the first ones it has. */
static unsigned count(struct manual_ids *ids)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < 2 * MANY; i++) {
		struct oid id = id_of(i);

		nr += manual_ids_have(ids, &id);
	}
	manual_ids_free(ids);
	return nr;
}

static void test_those_that_were_added_are_known(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	run("mkdir -p .git/checkpoint.d");
	assert_int_equal(count(manual_ids_read(repo)), 0);
	add(repo, 0, MANY);
	assert_int_equal(count(manual_ids_read(repo)), MANY);
	/* A few are not worth it. */
	add(repo, 0, MANY + 2);
	assert_int_equal(count(manual_ids_read(repo)), MANY);
	/* Only what is still asked for stays. */
	add(repo, MANY / 2, 2 * MANY);
	assert_int_equal(count(manual_ids_read(repo)), 2 * MANY - MANY / 2);
	repository_free(repo);
}

static void test_what_is_damaged_says_nothing(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;

	(void)state;
	run("mkdir -p .git/checkpoint.d");
	add(repo, 0, MANY);
	assert_ok(buf_read_file(&file, FILE_NAME, 1 << 20, &err), &err);
	assert_int_equal(count(manual_ids_parse(file.ptr, file.len)), MANY);
	for (size_t i = 0; i < file.len; i++) {
		file.ptr[i] ^= 1;
		assert_int_equal(count(manual_ids_parse(file.ptr, file.len)),
				 0);
		file.ptr[i] ^= 1;
		assert_int_equal(count(manual_ids_parse(file.ptr, i)), 0);
	}
	buf_release(&file);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_those_that_were_added_are_known),
		IN_SCRATCH(test_what_is_damaged_says_nothing),
	};

	return cmocka_run_group_tests_name("manual_ids", tests, NULL, NULL);
}
