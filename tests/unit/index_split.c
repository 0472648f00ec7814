#include "git/index.h"

#include "base/alloc.h"
#include "git/tree.h"
#include "index_listing.h"
#include "index_raw.h"

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

/* An index of `nr` entries on top of a shared one of "a", "b" and "c". */
static void make_by_hand(const struct raw_entry *entries, uint32_t nr,
			 const struct buf *bitmaps)
{
	struct buf raw = BUF_INIT;
	struct oid base;
	char hex[OID_HEXSZ + 1];
	char *path;

	put_head(&raw, 2, 3);
	for (char name[] = "a"; *name <= 'c'; ++*name)
		put_entry(&raw, &(struct raw_entry){name, MODE_FILE, 0, 0});
	put_checksum(&raw, &base);
	path = xstrfmt(".git/sharedindex.%s", oid_hex(&base, hex));
	scratch_write(path, &raw);
	free(path);

	buf_reset(&raw);
	put_head(&raw, 2, nr);
	for (uint32_t i = 0; i < nr; i++)
		put_entry(&raw, &entries[i]);
	buf_addstr(&raw, "link");
	put32(&raw, (uint32_t)(OID_RAWSZ + bitmaps->len));
	buf_add(&raw, base.id, OID_RAWSZ);
	buf_add(&raw, bitmaps->ptr, bitmaps->len);
	put_no_checksum(&raw);
	scratch_write(".git/index", &raw);
	buf_release(&raw);
}

/* git never writes that, and reads it so. */
static void own_entries_come_before_shared_ones(void **state)
{
	static const struct raw_entry own[] = {{"b", MODE_EXEC, 0, 0},
					       {"c", MODE_LINK, 0, 0},
					       {"d", MODE_FILE, 0, 0}};
	struct buf bitmaps = BUF_INIT;
	struct index *index;

	(void)state;
	init_repository();
	put_bitmap(&bitmaps, 1);
	put_bitmap(&bitmaps, 0);
	make_by_hand(own, 3, &bitmaps);
	index = read_like_git(NULL, ".git/index");
	assert_int_equal(index->nr, 3);
	index_free(index);
	buf_release(&bitmaps);
}

static void refuses_bitmaps_that_do_not_fit(void **state)
{
	static const struct raw_entry own[] = {{"", MODE_EXEC, 0, 0},
					       {"", MODE_LINK, 0, 0}};
	static const struct {
		uint64_t deleted, replaced;
		const char *fault;
	} cases[] = {
		{0, 3, NULL},
		{4, 3, NULL},
		{0, 7, "damaged"},
		{1, 3, "damaged"},
		{0, 9, "damaged"},
		{8, 3, "damaged"},
		{0, 1, "1 entries without"},
		{0, 0, "2 entries without"},
	};
	struct buf bitmaps = BUF_INIT;

	(void)state;
	init_repository();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_reset(&bitmaps);
		put_bitmap(&bitmaps, cases[i].deleted);
		put_bitmap(&bitmaps, cases[i].replaced);
		make_by_hand(own, 2, &bitmaps);
		if (cases[i].fault)
			assert_refused(cases[i].fault);
		else
			index_free(read_like_git(NULL, ".git/index"));
	}
	for (size_t len = bitmaps.len - 1; len > 0; len--) {
		buf_setlen(&bitmaps, len);
		make_by_hand(own, 0, &bitmaps);
		assert_refused("damaged");
	}
	buf_release(&bitmaps);
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
		IN_SCRATCH(own_entries_come_before_shared_ones),
		IN_SCRATCH(refuses_bitmaps_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
