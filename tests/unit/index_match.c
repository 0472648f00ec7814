#include "git/index.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "git/tree.h"
#include "index_listing.h"

static const struct index_stat_rules all_rules = {true, true, true, true};

/* Replace the entry's stat data, by what this file has. */
static void set_stat(struct arena *arena, struct index_entry *entry,
		     const struct stat *st)
{
	struct index_stat stat;

	index_stat_fill(&stat, st);
	index_entry_fill(entry, arena, entry->path, entry->path_len,
			 index_entry_oid(entry), &stat);
}

/* Files an hour old, so that they are not racy. */
static void make_files(void)
{
	init_repository();
	shell("echo one >file && echo two >exec && chmod +x exec && "
	      "ln -s file link && : >empty && mkdir sub && "
	      "touch -h -d '1 hour ago' file exec link empty && git add . && "
	      "git update-index --add --cacheinfo "
	      "160000,1111111111111111111111111111111111111111,sub");
}

static bool matches(const char *path, const struct index_stat_rules *rules)
{
	struct index *index = index_of(NULL, ".git/index");
	const struct index_entry *entry = index_find(index, path);
	struct stat st;
	bool same;

	assert_non_null(entry);
	same = !lstat(path, &st) &&
	       index_entry_matches(index, entry, &st, rules);
	index_free(index);
	return same;
}

/* The same question to git, which looks at no content here. */
static bool matches_for_git(const char *path, const char *config)
{
	char *command =
		xstrfmt("git -c %s diff-files --name-only -- %s", config, path);
	char *changed = shell_line(command);
	bool same = !*changed;

	free(command);
	free(changed);
	return same;
}

static void files_that_did_not_change_match(void **state)
{
	static const char *const paths[] = {"file", "exec", "link", "empty"};

	(void)state;
	make_files();
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_true(matches(paths[i], &all_rules));
		assert_true(matches_for_git(paths[i], "x.y=z"));
	}
}

/* What is done to "file", and which configuration does not see it. */
static const struct {
	const char *command;
	bool with_minimal, without_ctime, without_mode;
} changes[] = {
	{"echo other >file", false, false, false},
	{"touch file", false, false, false},
	{"chmod +x file", false, false, true},
	{"rm file && ln -s one file", false, false, false},
	{"rm file && mkdir file", false, false, false},
	{"rm file", false, false, false},
	/* The same size and mtime */
	{"touch -r file ref && echo eno >file && touch -r ref file", true, true,
	 false},
	{"cp -p file new && mv new file", true, false, false},
	{"touch -r file ref && echo longer >file && touch -r ref file", false,
	 false, false},
	{"chown 1 file", true, false, false},
	{"chgrp 1 file", true, false, false},
};

static void changes_are_seen_as_git_sees_them(void **state)
{
	static const char *const config[] = {"x.y=z", "core.checkStat=minimal",
					     "core.trustctime=false",
					     "core.fileMode=false"};

	(void)state;
	make_files();
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct index_stat_rules rules[ARRAY_SIZE(config)];
		char *fresh;

		if (geteuid() && !strncmp(changes[i].command, "ch", 2))
			continue;
		/* Each time another hour: git does not look at nanoseconds,
		 * and would keep the entry of a file as old. */
		fresh = xstrfmt("rm -rf file && echo one >file && "
				"touch -d '%zu hours ago' file && git add file",
				i + 2);
		shell(fresh);
		free(fresh);
		assert_true(matches("file", &all_rules));
		shell(changes[i].command);
		for (size_t k = 0; k < ARRAY_SIZE(config); k++)
			rules[k] = all_rules;
		rules[1].check_stat = false;
		rules[2].trust_ctime = false;
		rules[3].trust_mode = false;
		for (size_t k = 0; k < ARRAY_SIZE(config); k++) {
			bool ours = matches("file", &rules[k]);
			bool theirs = matches_for_git("file", config[k]);
			bool by_ctime =
				rules[k].check_stat && rules[k].trust_ctime;

			/* git may miss a ctime within the same second. */
			if (by_ctime ? ours && !theirs : ours != theirs)
				fail_msg("'%s' with %s: %d", changes[i].command,
					 config[k], ours);
		}
		assert_false(matches("file", &rules[0]));
		assert_int_equal(matches("file", &rules[1]),
				 changes[i].with_minimal);
		rules[3].trust_ctime = false;
		assert_int_equal(matches("file", &rules[2]),
				 changes[i].without_ctime);
		assert_int_equal(matches("file", &rules[3]),
				 changes[i].without_ctime ||
					 changes[i].without_mode);
	}
}

/* git mostly does not; a change within one second is seen all the same. */
static void nanoseconds_are_compared_where_both_are_known(void **state)
{
	struct index_stat_rules rules = all_rules;
	struct index *index;
	struct index_entry *entry;
	struct arena arena = ARENA_INIT;
	struct index_stat filled;
	struct stat st;

	(void)state;
	make_files();
	rules.trust_ctime = false;
	shell("touch -d @1200000000.5 file && git add file");
	assert_true(matches("file", &rules));
	shell("touch -d @1200000000.7 file");
	assert_false(matches("file", &rules));
	assert_true(matches_for_git("file", "core.trustctime=false"));
	index = index_of(NULL, ".git/index");
	entry = &index->entries[index_position(index, "file", 4)];
	assert_int_equal(lstat("file", &st), 0);
	filled = index_entry_stat(entry);
	filled.mtime_nsec = 0;
	index_entry_fill(entry, &arena, entry->path, entry->path_len,
			 index_entry_oid(entry), &filled);
	assert_true(index_entry_matches(index, entry, &st, &rules));
	index_free(index);
	arena_release(&arena);
}

static void without_links_a_file_may_be_one(void **state)
{
	struct index_stat_rules rules = all_rules;
	struct index *index;
	struct index_entry *entry;
	struct arena arena = ARENA_INIT;
	struct stat st;

	(void)state;
	make_files();
	rules.has_symlinks = false;
	shell("rm link && printf file >link && touch -d '1 hour ago' link");
	index = index_of(NULL, ".git/index");
	entry = &index->entries[index_position(index, "link", 4)];
	assert_int_equal(lstat("link", &st), 0);
	set_stat(&arena, entry, &st);
	assert_true(index_entry_matches(index, entry, &st, &rules));
	assert_false(index_entry_matches(index, entry, &st, &all_rules));
	index_free(index);
	arena_release(&arena);
}

static void racy_files_do_not_match(void **state)
{
	struct index *index;
	const struct index_entry *entry;

	(void)state;
	make_files();
	assert_true(matches("file", &all_rules));
	shell("touch -r file .git/index");
	assert_false(matches("file", &all_rules));
	index = index_of(NULL, ".git/index");
	entry = index_find(index, "file");
	assert_true(index_entry_is_racy(index, entry));
	assert_true(entry->flags & INDEX_RACY);
	entry = index_find(index, "sub");
	assert_false(index_entry_is_racy(index, entry));
	assert_false(entry->flags & INDEX_RACY);
	index_free(index);
	shell("touch -d '59 minutes ago' .git/index");
	assert_true(matches("file", &all_rules));
}

/* git has found the file changed and racy, and says so by the size. */
static void a_size_of_0_says_nothing(void **state)
{
	(void)state;
	make_files();
	shell("git config core.trustctime false && touch -r file ref && "
	      "echo eno >file && touch -r ref file .git/index && "
	      "echo x >x && git add x");
	assert_false(matches("file", &all_rules));
	shell("test \"$(git ls-files --debug file | grep -o 'size: 0')\"");
	assert_true(matches("empty", &all_rules));
	shell(": >file && touch -r ref file");
	assert_false(matches("file",
			     &(struct index_stat_rules){.has_symlinks = true}));
	assert_false(matches_for_git("file", "core.checkStat=minimal"));
}

static void a_submodule_is_any_directory(void **state)
{
	(void)state;
	make_files();
	assert_true(matches("sub", &all_rules));
	shell("touch -d @1 sub && rmdir sub && echo x >sub");
	assert_false(matches("sub", &all_rules));
}

static void conflicts_and_intents_do_not_match(void **state)
{
	struct index *index;
	struct index_entry *entry;
	struct arena arena = ARENA_INIT;
	struct stat st;

	(void)state;
	make_files();
	shell(": >n && touch -d '1 hour ago' n && git add -N n && "
	      "printf '%s 2\tboth\\n' \"$(git ls-files -s file | cut -c1-47)\" "
	      "| git update-index --index-info");
	index = index_of(NULL, ".git/index");
	assert_string_equal(index->entries[0].path, "both");
	assert_int_equal(lstat("file", &st), 0);
	set_stat(&arena, &index->entries[0], &st);
	assert_false(index_entry_matches(index, &index->entries[0], &st,
					 &all_rules));
	entry = &index->entries[index_position(index, "n", 1)];
	assert_int_equal(lstat("n", &st), 0);
	set_stat(&arena, entry, &st);
	assert_false(index_entry_matches(index, entry, &st, &all_rules));
	entry->flags = 0;
	assert_true(index_entry_matches(index, entry, &st, &all_rules));
	index_free(index);
	arena_release(&arena);
}

/* Flags say what git does about a file, not what it is. */
static void flags_make_no_difference(void **state)
{
	(void)state;
	make_files();
	shell("git update-index --assume-unchanged file && "
	      "git update-index --skip-worktree exec");
	assert_true(matches("file", &all_rules));
	assert_true(matches("exec", &all_rules));
	shell("touch file exec");
	assert_false(matches("file", &all_rules));
	assert_false(matches("exec", &all_rules));
}

static void stat_data_are_filled_as_git_does(void **state)
{
	static const char *const paths[] = {"file", "exec", "link", "empty"};
	struct index_stat filled, said;
	struct index *index;
	struct stat st;

	(void)state;
	make_files();
	index = index_of(NULL, ".git/index");
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct index_entry *entry = index_find(index, paths[i]);

		assert_int_equal(lstat(paths[i], &st), 0);
		index_stat_fill(&filled, &st);
		said = index_entry_stat(entry);
		assert_memory_equal(&filled, &said, sizeof(filled));
	}
	index_free(index);

	/* 0 would say that the size is not known. */
	st.st_size = (off_t)1 << 32;
	index_stat_fill(&filled, &st);
	assert_int_not_equal(filled.size, 0);
	st.st_size++;
	index_stat_fill(&filled, &st);
	assert_int_equal(filled.size, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(files_that_did_not_change_match),
		IN_SCRATCH(changes_are_seen_as_git_sees_them),
		IN_SCRATCH(nanoseconds_are_compared_where_both_are_known),
		IN_SCRATCH(without_links_a_file_may_be_one),
		IN_SCRATCH(racy_files_do_not_match),
		IN_SCRATCH(a_size_of_0_says_nothing),
		IN_SCRATCH(a_submodule_is_any_directory),
		IN_SCRATCH(conflicts_and_intents_do_not_match),
		IN_SCRATCH(flags_make_no_difference),
		IN_SCRATCH(stat_data_are_filled_as_git_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
