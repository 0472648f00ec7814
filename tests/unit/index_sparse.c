#include "git/index.h"

#include "base/alloc.h"
#include "index_listing.h"

static void make_sparse(void)
{
	init_repository();
	shell("mkdir -p in/sub out/deep/deeper out/z other && "
	      "for i in 1 2 3; do echo $i >$i; echo $i >in/$i; "
	      "echo $i >in/sub/$i; echo $i >out/$i; echo $i >out/deep/$i; "
	      "echo $i >out/deep/deeper/$i; echo $i >out/z/$i; "
	      "echo $i >other/$i; done && echo d >out.d && echo d >out-d && "
	      "echo x >out/exec && chmod +x out/exec && ln -s l out/link && "
	      "git add . && git commit -qm one && "
	      "git sparse-checkout set --cone --sparse-index in");
}

static struct index *read_sparse(void)
{
	struct repository *repo = open_repository();
	struct index *index = read_like_git(repo, ".git/index");

	assert_true(index->sparse);
	repository_free(repo);
	return index;
}

static void reads_a_sparse_index(void **state)
{
	const struct index_entry *entry;
	struct index *index;
	char *collapsed;

	(void)state;
	make_sparse();
	collapsed = shell_line("git ls-files --sparse out other | wc -l");
	assert_string_equal(collapsed, "2");
	free(collapsed);
	index = read_sparse();
	entry = index_find(index, "out/deep/deeper/2");
	assert_non_null(entry);
	assert_int_equal(entry->flags,
			 INDEX_SKIP_WORKTREE | INDEX_FROM_SPARSE_DIR);
	entry = index_find(index, "in/2");
	assert_non_null(entry);
	assert_int_equal(entry->flags & ~INDEX_RACY, 0);
	assert_null(index_find(index, "out/"));
	index_free(index);
	shell("git update-index --index-version 4");
	index_free(read_sparse());
}

static void recounts_the_cache_tree(void **state)
{
	struct index_tree *tree;
	struct index *index;
	char hex[OID_HEXSZ + 1];
	char *want = NULL;

	(void)state;
	make_sparse();
	index = read_sparse();
	assert_non_null(index->tree);
	assert_int_equal(index->tree->entries, index->nr);
	want = shell_line("git rev-parse HEAD:");
	assert_string_equal(oid_hex(&index->tree->oid, hex), want);
	free(want);
	tree = index_tree_child(index->tree, "out", 3);
	assert_non_null(tree);
	assert_int_equal(tree->entries, 14);
	want = shell_line("git rev-parse HEAD:out");
	assert_string_equal(oid_hex(&tree->oid, hex), want);
	free(want);
	index_free(index);

	shell("echo changed >in/1 && git add in/1");
	index = read_sparse();
	assert_non_null(index->tree);
	assert_true(index->tree->entries < 0);
	tree = index_tree_child(index->tree, "out", 3);
	assert_non_null(tree);
	assert_int_equal(tree->entries, 14);
	index_free(index);
}

static void reads_one_of_which_nothing_is_left_out(void **state)
{
	(void)state;
	make_sparse();
	shell("git sparse-checkout set --cone --sparse-index in out other");
	index_free(read_sparse());
}

static void assert_refused(struct repository *repo, const char *path,
			   const char *why)
{
	struct error err = ERROR_INIT;
	struct index *index = NULL;

	assert_true(index_read(&index, repo, path, &err) < 0);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	error_release(&err);
}

static void refuses_one_that_has_no_repository(void **state)
{
	(void)state;
	make_sparse();
	assert_refused(NULL, ".git/index", "'other/'");
}

static void refuses_one_whose_trees_are_missing(void **state)
{
	struct repository *repo;

	(void)state;
	make_sparse();
	shell("t=$(git rev-parse HEAD:out/deep) && "
	      "rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut "
	      "-c3-)");
	repo = open_repository();
	assert_refused(repo, ".git/index", "'out/'");
	repository_free(repo);
}

/* Without `sdir`, git would not know what to make of the directories. */
static void refuses_directories_in_an_index_that_is_not_sparse(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct buf raw = BUF_INIT;
	char *at;

	(void)state;
	make_sparse();
	assert_int_equal(buf_read_file(&raw, ".git/index", 1 << 20, &err), 0);
	at = memmem(raw.ptr, raw.len, "sdir\0\0\0\0", 8);
	assert_non_null(at);
	at[0] = 'S';
	memset(raw.ptr + raw.len - 20, 0, 20);
	scratch_write("damaged", &raw);
	repo = open_repository();
	assert_refused(repo, "damaged", "not sparse");
	repository_free(repo);
	buf_release(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(reads_a_sparse_index),
		IN_SCRATCH(recounts_the_cache_tree),
		IN_SCRATCH(reads_one_of_which_nothing_is_left_out),
		IN_SCRATCH(refuses_one_that_has_no_repository),
		IN_SCRATCH(refuses_one_whose_trees_are_missing),
		IN_SCRATCH(refuses_directories_in_an_index_that_is_not_sparse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
