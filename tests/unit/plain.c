#include "worktree/plain.h"

#include "base/arena.h"
#include "base/buf.h"
#include "git/index.h"
#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/plain"

static struct arena arena;

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct index_entry entry_with(const char *path, unsigned char id,
				     uint32_t ctime_nsec)
{
	const struct index_stat stat = {.mtime_sec = 1,
					.ctime_sec = 2,
					.ctime_nsec = ctime_nsec,
					.ino = 3,
					.size = 4};
	struct index_entry entry = {.mode = 0100644};
	struct oid oid;

	memset(oid.id, id, sizeof(oid.id));
	index_entry_fill(&entry, &arena, path, strlen(path), &oid, &stat);
	return entry;
}

static struct index_entry some_entry(const char *path)
{
	return entry_with(path, 7, 0);
}

static void write_one(struct repository *repo, const char *path)
{
	const struct index_entry entry = some_entry(path);
	struct plain *plain = plain_read(repo);
	struct error err = ERROR_INIT;

	run("mkdir -p .git/checkpoint.d");
	plain_add(plain, &entry);
	assert_ok(plain_write(plain, repo, &err), &err);
	plain_free(plain);
}

static bool knows(struct plain *plain, const struct index_entry *entry)
{
	bool has = plain_has(plain, entry);

	plain_free(plain);
	return has;
}

static void test_an_entry_is_known_while_it_is_the_same(void **state)
{
	struct repository *repo = repo_new();
	struct index_entry entry = some_entry("a/b");

	(void)state;
	assert_false(knows(plain_read(repo), &entry));
	write_one(repo, "a/b");
	assert_true(knows(plain_read(repo), &entry));
	entry = entry_with("a/b", 8, 0);
	assert_false(knows(plain_read(repo), &entry));
	entry = entry_with("a/b", 7, 1);
	assert_false(knows(plain_read(repo), &entry));
	entry = some_entry("a/b");
	entry.mode = 0100755;
	assert_false(knows(plain_read(repo), &entry));
	entry = some_entry("a/c");
	assert_false(knows(plain_read(repo), &entry));
	repository_free(repo);
}

static void test_what_is_asked_for_is_kept(void **state)
{
	struct repository *repo = repo_new();
	struct index_entry a = some_entry("a"), b = some_entry("b");
	struct error err = ERROR_INIT;
	struct plain *plain;

	(void)state;
	write_one(repo, "a");
	plain = plain_read(repo);
	assert_true(plain_has(plain, &a));
	plain_add(plain, &b);
	assert_ok(plain_write(plain, repo, &err), &err);
	plain_free(plain);
	assert_true(knows(plain_read(repo), &a));
	assert_true(knows(plain_read(repo), &b));
	/* And what nobody asked for is not. */
	write_one(repo, "b");
	assert_false(knows(plain_read(repo), &a));
	repository_free(repo);
}

/* Many, so that they are in each other's way. */
static void test_many_are_told_apart(void **state)
{
	struct repository *repo = repo_new();
	struct plain *plain = plain_read(repo);
	struct error err = ERROR_INIT;
	char path[32];

	(void)state;
	run("mkdir -p .git/checkpoint.d");
	for (int i = 0; i < 3000; i++) {
		struct index_entry entry;

		snprintf(path, sizeof(path), "file %d", i);
		entry = some_entry(path);
		if (i % 2)
			plain_add(plain, &entry);
	}
	assert_ok(plain_write(plain, repo, &err), &err);
	plain_free(plain);
	plain = plain_read(repo);
	for (int i = 0; i < 3000; i++) {
		struct index_entry entry;

		snprintf(path, sizeof(path), "file %d", i);
		entry = some_entry(path);
		assert_int_equal(plain_has(plain, &entry), i % 2);
		assert_int_equal(plain_has(plain, &entry), i % 2);
	}
	plain_free(plain);
	repository_free(repo);
}

static void test_damage_leaves_nothing(void **state)
{
	struct repository *repo = repo_new();
	struct index_entry entry = some_entry("a");
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;

	(void)state;
	write_one(repo, "a");
	assert_ok(buf_read_file(&text, FILE_NAME, 1 << 20, &err), &err);
	assert_true(knows(plain_parse(text.ptr, text.len), &entry));
	for (size_t i = 0; i < text.len; i++) {
		text.ptr[i] ^= 1;
		assert_false(knows(plain_parse(text.ptr, text.len), &entry));
		text.ptr[i] ^= 1;
		assert_false(knows(plain_parse(text.ptr, i), &entry));
	}
	buf_release(&text);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_an_entry_is_known_while_it_is_the_same),
		IN_SCRATCH(test_what_is_asked_for_is_kept),
		IN_SCRATCH(test_many_are_told_apart),
		IN_SCRATCH(test_damage_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
