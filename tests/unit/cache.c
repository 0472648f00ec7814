#include "worktree/cache.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/cache"
#define HOLDER "refs/checkpoints/s/c"

static struct oid oid_filled(unsigned char byte)
{
	struct oid oid;

	memset(oid.id, byte, sizeof(oid.id));
	return oid;
}

static struct stat some_stat(void)
{
	return (struct stat){
		.st_dev = 5,
		.st_ino = 6,
		.st_mode = S_IFREG | 0644,
		.st_size = 7,
		.st_mtim = {1000, 17},
		.st_ctim = {2000, 18},
	};
}

static void write_some(struct repository *repo)
{
	const struct oid commit = oid_filled(9);
	const struct oid trees[] = {oid_filled(1), oid_filled(2),
				    oid_filled(4)};
	struct cache_entry entries[] = {
		{.path = "a", .conversion = "-"},
		{.path = "b/c", .conversion = "text", .keep_raw = true},
	};
	const struct cache_recipe recipes[] = {
		{.sum = {1}, .tree = oid_filled(2)},
		{.sum = {1, 1}, .tree = oid_filled(4)},
	};
	const struct cache_content content = {.entries = entries,
					      .nr = 2,
					      .trees = trees,
					      .nr_trees = 3,
					      .recipes = recipes,
					      .nr_recipes = 2,
					      .index_tree = oid_filled(5)};
	const struct stat st = some_stat();
	struct error err = ERROR_INIT;

	cache_entry_stat(&entries[0], &st);
	cache_entry_stat(&entries[1], &st);
	entries[1].blob = oid_filled(7);
	entries[1].raw = oid_filled(8);
	run("mkdir -p .git/checkpoint.d");
	assert_ok(cache_write(repo, HOLDER, &commit, &content, &err), &err);
}

static void assert_recipes(const struct cache *cache)
{
	unsigned char sum[32] = {1};
	struct oid oid = oid_filled(2);

	assert_true(oid_equal(cache_find_recipe(cache, sum), &oid));
	sum[1] = 1;
	oid = oid_filled(4);
	assert_true(oid_equal(cache_find_recipe(cache, sum), &oid));
	sum[31] = 1;
	assert_null(cache_find_recipe(cache, sum));
	oid = oid_filled(5);
	assert_true(cache_has_index(cache, &oid));
	oid = oid_filled(6);
	assert_false(cache_has_index(cache, &oid));
	/* No index is not the index without a tree. */
	oid = oid_filled(0);
	assert_false(cache_has_index(cache, &oid));
}

static void test_what_was_written_is_found(void **state)
{
	struct repository *repo = repo_new();
	const struct oid commit = oid_filled(9);
	const struct cache_entry *entry;
	struct stat st = some_stat();
	struct cache *cache;
	struct oid found, oid;
	char *holder;

	(void)state;
	write_some(repo);
	cache = cache_read(repo, &holder, &found);
	assert_string_equal(holder, HOLDER);
	assert_true(oid_equal(&found, &commit));
	entry = cache_find(cache, "b/c", &st);
	assert_non_null(entry);
	assert_string_equal(entry->conversion, "text");
	assert_true(entry->keep_raw);
	oid = oid_filled(7);
	assert_true(oid_equal(&entry->blob, &oid));
	oid = oid_filled(8);
	assert_true(oid_equal(&entry->raw, &oid));
	assert_null(cache_find(cache, "b", &st));
	st.st_size++;
	assert_null(cache_find(cache, "b/c", &st));
	for (unsigned char byte = 0; byte < 6; byte++) {
		oid = oid_filled(byte);
		assert_int_equal(cache_has_tree(cache, &oid),
				 byte == 1 || byte == 2 || byte == 4);
	}
	assert_recipes(cache);
	cache_clear(cache);
	oid = oid_filled(1);
	assert_false(cache_has_tree(cache, &oid));
	oid = oid_filled(5);
	assert_false(cache_has_index(cache, &oid));
	assert_null(cache_find_recipe(cache, (const unsigned char[32]){1}));
	assert_null(cache_find(cache, "a", &st));
	free(holder);
	cache_free(cache);
	repository_free(repo);
}

static void test_damage_leaves_nothing(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct cache *cache;
	struct oid commit;
	char *holder;

	(void)state;
	write_some(repo);
	assert_ok(buf_read_file(&text, FILE_NAME, 1 << 20, &err), &err);
	for (size_t i = 0; i < text.len; i++) {
		text.ptr[i] ^= 1;
		cache = cache_parse(repo, text.ptr, text.len, &holder, &commit);
		assert_null(holder);
		cache_free(cache);
		text.ptr[i] ^= 1;
		cache = cache_parse(repo, text.ptr, i, &holder, &commit);
		assert_null(holder);
		cache_free(cache);
	}
	buf_release(&text);
	repository_free(repo);
}

static void test_another_configuration_has_another_cache(void **state)
{
	struct repository *repo = repo_new();
	struct cache *cache;
	struct oid commit;
	char *holder;

	(void)state;
	write_some(repo);
	repository_free(repo);
	run("git config core.autocrlf true");
	repo = repo_open();
	cache = cache_read(repo, &holder, &commit);
	assert_null(holder);
	cache_free(cache);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_was_written_is_found),
		IN_SCRATCH(test_damage_leaves_nothing),
		IN_SCRATCH(test_another_configuration_has_another_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
