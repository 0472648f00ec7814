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

static struct stat_data some_stat(void)
{
	return (struct stat_data){
		.device = 5,
		.inode = 6,
		.mode = S_IFREG | 0644,
		.size = 7,
		.mtime_sec = 1000,
		.mtime_nsec = 17,
		.ctime_sec = 2000,
		.ctime_nsec = 18,
	};
}

struct list {
	const struct cache_entry *entries;
	size_t nr;
};

static bool next_entry(void *context, struct cache_entry *out)
{
	struct list *list = context;

	if (!list->nr)
		return false;
	list->nr--;
	*out = *list->entries++;
	return true;
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
	struct list list = {entries, ARRAY_SIZE(entries)};
	const struct cache_content content = {.next = next_entry,
					      .context = &list,
					      .trees = trees,
					      .nr_trees = 3,
					      .recipes = recipes,
					      .nr_recipes = 2,
					      .index_tree = oid_filled(5)};
	struct error err = ERROR_INIT;

	entries[0].stat = entries[1].stat = some_stat();
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
	struct stat_data stat = some_stat();
	struct cache_entry entry;
	struct cache *cache;
	struct oid found, oid;
	char *holder;

	(void)state;
	write_some(repo);
	cache = cache_read(repo, &holder, &found);
	assert_string_equal(holder, HOLDER);
	assert_true(oid_equal(&found, &commit));
	assert_true(cache_find(cache, "a", &stat, &entry));
	assert_string_equal(entry.conversion, "-");
	assert_false(entry.keep_raw);
	assert_true(oid_equal(&entry.blob, &entry.raw));
	assert_true(cache_find(cache, "b/c", &stat, &entry));
	assert_string_equal(entry.conversion, "text");
	assert_true(entry.keep_raw);
	oid = oid_filled(7);
	assert_true(oid_equal(&entry.blob, &oid));
	oid = oid_filled(8);
	assert_true(oid_equal(&entry.raw, &oid));
	assert_false(cache_find(cache, "b", &stat, &entry));
	stat.size++;
	assert_false(cache_find(cache, "b/c", &stat, &entry));
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
	assert_false(cache_find(cache, "a", &stat, &entry));
	free(holder);
	cache_free(cache);
	repository_free(repo);
}

static void test_one_is_made_of_entries(void **state)
{
	struct cache_entry entries[] = {
		{.path = "a", .conversion = "-"},
		{.path = "b/c", .conversion = "text", .keep_raw = true},
		{.path = "d", .conversion = "-"},
	};
	struct stat_data stat = some_stat();
	struct cache_entry entry;
	struct cache *cache;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		entries[i].stat = stat;
	entries[1].raw = oid_filled(3);
	cache = cache_of(entries, ARRAY_SIZE(entries));
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		assert_true(cache_find(cache, entries[i].path, &stat, &entry));
		assert_string_equal(entry.path, entries[i].path);
		assert_string_equal(entry.conversion, entries[i].conversion);
		assert_true(oid_equal(&entry.raw, &entries[i].raw));
		assert_int_equal(entry.keep_raw, entries[i].keep_raw);
	}
	assert_false(cache_find(cache, "c", &stat, &entry));
	cache_free(cache);
	cache = cache_of(NULL, 0);
	assert_false(cache_find(cache, "a", &stat, &entry));
	cache_free(cache);
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
		cmocka_unit_test(test_one_is_made_of_entries),
		IN_SCRATCH(test_damage_leaves_nothing),
		IN_SCRATCH(test_another_configuration_has_another_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
