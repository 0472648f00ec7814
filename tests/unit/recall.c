#include "worktree/recall.h"

#include <errno.h>

#include "repo.h"

#define FILE_NAME ".git/checkpoint.d/recall"
#define SEED 42

static const struct recall_head head = {
	.epoch = "00112233445566aa",
	.sequence = 17,
	.full_ms = 1000,
};

static struct stat some_stat(uint64_t inode)
{
	return (struct stat){
		.st_dev = 5,
		.st_ino = inode,
		.st_mode = S_IFREG | 0644,
		.st_uid = 1,
		.st_gid = 2,
		.st_size = 300,
		.st_mtim = {1000, 17},
		.st_ctim = {2000, 18},
	};
}

/* Three directories: with names and files, with nothing, and with a file that
 * was not there. */
static void write_three(struct repository *repo)
{
	static const uint64_t links[] = {9, 7};
	struct buf first = BUF_INIT, last = BUF_INIT;
	struct stat one = some_stat(1), two = some_stat(2);
	struct error err = ERROR_INIT;

	recall_add_file(&first, "one", &one);
	recall_add_file(&first, "two", &two);
	recall_add_file(&last, "gone", NULL);

	const struct recalled a = {
		.path = "a/",
		.path_len = 2,
		.tracked = 3,
		.names = "\10two\0\4sub",
		.names_len = 10,
		.files = first.ptr,
		.files_len = first.len,
		.count = 5,
		.mode = S_IFDIR | 0755,
		.file_mode = 0644,
		.exec_mode = 0755,
	};
	const struct recalled b = {.path = "a/b/", .path_len = 4};
	const struct recalled c = {.path = "c/",
				   .path_len = 2,
				   .files = last.ptr,
				   .files_len = last.len};
	const struct recalled *const items[] = {&a, &b, &c};

	run("mkdir -p .git/checkpoint.d");
	assert_ok(recall_write(repo, &head, SEED, items, 3, links, 2, &err),
		  &err);
	buf_release(&first);
	buf_release(&last);
}

static void test_what_was_written_is_found(void **state)
{
	struct repository *repo = repo_new();
	const struct recalled *found;
	struct recall *recall;
	struct stat st;
	size_t at = 0;

	(void)state;
	write_three(repo);
	recall = recall_read(repo);
	assert_int_equal(recall_count(recall), 3);
	assert_int_equal(recall_seed(recall), SEED);
	assert_string_equal(recall_head(recall)->epoch, head.epoch);
	assert_int_equal(recall_head(recall)->sequence, 17);
	assert_true(recall_has_link(recall, 7) && recall_has_link(recall, 9));
	assert_false(recall_has_link(recall, 8));
	found = recall_find(recall, "a/", 2);
	assert_non_null(found);
	assert_int_equal(found->tracked, 3);
	assert_int_equal(found->count, 5);
	assert_int_equal(found->exec_mode, 0755);
	assert_memory_equal(found->names, "\10two\0\4sub", 10);
	/* In any order. */
	assert_int_equal(recalled_stat(found, &at, "two", &st), 0);
	assert_int_equal(st.st_ino, 2);
	assert_int_equal(recalled_stat(found, &at, "one", &st), 0);
	assert_int_equal(st.st_ino, 1);
	assert_int_equal(st.st_ctim.tv_nsec, 18);
	assert_int_equal(recalled_stat(found, &at, "three", &st), -1);
	assert_int_equal(errno, ENODATA);
	found = recall_find(recall, "c/", 2);
	at = 0;
	assert_int_equal(recalled_stat(found, &at, "gone", &st), -1);
	assert_int_equal(errno, ENOENT);
	assert_non_null(recall_find(recall, "a/b/", 4));
	assert_null(recall_find(recall, "a/b", 3));
	recall_forget(recall, "a/b/");
	assert_null(recall_find(recall, "a/b/", 4));
	recall_free(recall);
	repository_free(repo);
}

static void test_what_is_damaged_is_empty(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct buf file = BUF_INIT;

	(void)state;
	write_three(repo);
	assert_ok(buf_read_file(&file, FILE_NAME, 1 << 20, &err), &err);
	for (size_t i = 0; i < file.len; i++) {
		struct recall *recall;

		file.ptr[i] ^= 1;
		recall = recall_parse(file.ptr, file.len);
		assert_int_equal(recall_count(recall), 0);
		assert_string_equal(recall_head(recall)->epoch, "");
		recall_free(recall);
		file.ptr[i] ^= 1;
		recall = recall_parse(file.ptr, i);
		assert_int_equal(recall_count(recall), 0);
		recall_free(recall);
	}
	buf_release(&file);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_was_written_is_found),
		IN_SCRATCH(test_what_is_damaged_is_empty),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
