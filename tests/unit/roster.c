#include "worktree/roster.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/rosters"

static struct stat some_stat(uint64_t inode)
{
	return (struct stat){
		.st_dev = 5,
		.st_ino = inode,
		.st_mode = S_IFDIR | 0755,
		.st_mtim = {1000, 17},
		.st_ctim = {2000, 18},
	};
}

static const struct roster *next_of(void *context)
{
	struct roster ***items = context;

	return *(*items)++;
}

/* Write rosters of the directories 1 to `nr`, each with two names. */
static void write_some(struct repository *repo, size_t nr)
{
	struct rosters *none = rosters_parse("", 0);
	struct roster **items = xcalloc(nr, sizeof(*items)), **next = items;
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < nr; i++) {
		struct stat st = some_stat(i + 1);

		items[i] = roster_new(&arena, &st, "\10one\0\4two", 10);
		items[i]->tracked = i;
		items[i]->count = 7;
	}
	run("mkdir -p .git/checkpoint.d");
	assert_ok(rosters_write(repo, none, next_of, &next, nr, &err), &err);
	rosters_free(none);
	arena_release(&arena);
	free(items);
}

static void test_what_was_written_is_found(void **state)
{
	struct repository *repo = repo_new();
	const struct roster *found;
	struct rosters *rosters;

	(void)state;
	write_some(repo, 1000);
	rosters = rosters_read(repo);
	assert_int_equal(rosters_count(rosters), 1000);
	for (size_t i = 0; i < 1000; i++) {
		struct stat st = some_stat(i + 1);

		found = rosters_find(rosters, &st);
		assert_non_null(found);
		assert_int_equal(found->tracked, i);
		assert_int_equal(found->count, 7);
		assert_int_equal(found->len, 10);
		assert_memory_equal(found->names, "\10one\0\4two", 10);
	}
	rosters_free(rosters);
	repository_free(repo);
}

static void test_another_time_is_another_directory(void **state)
{
	struct repository *repo = repo_new();
	struct rosters *rosters;
	struct stat st = some_stat(1);

	(void)state;
	write_some(repo, 1);
	rosters = rosters_read(repo);
	assert_non_null(rosters_find(rosters, &st));
	st.st_mtim.tv_nsec++;
	assert_null(rosters_find(rosters, &st));
	st = some_stat(1);
	st.st_ctim.tv_sec++;
	assert_null(rosters_find(rosters, &st));
	st = some_stat(1);
	st.st_dev++;
	assert_null(rosters_find(rosters, &st));
	st = some_stat(2);
	assert_null(rosters_find(rosters, &st));
	rosters_free(rosters);
	repository_free(repo);
}

/* Every byte of the file matters, and so does its length. */
static void test_damage_leaves_nothing(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct rosters *rosters;
	struct buf text = BUF_INIT;

	(void)state;
	write_some(repo, 3);
	assert_ok(buf_read_file(&text, FILE_NAME, 1 << 20, &err), &err);
	for (size_t i = 0; i < text.len; i++) {
		text.ptr[i] ^= 1;
		rosters = rosters_parse(text.ptr, text.len);
		assert_int_equal(rosters_count(rosters), 0);
		rosters_free(rosters);
		text.ptr[i] ^= 1;
		rosters = rosters_parse(text.ptr, i);
		assert_int_equal(rosters_count(rosters), 0);
		rosters_free(rosters);
	}
	rosters = rosters_parse(text.ptr, text.len);
	assert_int_equal(rosters_count(rosters), 3);
	rosters_free(rosters);
	buf_release(&text);
	repository_free(repo);
}

static void test_a_missing_file_is_no_roster(void **state)
{
	struct repository *repo = repo_new();
	struct rosters *rosters = rosters_read(repo);
	struct stat st = some_stat(1);

	(void)state;
	assert_int_equal(rosters_count(rosters), 0);
	assert_null(rosters_find(rosters, &st));
	rosters_free(rosters);
	repository_free(repo);
}

static void test_the_sum_tells_names_and_kinds_apart(void **state)
{
	uint64_t file = roster_sum(1, "name", 4, ROSTER_FILE);
	uint64_t two = roster_sum(roster_sum(1, "a", 1, ROSTER_FILE), "b", 1,
				  ROSTER_FILE);

	(void)state;
	assert_true(file != roster_sum(1, "name", 4, ROSTER_DIR));
	assert_true(file != roster_sum(1, "name", 4, ROSTER_GITLINK));
	assert_true(file != roster_sum(2, "name", 4, ROSTER_FILE));
	assert_true(file != roster_sum(1, "nam", 3, ROSTER_FILE));
	assert_true(file != roster_sum(1, "names and more", 14, ROSTER_FILE));
	assert_true(two != roster_sum(1, "ab", 2, ROSTER_FILE));
	assert_true(two != roster_sum(roster_sum(1, "b", 1, ROSTER_FILE), "a",
				      1, ROSTER_FILE));
}

static void test_seeds_differ(void **state)
{
	struct rosters *a = rosters_parse("", 0), *b = rosters_parse("", 0);

	(void)state;
	assert_true(rosters_sum_start(a) != rosters_sum_start(b));
	rosters_free(a);
	rosters_free(b);
}

static void test_times_are_believed_when_they_are_old(void **state)
{
	struct stat st = some_stat(1);
	struct timespec now = {2000, 18};

	(void)state;
	assert_false(roster_is_quiet(&st, &now));
	now.tv_nsec = 18 + 40000000;
	assert_false(roster_is_quiet(&st, &now));
	now.tv_nsec = 18 + 60000000;
	assert_true(roster_is_quiet(&st, &now));
	/* Whole seconds: a file system that keeps no more. */
	st.st_mtim.tv_nsec = st.st_ctim.tv_nsec = 0;
	now = (struct timespec){2002, 0};
	assert_false(roster_is_quiet(&st, &now));
	now = (struct timespec){2002, 1};
	assert_true(roster_is_quiet(&st, &now));
	/* Either of them may be the younger, also from the future. */
	st = some_stat(1);
	st.st_mtim.tv_sec = 5000;
	assert_false(roster_is_quiet(&st, &now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_was_written_is_found),
		IN_SCRATCH(test_another_time_is_another_directory),
		IN_SCRATCH(test_damage_leaves_nothing),
		IN_SCRATCH(test_a_missing_file_is_no_roster),
		cmocka_unit_test(test_the_sum_tells_names_and_kinds_apart),
		cmocka_unit_test(test_seeds_differ),
		cmocka_unit_test(test_times_are_believed_when_they_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
