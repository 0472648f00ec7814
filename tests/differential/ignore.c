/*
 * Our reading of ignore rules against git's, on random repositories.
 *
 *	build/tests/differential/ignore [<seconds> [<seed>]]
 */
#include "worktree/ignore.h"

#include <dirent.h>

#include "random_worktree.h"
#include "worktree/dir.h"

static const struct random_kind kind = {
	.name = ".gitignore",
	.user = "ignore",
	.key = "excludesFile",
	.info = "repo/.git/info/exclude",
	.line = random_pattern,
};

static struct random_run run;

/* `git check-ignore` against ignore_path(). Returns how many were compared. */
static size_t compare_questions(struct random_worktree *tree,
				struct ignore *ignore, uint64_t seed)
{
	const char *const argv[] = {"check-ignore",
				    "-z",
				    "-v",
				    "-n",
				    "--stdin",
				    tree->index->nr ? NULL : "--no-index",
				    NULL};
	struct buf input = BUF_INIT, out = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t pos = 0, answered = 0;

	for (size_t i = 0; i < tree->asked.nr; i++)
		buf_add(&input, tree->asked.items[i],
			strlen(tree->asked.items[i]) + 1);
	git_must(tree->repo, argv, &input, &out);
	for (size_t i = 0; i < tree->asked.nr; i++) {
		const char *field[4];
		struct stat st;
		bool theirs, is_dir;
		int ours;

		for (size_t k = 0; k < 4; k++) {
			assert_true(pos < out.len);
			field[k] = out.ptr + pos;
			pos += strlen(field[k]) + 1;
		}
		assert_string_equal(field[3], tree->asked.items[i]);
		/* With an index, no answer may mean that something is tracked;
		 * without one, git cannot read rules from it. */
		if (!field[0][0] && tree->index->nr)
			continue;
		answered++;
		theirs = field[0][0] && field[2][0] != '!';
		is_dir = !fstatat(tree->top_fd, field[3], &st,
				  AT_SYMLINK_NOFOLLOW) &&
			 S_ISDIR(st.st_mode);
		ours = ignore_path(ignore, tree->top_fd, field[3], is_dir,
				   &err);
		if (ours != theirs)
			fail_msg("seed %ju: '%s'%s: git %d by %s:%s:'%s', "
				 "ours %d",
				 (uintmax_t)seed, field[3], is_dir ? "/" : "",
				 theirs, field[0], field[1], field[2], ours);
	}
	assert_int_equal(pos, out.len);
	buf_release(&input);
	buf_release(&out);
	return answered;
}

/* Also in a conflict, where there is no stage 0. */
static bool is_tracked(const struct index *index, const struct buf *path)
{
	size_t at = index_position(index, path->ptr, path->len);

	return at < index->nr && !strcmp(index->entries[at].path, path->ptr);
}

static void walk(struct random_worktree *tree, struct ignore *ignore,
		 struct ignore_level *parent, const char *dir,
		 struct strlist *out)
{
	struct error err = ERROR_INIT;
	int fd = dir_open(tree->top_fd, dir);
	struct ignore_level *level;
	struct buf path = BUF_INIT;
	bool has_file = false;
	struct dirent *entry;
	DIR *stream;

	must(fd >= 0, dir);
	stream = fdopendir(dup(fd));
	while ((entry = readdir(stream)))
		has_file |= !strcmp(entry->d_name, ".gitignore");
	level = parent ? ignore_push(ignore, parent, dir, fd, has_file, &err)
		       : ignore_top(ignore, fd, &err);
	assert_non_null(level);
	rewinddir(stream);
	while ((entry = readdir(stream))) {
		bool is_dir = entry->d_type == DT_DIR;

		if (!strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") ||
		    !strcmp(entry->d_name, ".git"))
			continue;
		buf_reset(&path);
		buf_addf(&path, "%s%s", dir, entry->d_name);
		if ((!is_dir && is_tracked(tree->index, &path)) ||
		    ignore_check(level, path.ptr, path.len, is_dir) ==
			    IGNORE_EXCLUDED)
			continue;
		if (is_dir) {
			buf_addch(&path, '/');
			walk(tree, ignore, level, path.ptr, out);
		} else {
			strlist_add(out, path.ptr);
		}
	}
	closedir(stream);
	close(fd);
	buf_release(&path);
}

/* `git ls-files -o` against a walk of our own. */
static size_t compare_walks(struct random_worktree *tree, struct ignore *ignore,
			    uint64_t seed)
{
	static const char *const argv[] = {"ls-files", "-o", "-z",
					   "--exclude-standard", NULL};
	struct strlist ours = STRLIST_INIT, theirs = STRLIST_INIT;
	struct buf out = BUF_INIT;

	git_must(tree->repo, argv, NULL, &out);
	for (size_t pos = 0; pos < out.len; pos += strlen(out.ptr + pos) + 1)
		strlist_add(&theirs, out.ptr + pos);
	walk(tree, ignore, NULL, "", &ours);
	strlist_sort(&theirs);
	strlist_sort(&ours);
	for (size_t i = 0; i < ours.nr || i < theirs.nr; i++) {
		const char *a = i < ours.nr ? ours.items[i] : "(end)";
		const char *b = i < theirs.nr ? theirs.items[i] : "(end)";

		if (strcmp(a, b) != 0)
			fail_msg("seed %ju: ls-files has '%s' where we have "
				 "'%s'",
				 (uintmax_t)seed, b, a);
	}
	strlist_release(&ours);
	strlist_release(&theirs);
	buf_release(&out);
	return tree->paths.nr;
}

static size_t compare_all(struct random_worktree *tree, uint64_t seed)
{
	struct error err = ERROR_INIT;
	struct ignore *ignore = NULL;
	size_t cases;

	if (ignore_open(&ignore, tree->repo, tree->index, &err) < 0)
		fail_msg("seed %ju: %s", (uintmax_t)seed, err.text);
	cases = compare_questions(tree, ignore, seed);
	cases += compare_walks(tree, ignore, seed);
	ignore_free(ignore);
	random_worktree_release(tree);
	return cases;
}

static size_t compare_repository(uint64_t seed)
{
	struct random_worktree tree;

	random_worktree_make(&tree, &kind, seed);
	return compare_all(&tree, seed);
}

static size_t compare_shelves(uint64_t seed)
{
	struct random_worktree tree;

	random_shelves_make(&tree, &kind, seed);
	return compare_all(&tree, seed);
}

static void repositories_agree_with_git(void **state)
{
	(void)state;
	random_rounds(&run, compare_repository);
}

static void patterns_agree_with_git(void **state)
{
	(void)state;
	random_rounds(&run, compare_shelves);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest kept[] = {
		cmocka_unit_test_setup(repositories_agree_with_git,
				       scratch_enter),
		cmocka_unit_test_setup(patterns_agree_with_git, scratch_enter),
	};
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(repositories_agree_with_git),
		IN_SCRATCH(patterns_agree_with_git),
	};

	run = random_run(argc, argv);
	return run.one ? cmocka_run_group_tests(kept, NULL, NULL)
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
