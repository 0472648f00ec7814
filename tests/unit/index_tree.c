#include "git/index.h"

#include "base/alloc.h"
#include "git/tree.h"
#include "index_listing.h"
#include "repo.h"

/* Both say the same, and `tree` says it of every directory. */
static void assert_same_tree(const struct index_tree *tree,
			     const struct index_tree *want)
{
	uint32_t i;

	assert_true(tree->complete);
	assert_int_equal(tree->entries, want->entries);
	assert_true(oid_equal(&tree->oid, &want->oid));
	assert_int_equal(tree->nr_children, want->nr_children);
	for (i = 0; i < tree->nr_children; i++) {
		const struct index_tree *a = &tree->children[i];
		const struct index_tree *b = &want->children[i];

		assert_int_equal(a->name_len, b->name_len);
		assert_memory_equal(a->name, b->name, a->name_len);
		assert_same_tree(a, b);
	}
}

static struct index_tree *update(const struct index_tree *old, const char *rev)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_open();
	struct index_tree *tree = NULL;
	char *hex = says("git rev-parse '%s^{tree}'", rev);
	struct oid top = oid_of(hex);

	assert_ok(index_tree_update(&tree, repo, old, &top, &err), &err);
	repository_free(repo);
	free(hex);
	return tree;
}

/* `old` brought to `rev` is what git makes of the index of `rev`. */
static void assert_updated(const struct index_tree *old, const char *rev)
{
	struct index_tree *tree = update(old, rev);
	struct index *index;

	run("GIT_INDEX_FILE=.git/other git read-tree '%s'", rev);
	index = index_of(NULL, ".git/other");
	assert_non_null(index->tree);
	assert_same_tree(tree, index->tree);
	index_free(index);
	index_tree_free(tree);
}

static void make_history(void)
{
	init_repository();
	/* "bb" is before "c" in a tree, and behind it in a cache tree. */
	run("mkdir -p a/b/c a/d e/f g bb c && echo x >bb/x && echo x >c/x && "
	    "for i in 1 2 3; do echo $i >$i; "
	    "echo $i >a/$i; echo $i >a/b/c/$i; echo $i >a/d/$i; "
	    "echo $i >e/f/$i; echo $i >g/$i; done && echo x >a.b && "
	    "echo x >a-b && git add . && git commit -qm one && git tag one && "
	    "echo changed >a/b/c/2 && echo 4 >a/b/4 && git rm -rq g && "
	    "mkdir -p new/deep/er && echo n >new/deep/er/n && git add . && "
	    "git update-index --add --cacheinfo 160000,$(git rev-parse one),sub"
	    " && git commit -qm two && git tag two && git rm -rq a && "
	    "echo a >a && git add a && git commit -qm three && git tag three");
}

static void is_the_one_that_git_makes(void **state)
{
	static const char *const revs[] = {"one", "two", "three"};
	struct index *index;

	(void)state;
	make_history();
	for (size_t i = 0; i < ARRAY_SIZE(revs); i++) {
		run("git read-tree %s", revs[i]);
		index = index_of(NULL, ".git/index");
		assert_true(index->tree->complete);
		for (size_t j = 0; j < ARRAY_SIZE(revs); j++)
			assert_updated(index->tree, revs[j]);
		index_free(index);
	}
	assert_updated(NULL, "two");
}

static void one_can_be_made_from_one_that_was_made(void **state)
{
	struct index_tree *one, *two;

	(void)state;
	make_history();
	one = update(NULL, "one");
	two = update(one, "two");
	index_tree_free(one);
	assert_updated(two, "two");
	assert_updated(two, "three");
	index_tree_free(two);
	index_tree_free(NULL);
}

static void parts_may_be_invalid(void **state)
{
	struct index *index;

	(void)state;
	make_history();
	run("git read-tree one && echo x >x && git update-index --add x && "
	    "git update-index --force-remove a/b/c/1 && "
	    "git update-index --force-remove g/1 g/2 g/3 && "
	    "git add -N new/deep/er/n 2>&1; :");
	index = index_of(NULL, ".git/index");
	assert_true(index->tree->entries < 0);
	assert_false(index->tree->complete);
	assert_false(index_tree_child(index->tree, "a", 1)->complete);
	assert_true(index_tree_child(index->tree, "e", 1)->complete);
	assert_updated(index->tree, "one");
	assert_updated(index->tree, "two");
	index_free(index);
}

/* git holds no trees below one that a sparse index keeps whole. */
static void a_sparse_directory_is_not_complete(void **state)
{
	struct repository *repo;
	const struct index_tree *tree;
	struct index *index;

	(void)state;
	make_history();
	run("git checkout -q one && "
	    "git sparse-checkout set --cone --sparse-index e");
	repo = repo_open();
	index = read_like_git(repo, ".git/index");
	tree = index_tree_child(index->tree, "a", 1);
	assert_int_equal(tree->entries, 9);
	assert_false(tree->complete);
	assert_false(index->tree->complete);
	assert_true(index_tree_child(index->tree, "e", 1)->complete);
	assert_updated(index->tree, "one");
	assert_updated(index->tree, "two");
	index_free(index);
	repository_free(repo);
}

static void remove_tree(const char *rev)
{
	run("t=$(git rev-parse '%s') && rm -f .git/objects/$(echo $t | "
	    "cut -c1-2)/$(echo $t | cut -c3-)",
	    rev);
}

static void reads_only_trees_that_differ(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct index_tree *tree = NULL;
	struct index *index;
	struct oid top;
	char *hex;

	(void)state;
	make_history();
	run("git read-tree one");
	index = index_of(NULL, ".git/index");
	hex = says("git rev-parse two:");
	top = oid_of(hex);
	free(hex);
	remove_tree("one:a/d");
	remove_tree("one:e/f");
	remove_tree("one:e");
	repo = repo_open();
	assert_ok(index_tree_update(&tree, repo, index->tree, &top, &err),
		  &err);
	assert_int_equal(index_tree_child(tree, "e", 1)->entries, 3);
	index_tree_free(tree);
	assert_error(index_tree_update(&tree, repo, NULL, &top, &err),
		     ERR_NOT_FOUND, &err);
	repository_free(repo);
	index_free(index);
}

static void leaves_empty_directories_out(void **state)
{
	struct index_tree *tree;

	(void)state;
	init_repository();
	run("e=$(git mktree </dev/null) && d=$(printf '040000 tree %%s\\tin\\n'"
	    " $e | git mktree) && b=$(git hash-object -w --stdin </dev/null) &&"
	    " printf '040000 tree %%s\\td\\n040000 tree %%s\\te\\n100644 blob "
	    "%%s\\tf\\n' $d $e $b | git mktree >top && "
	    "git tag top $(cat top) && git tag empty $e && git tag none $d");
	tree = update(NULL, "top");
	assert_int_equal(tree->entries, 1);
	assert_int_equal(tree->nr_children, 0);
	assert_true(tree->complete);
	index_tree_free(tree);
	tree = update(NULL, "empty");
	assert_int_equal(tree->entries, 0);
	index_tree_free(tree);
	tree = update(NULL, "none");
	assert_int_equal(tree->entries, 0);
	assert_int_equal(tree->nr_children, 0);
	index_tree_free(tree);
}

static void write_with_tree(const struct index *index,
			    const struct index_tree *tree)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	assert_ok(index_lock(&lock, ".git/index", NULL, &err), &err);
	assert_ok(index_lock_write(lock, index->entries, index->nr, NULL, 2,
				   true, tree, &err),
		  &err);
	assert_ok(index_lock_commit(lock, NULL, &err), &err);
}

/* As a restore does it: entries of one source, the tree of another. */
static void git_takes_what_was_written(void **state)
{
	static const char *const revs[] = {"two", "three", "one", "none"};
	struct index *index, *old;

	(void)state;
	make_history();
	run("git commit-tree -m none $(git mktree </dev/null) >id && "
	    "git tag none $(cat id) && git read-tree one");
	for (size_t i = 0; i < ARRAY_SIZE(revs); i++) {
		struct index_tree *tree;

		old = index_of(NULL, ".git/index");
		tree = update(old->tree, revs[i]);
		index_free(old);
		run("GIT_INDEX_FILE=.git/other git read-tree %s", revs[i]);
		index = index_of(NULL, ".git/other");
		write_with_tree(index, tree);
		index_free(index);
		index_tree_free(tree);
		old = read_like_git(NULL, ".git/index");
		assert_true(old->tree->complete);
		index_free(old);
		run("git fsck --strict 2>&1 && "
		    "test $(git write-tree) = $(git rev-parse %s^{tree}) && "
		    "git diff-index --cached --exit-code %s",
		    revs[i], revs[i]);
	}
}

/* A directory in a directory, and so on, each the tree before it. */
static void refuses_what_is_nested_too_deep(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_new();
	struct buf raw = BUF_INIT;
	struct pack *pack = NULL;
	struct index_tree *tree = NULL;
	struct oid id;

	(void)state;
	assert_ok(pack_open(&pack, repo, &err), &err);
	assert_ok(pack_add(pack, OBJECT_BLOB, "x", 1, &id, &err), &err);
	tree_add(&raw, MODE_FILE, "d", 1, &id);
	for (int depth = 0; depth < 2100; depth++) {
		assert_ok(pack_add(pack, OBJECT_TREE, raw.ptr, raw.len, &id,
				   &err),
			  &err);
		buf_reset(&raw);
		tree_add(&raw, MODE_TREE, "d", 1, &id);
	}
	assert_ok(pack_finish(pack, &err), &err);
	pack_free(pack);
	assert_error(index_tree_update(&tree, repo, NULL, &id, &err),
		     ERR_INVALID, &err);
	buf_release(&raw);
	repository_free(repo);
}

static void refuses_what_is_no_tree(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_new();
	struct index_tree *tree = NULL;
	char *hex = says("echo x | git hash-object -w --stdin");
	struct oid id = oid_of(hex);

	(void)state;
	assert_error(index_tree_update(&tree, repo, NULL, &id, &err),
		     ERR_INVALID, &err);
	free(hex);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(is_the_one_that_git_makes),
		IN_SCRATCH(one_can_be_made_from_one_that_was_made),
		IN_SCRATCH(parts_may_be_invalid),
		IN_SCRATCH(a_sparse_directory_is_not_complete),
		IN_SCRATCH(reads_only_trees_that_differ),
		IN_SCRATCH(leaves_empty_directories_out),
		IN_SCRATCH(git_takes_what_was_written),
		IN_SCRATCH(refuses_what_is_nested_too_deep),
		IN_SCRATCH(refuses_what_is_no_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
