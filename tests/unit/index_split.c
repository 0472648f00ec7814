#include "git/index.h"

#include "base/alloc.h"
#include "index_listing.h"

/* Enough entries for several words of a bitmap. */
static void make_split(void)
{
	init_repository();
	shell("i=0; while test $i -lt 700; do echo \"100644 "
	      "$(printf %040x $((i + 1))) 0\tdir$((i / 50))/f$i\"; "
	      "i=$((i + 1)); done | git update-index --index-info && "
	      "git config splitIndex.maxPercentChange 100 && "
	      "git update-index --split-index");
}

static void assert_split(unsigned version)
{
	struct index *index = read_like_git(NULL, ".git/index");

	assert_true(index->split);
	assert_int_equal(index->version, version);
	assert_true(index->nr > 0);
	index_free(index);
}

static void reads_one_just_split(void **state)
{
	(void)state;
	make_split();
	assert_split(2);
}

/* Entries [from, to) get a line of `git update-index --index-info`. */
static void change(int from, int to, const char *mode, int id)
{
	struct buf command = BUF_INIT;

	buf_addf(&command,
		 "i=%d; while test $i -lt %d; do echo \"%s "
		 "$(printf %%040x %d) 0\tdir$((i / 50))/f$i\"; "
		 "i=$((i + 1)); done | git update-index --index-info",
		 from, to, mode, id);
	shell(command.ptr);
	buf_release(&command);
}

static void reads_changes(unsigned version)
{
	assert_split(version);
	change(1, 4, "100755", 9);
	change(63, 66, "100755", 9);
	change(699, 700, "100755", 9);
	assert_split(version);
	change(10, 13, "0", 0);
	change(192, 193, "0", 0);
	assert_split(version);
	change(700, 800, "100644", 7);
	shell("for i in a dir1/a dir1/zz zz; do "
	      "echo \"100644 $(printf %040x 7) 0\t$i\"; done | "
	      "git update-index --index-info");
	assert_split(version);
	/* Runs of whole words. */
	change(200, 520, "0", 0);
	assert_split(version);
	change(0, 200, "100755", 8);
	assert_split(version);
	/* Deleted there, and here again. */
	change(250, 260, "120000", 6);
	assert_split(version);
	shell("git update-index --skip-worktree dir0/f0 dir0/f4 zz && "
	      "git update-index --assume-unchanged dir0/f5 a");
	assert_split(version == 2 ? 3 : version);
}

static void reads_replaced_and_deleted_entries(void **state)
{
	(void)state;
	make_split();
	reads_changes(2);
}

static void reads_them_in_version_4(void **state)
{
	(void)state;
	make_split();
	/* This joins it. */
	shell("git update-index --index-version 4 && "
	      "git update-index --split-index");
	reads_changes(4);
}

static void reads_conflicts(void **state)
{
	(void)state;
	make_split();
	shell("{ echo \"0 $(printf %040d 0) 0\tdir1/f60\"; for s in 1 2 3; do "
	      "echo \"100644 $(printf %040x $s) $s\tdir1/f60\"; done; } | "
	      "git update-index --index-info");
	assert_split(2);
	shell("git update-index --split-index && echo \"100644 "
	      "$(printf %040x 4) 0\tdir1/f60\" | git update-index "
	      "--index-info");
	assert_split(2);
}

static void reads_one_all_of_whose_entries_are_gone(void **state)
{
	struct index *index;

	(void)state;
	make_split();
	shell("git rm -q -r --cached .");
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->nr, 0);
	index_free(index);
}

static void keeps_the_cache_tree_of_the_joined(void **state)
{
	struct index *index;
	char *tree;
	char hex[OID_HEXSZ + 1];

	(void)state;
	init_repository();
	shell("mkdir a b && echo 1 >a/1 && echo 2 >a/2 && echo 3 >b/3 && "
	      "git add . && git commit -qm one && "
	      "git config splitIndex.maxPercentChange 100 && "
	      "git update-index --split-index && echo 4 >a/4 && rm b/3 && "
	      "git add -A && git commit -qm two");
	index = read_like_git(NULL, ".git/index");
	assert_true(index->split);
	assert_non_null(index->tree);
	assert_int_equal(index->tree->entries, 3);
	tree = shell_line("git rev-parse HEAD:");
	assert_string_equal(oid_hex(&index->tree->oid, hex), tree);
	free(tree);
	index_free(index);
}

static void an_index_no_longer_split_is_none(void **state)
{
	struct index *index;

	(void)state;
	make_split();
	shell("git update-index --no-split-index");
	index = read_like_git(NULL, ".git/index");
	assert_false(index->split);
	assert_int_equal(index->nr, 700);
	index_free(index);
}

static void finds_the_shared_index_of_the_repository(void **state)
{
	struct repository *repo;
	struct index *index;

	(void)state;
	init_repository();
	shell("for i in 1 2 3 4 5; do echo $i >$i; done && git add . && "
	      "git update-index --split-index && cp .git/index elsewhere");
	repo = open_repository();
	index = read_like_git(repo, "elsewhere");
	assert_true(index->split);
	assert_int_equal(index->nr, 5);
	index_free(index);
	repository_free(repo);

	shell("git commit -qm one && git worktree add -q linked && cd linked "
	      "&& "
	      "git update-index --split-index && echo 1 >6 && git add 6");
	assert_int_equal(chdir("linked"), 0);
	repo = open_repository();
	index = read_like_git(repo, repo->index_file);
	assert_true(index->split);
	assert_int_equal(index->nr, 6);
	index_free(index);
	repository_free(repo);
}

static void assert_refused(const char *why)
{
	struct error err = ERROR_INIT;
	struct index *index = NULL;

	assert_int_equal(index_read(&index, NULL, ".git/index", &err),
			 ERR_INVALID);
	assert_non_null(strstr(err.text, why));
	assert_null(index);
	error_release(&err);
}

static void refuses_one_without_its_shared_index(void **state)
{
	(void)state;
	make_split();
	shell("mv .git/sharedindex.* shared");
	assert_refused("sharedindex.");
}

static void refuses_another_shared_index(void **state)
{
	(void)state;
	make_split();
	shell("cp .git/index before && mkdir old && "
	      "mv .git/sharedindex.* old && git read-tree --empty && "
	      "echo x >x && git add x && git update-index --split-index && "
	      "mv .git/sharedindex.* .git/$(cd old && echo sharedindex.*) && "
	      "mv before .git/index");
	assert_refused("is not the shared index");
}

static void refuses_a_damaged_shared_index(void **state)
{
	(void)state;
	make_split();
	shell("f=$(echo .git/sharedindex.*) && chmod u+w $f && "
	      "printf X | dd of=$f bs=1 seek=40 conv=notrunc 2>dd.log");
	assert_refused("wrong checksum");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(reads_one_just_split),
		IN_SCRATCH(reads_replaced_and_deleted_entries),
		IN_SCRATCH(reads_them_in_version_4),
		IN_SCRATCH(reads_conflicts),
		IN_SCRATCH(reads_one_all_of_whose_entries_are_gone),
		IN_SCRATCH(keeps_the_cache_tree_of_the_joined),
		IN_SCRATCH(an_index_no_longer_split_is_none),
		IN_SCRATCH(finds_the_shared_index_of_the_repository),
		IN_SCRATCH(refuses_one_without_its_shared_index),
		IN_SCRATCH(refuses_another_shared_index),
		IN_SCRATCH(refuses_a_damaged_shared_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
