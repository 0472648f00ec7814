#include "git/index.h"

#include "git/index_seen.h"
#include "repo.h"

static const char path[] = ".git/index";

static void read_whole(struct index **out)
{
	struct error err = ERROR_INIT;

	assert_ok(index_read(out, NULL, path, &err), &err);
}

static void make_files(const char *version)
{
	char *config = xstrfmt("git config index.version %s", version);

	run("%s", config);
	run("mkdir -p a/b && for i in 1 2 3 4 5; do echo $i >a/$i; "
	    "echo $i >a/b/$i; echo $i >$i; done && chmod 755 a/3");
	run("git add -A && sleep 0.1");
	free(config);
}

static void assert_same_entry(const struct index_entry *a,
			      const struct index_entry *b)
{
	const struct index_stat x = index_entry_stat(a);
	const struct index_stat y = index_entry_stat(b);

	assert_string_equal(a->path, b->path);
	assert_int_equal(a->path_len, b->path_len);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->flags, b->flags);
	assert_true(oid_equal(index_entry_oid(a), index_entry_oid(b)));
	assert_memory_equal(&x, &y, sizeof(x));
}

/* Every third, and the one behind it. */
static size_t choose(const struct index *whole, struct index_run *runs)
{
	size_t nr = 0;

	for (size_t at = 0; at + 1 < whole->nr; at += 3) {
		struct index_run next = index_run_of(whole, at + 1);

		runs[nr] = index_run_of(whole, at);
		assert_int_equal(runs[nr].offset + runs[nr].len, next.offset);
		runs[nr].len += next.len;
		runs[nr++].nr += next.nr;
	}
	return nr;
}

static void test_parts_are_those_of_the_whole(void **state)
{
	struct repository *repo = repo_new();
	struct index *whole = NULL, *part;
	struct index_run runs[16];
	struct index_seen seen;
	size_t nr;

	(void)state;
	make_files("2");
	read_whole(&whole);
	assert_true(index_is_plain(whole));
	nr = choose(whole, runs);
	index_seen_fill(&seen, &whole->file);
	part = index_read_part(path, &seen, whole->version, runs, nr);
	assert_non_null(part);
	assert_int_equal(part->nr, nr * 2);
	for (size_t i = 0; i < part->nr; i++)
		assert_same_entry(&part->entries[i],
				  &whole->entries[i / 2 * 3 + i % 2]);
	index_free(part);
	/* None of it is an index, too. */
	part = index_read_part(path, &seen, whole->version, NULL, 0);
	assert_non_null(part);
	assert_int_equal(part->nr, 0);
	index_free(part);
	index_free(whole);
	repository_free(repo);
}

static void test_what_does_not_fit_is_refused(void **state)
{
	struct repository *repo = repo_new();
	struct index *whole = NULL;
	struct index_run good[16], bad;
	struct index_seen seen;
	size_t nr;

	(void)state;
	make_files("2");
	read_whole(&whole);
	nr = choose(whole, good);
	index_seen_fill(&seen, &whole->file);
	bad = good[0];
	bad.offset += 8;
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	bad = good[0];
	bad.nr++;
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	bad = good[0];
	bad.len -= 8;
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	bad = good[nr - 1];
	bad.offset += 1 << 20;
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	/* In another order than theirs. */
	bad = good[0];
	good[0] = good[1];
	good[1] = bad;
	assert_null(index_read_part(path, &seen, 2, good, nr));
	/* Another file. */
	seen.inode++;
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	run("rm .git/index");
	assert_null(index_read_part(path, &seen, 2, &bad, 1));
	index_free(whole);
	repository_free(repo);
}

static void assert_not_plain(const char *command)
{
	struct index *index = NULL;

	run("%s", command);
	run("sleep 0.1");
	read_whole(&index);
	assert_false(index_is_plain(index));
	index_free(index);
}

static void test_other_forms_have_no_parts(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	make_files("4");
	assert_not_plain("true");
	assert_not_plain("git update-index --index-version 2 && "
			 "git update-index --skip-worktree a/1");
	assert_not_plain("git update-index --no-skip-worktree a/1 && "
			 "git update-index --assume-unchanged 1");
	assert_not_plain("git update-index --no-assume-unchanged 1 && "
			 "echo 6 >6 && git add -N 6");
	assert_not_plain("git add 6 && git update-index --split-index");
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_parts_are_those_of_the_whole),
		IN_SCRATCH(test_what_does_not_fit_is_refused),
		IN_SCRATCH(test_other_forms_have_no_parts),
	};

	return cmocka_run_group_tests_name("index part", tests, NULL, NULL);
}
