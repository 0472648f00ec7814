#include "git/index.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "git/tree.h"
#include "index_listing.h"

static void make_files(void)
{
	init_repository();
	shell("mkdir -p a/b d && for i in 1 2 3 4 5; do echo $i >a/f$i; "
	      "echo $i >a/b/g$i; echo $i >d/$i; done && ln -s to d/link && "
	      "echo x >exec && chmod +x exec && : >empty && git add . && "
	      "git commit -qm one && find . -path ./.git -prune -o "
	      "-exec touch -h -d '1 hour ago' {} + && git update-index -q "
	      "--refresh");
}

static void add_flags_and_conflicts(void)
{
	shell("echo n >n && git add -N n && "
	      "git update-index --assume-unchanged a/f2 a/b/g1 && "
	      "git update-index --skip-worktree a/f3 a/f2 && "
	      "blob=$(git rev-parse HEAD:a/f1) && for s in 1 2 3; do "
	      "echo \"100644 $blob $s\tc/both\"; done | "
	      "git update-index --index-info");
}

static void write_index(const struct index *index, unsigned version,
			bool checksummed, const struct index_tree *tree)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	if (index_lock_write(lock, index->entries, index->nr, index, version,
			     checksummed, tree, &err) < 0)
		fail_msg("%s", err.text);
	if (index_lock_commit(lock, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

/* What git lists is the same before and after, and so is what we read. */
static void round_trip(unsigned version, unsigned written, bool checksummed)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct index *index = index_of(NULL, ".git/index");
	struct index *again;

	listing_by_git(&before, ".git/index");
	write_index(index, version, checksummed, index->tree);
	listing_by_git(&after, ".git/index");
	assert_same_listing(&after, &before);
	again = read_like_git(NULL, ".git/index");
	assert_int_equal(again->version, written);
	assert_int_equal(again->checksummed, checksummed);
	assert_int_equal(!again->tree, !index->tree);
	shell("git status >/dev/null 2>&1");
	index_free(index);
	index_free(again);
	buf_release(&before);
	buf_release(&after);
}

static void writes_what_git_reads(void **state)
{
	(void)state;
	make_files();
	round_trip(2, 2, true);
	round_trip(3, 2, true);
	round_trip(4, 4, true);
	shell("git fsck --strict");
	round_trip(4, 4, false);
	add_flags_and_conflicts();
	round_trip(2, 3, true);
	round_trip(4, 4, true);
	shell("git fsck --strict");
	round_trip(3, 3, false);
}

static void writes_an_index_of_no_entries(void **state)
{
	(void)state;
	init_repository();
	shell("git read-tree --empty");
	round_trip(2, 2, true);
	round_trip(4, 4, true);
}

static void writes_the_same_bytes_as_git(void **state)
{
	static const char *const versions[] = {"2", "4"};
	size_t i;

	(void)state;
	make_files();
	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		char *command = xstrfmt("git update-index --index-version %s "
					"&& git write-tree && "
					"cp .git/index want",
					versions[i]);
		struct index *index;

		shell(command);
		free(command);
		index = index_of(NULL, ".git/index");
		write_index(index, index->version, true, index->tree);
		shell("cmp want .git/index");
		index_free(index);
	}
}

static void add_path(struct buf *info, char letter, int len)
{
	buf_addf(info, "100644 %040d 0\t", 1);
	while (len--)
		buf_addch(info, letter);
	buf_addch(info, '\n');
}

static void writes_long_paths(void **state)
{
	struct buf info = BUF_INIT;
	int len;

	(void)state;
	init_repository();
	for (len = 4090; len < 4100; len++)
		add_path(&info, 'p', len);
	/* Of each path, version 4 says how long the one before it was. */
	add_path(&info, 'q', 20000);
	add_path(&info, 'r', 16511);
	add_path(&info, 's', 16512);
	add_path(&info, 't', 127);
	add_path(&info, 'u', 128);
	add_path(&info, 'v', 1);
	scratch_write("info", &info);
	shell("git update-index --index-info <info");
	round_trip(2, 2, true);
	round_trip(4, 4, true);
	buf_release(&info);
}

static void writes_an_expanded_index(void **state)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct repository *repo;
	struct index *index;

	(void)state;
	make_files();
	shell("git sparse-checkout set --cone --sparse-index d");
	listing_by_git(&before, ".git/index");
	repo = open_repository();
	index = index_of(repo, ".git/index");
	assert_true(index->sparse);
	assert_non_null(index->tree);
	write_index(index, 2, true, index->tree);
	index_free(index);
	listing_by_git(&after, ".git/index");
	assert_same_listing(&after, &before);
	index = read_like_git(NULL, ".git/index");
	assert_false(index->sparse);
	/* The tree of "a" was without those below. */
	assert_non_null(index->tree);
	assert_true(index->tree->entries < 0);
	assert_true(index_tree_child(index->tree, "a", 1)->entries < 0);
	assert_int_equal(index_tree_child(index->tree, "d", 1)->entries, 6);
	index_free(index);
	shell("test -z \"$(git status --porcelain)\" && git fsck --strict && "
	      "test $(git write-tree) = $(git rev-parse HEAD:)");
	repository_free(repo);
	buf_release(&before);
	buf_release(&after);
}

static void joins_a_split_index(void **state)
{
	(void)state;
	make_files();
	shell("git update-index --split-index && echo 2 >new && "
	      "touch -d '1 hour ago' new && git add new");
	round_trip(2, 2, true);
	shell("rm .git/sharedindex.* && git fsck --strict && git ls-files");
}

static void drops_what_is_unsure_from_the_cache_tree(void **state)
{
	struct index_tree top, a, *child;
	struct index *index, *again;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	top = *index->tree;
	top.children = &a;
	top.nr_children = 1;
	a = *index_tree_child(index->tree, "a", 1);
	write_index(index, 2, true, &top);
	again = index_of(NULL, ".git/index");
	assert_true(again->tree->entries < 0);
	child = index_tree_child(again->tree, "a", 1);
	assert_int_equal(child->entries, 10);
	child = index_tree_child(child, "b", 1);
	assert_int_equal(child->entries, 5);
	index_free(again);
	shell("test $(git write-tree) = $(git rev-parse HEAD:)");
	index_free(index);
}

static void assert_not_written(const struct index *index, size_t nr,
			       const struct index_tree *tree, const char *why)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	assert_int_equal(index_lock_write(lock, index->entries, nr, index, 2,
					  true, tree, &err),
			 ERR_INVALID);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	error_release(&err);
	index_lock_rollback(lock);
	assert_int_not_equal(access(".git/index.lock", F_OK), 0);
	assert_true(index_file_unchanged(index, ".git/index"));
}

static void refuses_what_is_no_index(void **state)
{
	struct index *index;
	struct index_entry *entries, saved;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	assert_not_written(index, index->nr - 1, index->tree, "cache tree");
	entries = index->entries;
	saved = entries[1];
	entries[1] = entries[0];
	assert_not_written(index, index->nr, NULL, "twice");
	entries[1] = entries[2];
	entries[2] = saved;
	assert_not_written(index, index->nr, NULL, "out of order");
	entries[2] = entries[1];
	entries[1] = saved;
	entries[1].mode = MODE_TREE;
	assert_not_written(index, index->nr, NULL, "directory");
	entries[1].path = "a/dir/";
	entries[1].path_len = 6;
	entries[1].flags = INDEX_SKIP_WORKTREE;
	assert_not_written(index, 2, NULL, "is a directory");
	entries[1] = saved;
	entries[1].mode = 0100664;
	assert_not_written(index, index->nr, NULL, "mode");
	entries[1] = saved;
	entries[1].path_len++;
	assert_not_written(index, 2, NULL, "NUL");
	entries[1] = saved;
	entries[0].path = "../x";
	entries[0].path_len = 4;
	assert_not_written(index, 1, NULL, "'..'");
	entries[0].path = "/x";
	entries[0].path_len = 2;
	assert_not_written(index, 1, NULL, "empty path component");
	index_free(index);
}

/* A change that only reading the content shows; ctime is not looked at. */
#define CHANGE_UNSEEN                                                          \
	"git config core.trustctime false && git config core.checkstat "       \
	"minimal && touch -r a/f1 ref && echo X >a/f1 && touch -r ref a/f1 "   \
	"&& rm ref"

static void git_need_not_read_the_files_again(void **state)
{
	struct index *index;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	write_index(index, 2, true, index->tree);
	index_free(index);
	shell(CHANGE_UNSEEN " && test -z \"$(git status --porcelain)\"");
}

static void git_reads_files_again_that_were_racy(void **state)
{
	struct index *index;
	size_t i;

	(void)state;
	make_files();
	shell(CHANGE_UNSEEN " && touch -r a/f1 .git/index");
	index = index_of(NULL, ".git/index");
	for (i = 0; i < index->nr; i++)
		assert_true(index->entries[i].flags & INDEX_RACY);
	/* The new file is an hour younger. */
	write_index(index, 2, true, index->tree);
	index_free(index);
	shell("test \"$(git status --porcelain)\" = ' M a/f1'");
}

static void the_lock_is_gits(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL, *other = NULL;

	(void)state;
	make_files();
	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	assert_string_equal(index_lock_path(lock), ".git/index.lock");
	shell("! git add a 2>/dev/null");
	assert_int_equal(index_lock(&other, ".git/index", NULL, &err),
			 ERR_LOCKED);
	assert_non_null(strstr(err.text, "'.git/index.lock'"));
	assert_non_null(err.hints);
	error_release(&err);
	index_lock_rollback(lock);
	shell("git add a");
	index_lock_rollback(NULL);
}

static void a_lock_is_known_by_its_token(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL, *killed = NULL;

	(void)state;
	make_files();
	assert_int_equal(index_lock(&lock, ".git/index", "token", &err), 0);
	shell("test token -ef .git/index.lock");
	index_lock_rollback(lock);
	shell("test ! -e token && test ! -e .git/index.lock");

	assert_int_equal(index_lock(&killed, ".git/index", "token", &err), 0);
	/* It is another index's lock. */
	assert_int_equal(index_lock_sweep(".git/other", "token", &err), 0);
	shell("test token -ef .git/index.lock");
	/* A second one goes without. */
	assert_int_equal(index_lock(&lock, ".git/other", "token", &err), 0);
	shell("test -e .git/other.lock && test token -ef .git/index.lock");
	index_lock_rollback(lock);
	shell("test token -ef .git/index.lock");
	assert_int_equal(index_lock_sweep(".git/index", "token", &err), 0);
	shell("test ! -e token && test ! -e .git/index.lock");
	assert_int_equal(index_lock_sweep(".git/index", "token", &err), 0);

	/* Somebody else's lock by now. */
	shell("touch token .git/index.lock");
	assert_int_equal(index_lock_sweep(".git/index", "token", &err), 0);
	shell("test ! -e token && test -e .git/index.lock");
	index_lock_rollback(killed);
}

static void a_dropped_token_leaves_the_lock(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	(void)state;
	make_files();
	assert_int_equal(index_lock(&lock, ".git/index", "token", &err), 0);
	index_lock_drop_token(lock);
	shell("test ! -e token && test -e .git/index.lock && "
	      "touch token");
	index_lock_rollback(lock);
	shell("test -e token && test ! -e .git/index.lock");
}

static void takes_no_lock_where_there_is_no_directory(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	(void)state;
	assert_int_equal(index_lock(&lock, "none/index", NULL, &err),
			 ERR_NOT_FOUND);
	error_release(&err);
}

static void commits_nothing_that_was_not_written(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	(void)state;
	make_files();
	shell("cp .git/index before");
	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	assert_int_equal(index_lock_commit(lock, NULL, &err), ERR_FAILED);
	error_release(&err);
	shell("cmp before .git/index && test ! -e .git/index.lock");
}

/* git renames its own new file over the one that it was given. */
static void git_may_work_on_the_lock_file(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;
	struct index *index;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	assert_int_equal(index_lock_write(lock, index->entries, index->nr, NULL,
					  2, true, NULL, &err),
			 0);
	shell("GIT_INDEX_FILE=.git/index.lock git rm -q --cached a/f1");
	assert_int_equal(index_lock_commit(lock, NULL, &err), 0);
	index_free(index);
	index = read_like_git(NULL, ".git/index");
	assert_null(index_find(index, "a/f1"));
	assert_non_null(index_find(index, "a/f2"));
	index_free(index);
}

static void a_link_to_the_index_stays(void **state)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;
	struct index *index;

	(void)state;
	make_files();
	shell("mkdir far && mv .git/index far/real && "
	      "ln -s real far/near && ln -s ../far/near .git/index");
	index = index_of(NULL, ".git/index");
	assert_int_equal(index_lock(&lock, ".git/index", NULL, &err), 0);
	assert_int_equal(access("far/real.lock", F_OK), 0);
	assert_int_equal(index_lock_write(lock, index->entries, 1, NULL, 2,
					  true, NULL, &err),
			 0);
	assert_int_equal(index_lock_commit(lock, NULL, &err), 0);
	shell("test -L .git/index && test -L far/near && "
	      "test $(git ls-files | wc -l) = 1");
	index_free(index);

	shell("ln -s loop .git/loop");
	assert_int_equal(index_lock(&lock, ".git/loop", NULL, &err),
			 ERR_FAILED);
	error_release(&err);
}

static void permissions_are_gits(void **state)
{
	struct index *index;
	struct stat st;
	mode_t old;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	old = umask(027);
	write_index(index, 2, true, NULL);
	umask(old);
	assert_int_equal(stat(".git/index", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	index_free(index);
}

/* Enough for a thread that sums up, and for pieces of every kind. */
static struct index *many_entries(void)
{
	init_repository();
	shell("blob=$(git hash-object -w -t blob /dev/null) && "
	      "awk -v blob=$blob 'BEGIN { for (i = 10000; i < 40000; i++) "
	      "print \"100644 blob \" blob \"\\td\" int(i / 100) \"/f\" i }' | "
	      "git update-index --index-info && git write-tree >/dev/null");
	return index_of(NULL, ".git/index");
}

static void write_from(const struct index *index, const struct index *from,
		       const struct index_entry *entries, size_t nr,
		       unsigned version)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;

	assert_int_equal(index_lock(&lock, ".git/other", NULL, &err), 0);
	if (index_lock_write(lock, entries, nr, from, version, true,
			     nr == index->nr ? index->tree : NULL, &err) < 0 ||
	    index_lock_commit(lock, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

/* What is copied from a file is what would have been made. */
static void copies_what_lies_in_a_file(void **state)
{
	struct index_entry *entries;
	struct arena arena = ARENA_INIT;
	struct index_stat stat = {.ctime_sec = 1 << 24};
	struct index *index;
	size_t nr;

	(void)state;
	index = many_entries();
	nr = index->nr;
	write_from(index, index, index->entries, nr, 2);
	shell("cmp .git/index .git/other");
	entries = xmemdup(index->entries, nr * sizeof(*entries));
	for (unsigned version = 2; version <= 4; version += 2) {
		for (size_t i = 0; i < nr; i += i < 500 ? 3 : 4999)
			index_entry_fill(&entries[i], &arena, entries[i].path,
					 entries[i].path_len,
					 index_entry_oid(&entries[0]), &stat);
		entries[20000].flags |= INDEX_ASSUME_UNCHANGED;
		entries[20001].flags |= INDEX_SKIP_WORKTREE;
		entries[20002].flags |= INDEX_RACY;
		entries[20003].mode = MODE_EXEC;
		write_from(index, NULL, entries, nr, version);
		shell("cp .git/other want");
		write_from(index, index, entries, nr, version);
		shell("cmp want .git/other");
	}
	/* Without one, its neighbours are none. */
	memmove(&entries[7000], &entries[7001], (nr - 7001) * sizeof(*entries));
	write_from(index, NULL, entries, nr - 1, 2);
	shell("cp .git/other want");
	write_from(index, index, entries, nr - 1, 2);
	shell("cmp want .git/other && cp .git/other .git/index && "
	      "test $(git ls-files | wc -l) = 29999");
	free(entries);
	arena_release(&arena);
	index_free(index);
}

static void refuses_the_wrong_order_of_what_lies_in_a_file(void **state)
{
	struct index_entry swap;
	struct index *index;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	swap = index->entries[4];
	index->entries[4] = index->entries[5];
	index->entries[5] = swap;
	assert_not_written(index, index->nr, NULL, "is out of order");
	index->entries[4] = swap;
	assert_not_written(index, index->nr, NULL, "is there twice");
	index->entries[4].mode = 0100600;
	assert_not_written(index, index->nr, NULL, "has an unknown mode");
	index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(writes_what_git_reads),
		IN_SCRATCH(writes_an_index_of_no_entries),
		IN_SCRATCH(writes_the_same_bytes_as_git),
		IN_SCRATCH(writes_long_paths),
		IN_SCRATCH(copies_what_lies_in_a_file),
		IN_SCRATCH(refuses_the_wrong_order_of_what_lies_in_a_file),
		IN_SCRATCH(writes_an_expanded_index),
		IN_SCRATCH(joins_a_split_index),
		IN_SCRATCH(drops_what_is_unsure_from_the_cache_tree),
		IN_SCRATCH(refuses_what_is_no_index),
		IN_SCRATCH(git_need_not_read_the_files_again),
		IN_SCRATCH(git_reads_files_again_that_were_racy),
		IN_SCRATCH(the_lock_is_gits),
		IN_SCRATCH(a_lock_is_known_by_its_token),
		IN_SCRATCH(a_dropped_token_leaves_the_lock),
		IN_SCRATCH(takes_no_lock_where_there_is_no_directory),
		IN_SCRATCH(commits_nothing_that_was_not_written),
		IN_SCRATCH(git_may_work_on_the_lock_file),
		IN_SCRATCH(a_link_to_the_index_stays),
		IN_SCRATCH(permissions_are_gits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
