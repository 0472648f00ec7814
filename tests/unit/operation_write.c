#include "operations.h"

#include <fcntl.h>
#include <signal.h>

#include "git/object.h"
#include "git/pack.h"
#include "git/tree.h"

/* Every file of an operation, by git's documentation and not by our list. */
#define STATE_FILES                                                            \
	".git/MERGE_* .git/*_HEAD .git/AUTO_MERGE .git/SQUASH_MSG "            \
	".git/BISECT_* .git/rebase-merge .git/rebase-apply .git/sequencer"

/* The operation of the repository ./`dir`. */
static void read_operation(const char *dir, struct operation *out)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	assert_int_equal(chdir(dir), 0);
	repo = repo_open();
	assert_ok(operation_read(repo, out, &err), &err);
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
}

/* Make it the operation of ./`dir`. */
static int replace_operation(const char *dir, const struct operation *before,
			     const struct operation *after, struct error *err)
{
	struct repository *repo;
	int ret;

	assert_int_equal(chdir(dir), 0);
	repo = repo_open();
	ret = before ? operation_replace(repo, before, after, err)
		     : operation_write(repo, after, err);
	repository_free(repo);
	assert_int_equal(chdir(".."), 0);
	return ret;
}

static void write_operation(const char *dir, const struct operation *operation)
{
	struct error err = ERROR_INIT;

	assert_ok(replace_operation(dir, NULL, operation, &err), &err);
}

/* -- what git makes of it ---------------------------------------------- */

/* The same command in both; all that git has is the same afterwards. */
static void check_next(const char *next)
{
	run("rm -rf want got; cp -a one want; cp -a two got; "
	    "for d in want got; do (cd $d && { { %s; } >../$d.log 2>&1; "
	    "echo $? >>../$d.log; git status --porcelain >>../$d.log; }); "
	    "done; :",
	    next);
	assert_says("", "diff want.log got.log 2>&1; "
			"diff -r -x index -x checkpoint.d want got 2>&1");
}

static void check_scenario(const struct scenario *scenario)
{
	struct operation operation;

	scenario_start(scenario, "one");
	read_operation("one", &operation);
	/* Something else is under way in the other: it goes. */
	run("rm -rf two; cp -a one two; cd two; rm -rf " STATE_FILES "; "
	    "if [ -e ../one/.git/FETCH_HEAD ]; then "
	    "cp -p ../one/.git/FETCH_HEAD .git/; fi; "
	    "mkdir -p .git/sequencer/a .git/rebase-merge/rewritten; "
	    "for f in BISECT_LOG MERGE_HEAD MERGE_RR sequencer/a/b "
	    "rebase-merge/rewritten/x; do echo old >.git/$f; done");
	write_operation("two", &operation);
	assert_says("", "diff -r -x checkpoint.d one two 2>&1");
	for (size_t i = 0; i < ARRAY_SIZE(scenario->next); i++)
		if (scenario->next[i])
			check_next(scenario->next[i]);
	operation_release(&operation);
}

static void git_goes_on_where_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		print_message("# %s\n", scenarios[i].title);
		check_scenario(&scenarios[i]);
	}
}

/* -- gc ---------------------------------------------------------------- */

/* A commit that holds what the operation names, as a checkpoint does. */
static char *hold(struct repository *repo, const struct operation *operation)
{
	struct tree_builder *builder = tree_builder_new();
	struct error err = ERROR_INIT;
	struct buf command = BUF_INIT;
	char hex[OID_HEXSZ + 1], *commit;
	struct pack *pack;
	struct oid tree;

	assert_ok(pack_open(&pack, repo, &err), &err);
	assert_ok(operation_hold(repo, operation, pack, builder, &err), &err);
	assert_ok(tree_builder_write(builder, pack, &tree, &err), &err);
	assert_ok(pack_finish(pack, &err), &err);
	pack_free(pack);
	tree_builder_free(builder);
	buf_addf(&command, "git commit-tree -m state %s", oid_hex(&tree, hex));
	for (size_t i = 0; i < operation->nr_commits; i++)
		buf_addf(&command, " -p %s",
			 oid_hex(&operation->commits[i], hex));
	commit = says("%s", command.ptr);
	buf_release(&command);
	return commit;
}

/* All ids in the files, found by another program, that are there. */
#define IDS                                                                    \
	"grep -aohrE '[0-9a-f]{40}' " STATE_FILES " 2>/dev/null | sort -u | "  \
	"git cat-file --batch-check | grep -v -e missing -e ' tag ' || :"

static void check_kept(const struct scenario *scenario)
{
	struct operation operation;
	struct repository *repo;
	char *before, *after, *commit;

	scenario_start(scenario, "one");
	read_operation("one", &operation);
	assert_int_equal(chdir("one"), 0);
	before = says("cp -a .git/*_HEAD .. 2>/dev/null; %s", IDS);
	repo = repo_open();
	commit = hold(repo, &operation);
	repository_free(repo);
	/* Keep the files elsewhere, the objects nowhere else. */
	run("mkdir ../kept; mv " STATE_FILES " ../kept 2>/dev/null; "
	    "git checkout -qf --orphan empty && git rm -rqf --cached . && "
	    "git for-each-ref --format='delete %%(refname)' | "
	    "git update-ref --stdin && rm -rf .git/logs .git/refs/bisect "
	    ".git/refs/rewritten && git update-ref refs/checkpoints/s/1 %s && "
	    "git fsck --strict >../fsck.log 2>&1 && "
	    "git -c gc.pruneExpire=now gc -q --prune=now",
	    commit);
	run("mv ../kept/* .git/ 2>/dev/null; rmdir ../kept");
	after = says("%s", IDS);
	assert_string_equal(before, after);
	if (scenario->name)
		assert_string_not_equal(before, "");
	assert_int_equal(chdir(".."), 0);
	operation_release(&operation);
	free(before);
	free(after);
	free(commit);
}

static void what_it_names_outlives_gc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		print_message("# %s\n", scenarios[i].title);
		check_kept(&scenarios[i]);
	}
}

/* -- what is there already --------------------------------------------- */

static const struct scenario *scenario_of(const char *title)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (!strcmp(scenarios[i].title, title))
			return &scenarios[i];
	fail_msg("no scenario '%s'", title);
	return NULL;
}

/* A rebase in ./one, a merge in ./two. */
static void start_two(struct operation *rebase, struct operation *merge)
{
	scenario_start(scenario_of("merge"), "two");
	scenario_start(scenario_of("rebase"), "one");
	read_operation("one", rebase);
	read_operation("two", merge);
}

#define LIST_ALL                                                               \
	"find .git -path .git/checkpoint.d -prune -o -printf "                 \
	"'%%p %%i %%s %%T@ %%l\\n' | sort"

/* The write fails with `code`, and nothing in ./two/.git has changed. */
static void check_refused(const char *set_up, const struct operation *before,
			  const struct operation *after, enum error_code code)
{
	struct error err = ERROR_INIT;
	char *was, *is;

	run("rm -rf two; cp -a one two; cd two; %s", set_up);
	was = says("cd two; " LIST_ALL);
	assert_error(replace_operation("two", before, after, &err), code, &err);
	is = says("cd two; " LIST_ALL);
	assert_string_equal(was, is);
	free(was);
	free(is);
}

static void a_lock_or_link_is_left_alone(void **state)
{
	struct operation rebase, merge;

	(void)state;
	start_two(&rebase, &merge);
	run("mkdir elsewhere; echo precious >elsewhere/done");
	check_refused("touch .git/MERGE_HEAD.lock", NULL, &merge, ERR_LOCKED);
	check_refused("touch .git/rebase-merge.lock", NULL, &merge, ERR_LOCKED);
	check_refused("touch .git/rebase-merge/git-rebase-todo.lock", NULL,
		      &merge, ERR_LOCKED);
	check_refused("ln -s ../../elsewhere/done .git/MERGE_HEAD", NULL,
		      &merge, ERR_REFUSED);
	check_refused("ln -s nowhere .git/MERGE_HEAD", NULL, &merge,
		      ERR_REFUSED);
	check_refused("rm -r .git/rebase-merge; "
		      "ln -s ../../elsewhere .git/rebase-merge",
		      NULL, &merge, ERR_REFUSED);
	check_refused("ln -s ../../../elsewhere .git/rebase-merge/rewritten",
		      NULL, &merge, ERR_REFUSED);
	check_refused("mkdir .git/MERGE_HEAD", NULL, &merge, ERR_REFUSED);
	check_refused("mkfifo .git/MERGE_MODE", NULL, &merge, ERR_REFUSED);
	check_refused("rm -rf .git/rebase-merge; touch .git/rebase-merge", NULL,
		      &merge, ERR_REFUSED);
	check_refused("rm -rf .git/checkpoint.d; "
		      "ln -s ../../elsewhere .git/checkpoint.d",
		      NULL, &merge, ERR_NOT_FOUND);
	assert_says("precious", "cat elsewhere/*");
	operation_release(&rebase);
	operation_release(&merge);
}

static void what_somebody_else_changed_is_left_alone(void **state)
{
	struct operation rebase, merge;
	struct error err = ERROR_INIT;

	(void)state;
	start_two(&rebase, &merge);
	check_refused("echo '# mine' >>.git/rebase-merge/git-rebase-todo",
		      &rebase, &merge, ERR_CHANGED);
	check_refused("touch .git/rebase-merge/mine", &rebase, &merge,
		      ERR_CHANGED);
	check_refused("rm .git/rebase-merge/done", &rebase, &merge,
		      ERR_CHANGED);
	check_refused("echo mine >.git/MERGE_MSG", &rebase, &merge,
		      ERR_CHANGED);
	check_refused("echo mine >.git/BISECT_LOG", &rebase, &merge,
		      ERR_CHANGED);
	/* Either what was or what is to be, and what is gone, is right. */
	run("rm -rf two; cp -a one two; rm two/.git/REBASE_HEAD; "
	    "cp one/.git/ORIG_HEAD two/.git/");
	assert_ok(replace_operation("two", &rebase, &merge, &err), &err);
	assert_ok(replace_operation("two", &rebase, &merge, &err), &err);
	operation_release(&rebase);
	operation_release(&merge);
}

static void what_is_right_stays(void **state)
{
	struct operation rebase, merge;
	char *was, *is;

	(void)state;
	start_two(&rebase, &merge);
	run("touch one/.git/MERGE_MSG.save one/.git/COMMIT_EDITMSG");
	was = says("cd one; " LIST_ALL);
	write_operation("one", &rebase);
	is = says("cd one; " LIST_ALL);
	assert_string_equal(was, is);
	free(was);
	free(is);
	write_operation("one", &merge);
	assert_says(".git/COMMIT_EDITMSG\n.git/MERGE_MSG.save",
		    "cd one; ls .git/COMMIT_EDITMSG .git/MERGE_MSG.save");
	assert_says("", "ls one/.git/checkpoint.d");
	operation_release(&rebase);
	operation_release(&merge);
}

static void gives_files_the_modes_that_git_does(void **state)
{
	static const char list[] =
		"cd %s && find .git -path '.git/rebase-merge*' "
		"-printf '%%p %%m\\n' -o -name '*_HEAD' "
		"-printf '%%p %%m\\n' | sort";
	struct operation rebase;
	mode_t mask = umask(027);
	char *want, *got;

	(void)state;
	scenario_start(scenario_of("rebase"), "one");
	read_operation("one", &rebase);
	run("cp -a one two; cd two; rm -rf " STATE_FILES);
	write_operation("two", &rebase);
	want = says(list, "one");
	got = says(list, "two");
	assert_string_equal(got, want);
	free(want);
	free(got);
	run("rm -rf two; cp -a one two; cd two; rm -rf " STATE_FILES "; "
	    "git config core.sharedRepository group");
	umask(077);
	write_operation("two", &rebase);
	umask(mask);
	assert_says("2770 660 660", "cd two/.git; echo $(stat -c %%a "
				    "rebase-merge rebase-merge/done "
				    "ORIG_HEAD)");
	operation_release(&rebase);
}

/* -- interrupted ------------------------------------------------------- */

/* One after the other, until somebody ends it. */
static void write_forever(struct operation *const both[2], int ready)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_open();

	for (size_t i = 0;; i++)
		if (operation_write(repo, both[i % 2], &err) < 0 ||
		    (i == 2 && write(ready, "", 1) != 1))
			_exit(1);
}

static void kill_at(struct operation *const both[2], useconds_t usec)
{
	int ready[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (chdir("two") < 0)
			_exit(1);
		write_forever(both, ready[1]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	usleep(usec);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void assert_same_files(const struct operation *a,
			      const struct operation *b)
{
	assert_int_equal(a->nr_files, b->nr_files);
	for (size_t i = 0; i < a->nr_files; i++) {
		assert_string_equal(a->files[i].path, b->files[i].path);
		assert_int_equal(a->files[i].text.len, b->files[i].text.len);
		assert_memory_equal(a->files[i].text.ptr, b->files[i].text.ptr,
				    a->files[i].text.len);
	}
}

/* A directory is what it was or what it is to be, and the rest can follow. */
static void can_be_killed(void **state)
{
	struct operation rebase, merge, found;
	struct operation *const both[] = {&rebase, &merge};
	struct error err = ERROR_INIT;
	uint64_t random = 1;
	size_t halfway = 0;

	(void)state;
	start_two(&rebase, &merge);
	run("rm -rf two; cp -a one two");
	for (size_t i = 0; i < 40; i++) {
		const struct operation *after = both[i % 2];

		kill_at(both, scratch_random(&random) % 3000);
		halfway += !access("two/.git/checkpoint.d/operation", F_OK);
		assert_says("", "if [ -d two/.git/rebase-merge ]; then "
				"diff -r one/.git/rebase-merge "
				"two/.git/rebase-merge 2>&1; fi");
		assert_ok(replace_operation("two", both[!(i % 2)], after, &err),
			  &err);
		read_operation("two", &found);
		assert_same_files(&found, after);
		operation_release(&found);
	}
	assert_says("", "ls two/.git/checkpoint.d");
	assert_in_range(halfway, 5, 40);
	operation_release(&rebase);
	operation_release(&merge);
}

/* From one to the other and back, until there is something else. */
static pid_t replace_until_changed(struct operation *const both[2], int *ready)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	int ends[2], ret = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child) {
		close(ends[1]);
		*ready = ends[0];
		return child;
	}
	if (chdir("two") < 0)
		_exit(1);
	/* An edit that was lost is never found. */
	alarm(10);
	repo = repo_open();
	for (size_t i = 0; ret >= 0; i++) {
		ret = operation_replace(repo, both[i % 2], both[!(i % 2)],
					&err);
		if (i == 2 && write(ends[1], "", 1) != 1)
			_exit(1);
	}
	_exit(ret == ERR_CHANGED ? 0 : 1);
}

/* Replaced in a moment, as git does it. */
static void edit(const char *file, useconds_t usec)
{
	run("echo precious >two/edit");
	usleep(usec);
	assert_int_equal(rename("two/edit", file), 0);
}

static void an_edit_meanwhile_is_never_lost(void **state)
{
	struct operation rebase, merge, found;
	struct operation *const both[] = {&rebase, &merge};
	uint64_t random = 1;

	(void)state;
	start_two(&rebase, &merge);
	run("mv two other");
	for (size_t i = 0; i < 40; i++) {
		pid_t child;
		int ready, status;
		char byte;

		run("rm -rf two; cp -a one two; echo >two/edit");
		child = replace_until_changed(both, &ready);
		assert_int_equal(read(ready, &byte, 1), 1);
		close(ready);
		edit("two/.git/MERGE_MSG", scratch_random(&random) % 3000);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_says("precious", "cat two/.git/MERGE_MSG "
					"two/.git/checkpoint.d/*/*/MERGE_MSG "
					"2>/dev/null | grep precious");
		/* All else is the one or the other. */
		run("if [ -d two/.git/rebase-merge ]; then "
		    "cp one/.git/MERGE_MSG two/.git/; else "
		    "cp other/.git/MERGE_MSG two/.git/; fi");
		read_operation("two", &found);
		assert_same_files(&found, strcmp(found.name, "rebase")
						  ? &merge
						  : &rebase);
		operation_release(&found);
	}
	operation_release(&rebase);
	operation_release(&merge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(git_goes_on_where_it_was),
		IN_SCRATCH(what_it_names_outlives_gc),
		IN_SCRATCH(a_lock_or_link_is_left_alone),
		IN_SCRATCH(what_somebody_else_changed_is_left_alone),
		IN_SCRATCH(what_is_right_stays),
		IN_SCRATCH(gives_files_the_modes_that_git_does),
		IN_SCRATCH(can_be_killed),
		IN_SCRATCH(an_edit_meanwhile_is_never_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
