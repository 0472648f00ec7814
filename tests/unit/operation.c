#include "git/operation.h"

#include "operations.h"

static void read_here(struct operation *out)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_open();

	assert_ok(operation_read(repo, out, &err), &err);
	repository_free(repo);
}

static void read_in(const char *dir, struct operation *out)
{
	assert_int_equal(chdir(dir), 0);
	read_here(out);
	assert_int_equal(chdir(".."), 0);
}

static const struct scenario *start(const char *title, struct operation *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		if (strcmp(scenarios[i].title, title))
			continue;
		scenario_start(&scenarios[i], "one");
		read_in("one", out);
		return &scenarios[i];
	}
	fail_msg("no scenario '%s'", title);
	return NULL;
}

/* "<path>\n" for each file. */
static char *paths_of(const struct operation *operation)
{
	struct buf paths = BUF_INIT;

	for (size_t i = 0; i < operation->nr_files; i++)
		buf_addf(&paths, "%s\n", operation->files[i].path);
	return buf_detach(&paths);
}

/* "<id> <name>\n" for each ref, "-" for none. */
static char *refs_of(const struct operation *operation)
{
	struct buf refs = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	for (size_t i = 0; i < operation->refs.nr; i++) {
		const struct ref *ref = &operation->refs.items[i];

		buf_addf(&refs, "%s %s\n",
			 oid_is_zero(&ref->oid) ? "-" : oid_hex(&ref->oid, hex),
			 ref->name);
	}
	return buf_detach(&refs);
}

static bool holds(const struct operation *operation, const char *name)
{
	char *hex = says("git -C one rev-parse %s", name);
	struct oid oid = oid_of(hex);
	bool found = false;

	free(hex);
	for (size_t i = 0; i < operation->nr_commits; i++)
		found |= oid_equal(&operation->commits[i], &oid);
	for (size_t i = 0; i < operation->nr_others; i++)
		found |= oid_equal(&operation->others[i], &oid);
	return found;
}

/* -- reading ----------------------------------------------------------- */

static void assert_held_once(const struct operation *operation)
{
	struct oid_set set = {0};

	for (size_t i = 0; i < operation->nr_commits; i++)
		assert_true(oid_set_add(&set, &operation->commits[i]));
	for (size_t i = 0; i < operation->nr_others; i++)
		assert_true(oid_set_add(&set, &operation->others[i]));
	oid_set_release(&set);
}

static void names_what_is_under_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
		const struct scenario *scenario = &scenarios[i];
		struct error err = ERROR_INIT;
		struct operation operation;

		print_message("# %s\n", scenario->title);
		scenario_start(scenario, "one");
		read_in("one", &operation);
		assert_string_equal(operation.name ? operation.name : "none",
				    scenario->name ? scenario->name : "none");
		assert_held_once(&operation);
		/* What git wrote is in git's grammar. */
		assert_ok(operation_check(&operation, true, &err), &err);
		if (scenario->foreign) {
			assert_int_equal(
				operation_check(&operation, false, &err),
				ERR_REFUSED);
			assert_non_null(strstr(err.text, scenario->foreign));
			error_release(&err);
		} else {
			assert_ok(operation_check(&operation, false, &err),
				  &err);
		}
		operation_release(&operation);
	}
}

static void reads_the_files_of_the_list_alone(void **state)
{
	struct operation operation;
	char *paths;

	(void)state;
	run("git init -q . && cd .git && echo x | tee MERGE_MSG MERGE_MSG.lock "
	    "MERGE_MSG~ .MERGE_MSG.swp COMMIT_EDITMSG FETCH_HEAD MERGE_OTHER "
	    "BISECT_OTHER SQUASH_MSG.orig >x && mkdir -p sequencer/new/deep "
	    "MERGE_HEAD rebase-apply && echo x | tee sequencer/todo "
	    "sequencer/todo.lock sequencer/new/deep/file sequencer/.swp "
	    "sequencer/new/.git >/dev/null && ln -s todo sequencer/link && "
	    "mkfifo sequencer/pipe BISECT_LOG && ln -s x ORIG_HEAD && "
	    "mkdir ../rebase && touch ../rebase/onto && "
	    "ln -s ../rebase rebase-merge");
	read_here(&operation);
	paths = paths_of(&operation);
	assert_string_equal(paths, "MERGE_MSG\n"
				   "sequencer/.swp\n"
				   "sequencer/new/deep/file\n"
				   "sequencer/todo\n");
	assert_null(operation.name);
	free(paths);
	operation_release(&operation);
}

static void refuses_what_is_too_large(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct operation operation;

	(void)state;
	run("truncate -s $((64 << 20)) .git/MERGE_MSG");
	assert_ok(operation_read(repo, &operation, &err), &err);
	assert_int_equal(operation.files[0].text.len, 64 << 20);
	operation_release(&operation);
	run("truncate -s $(((64 << 20) + 1)) .git/MERGE_MSG");
	assert_int_equal(operation_read(repo, &operation, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "MERGE_MSG"));
	error_release(&err);
	run("rm .git/MERGE_MSG; mkdir -p .git/sequencer/1/2/3/4/5/6/7/8/9");
	assert_error(operation_read(repo, &operation, &err), ERR_INVALID, &err);
	repository_free(repo);
}

static void lists_refs_with_their_values(void **state)
{
	struct operation operation;
	char *refs, *want;

	(void)state;
	start("rebase with changes put aside and branches that move",
	      &operation);
	refs = refs_of(&operation);
	want = says("cd one; echo $(git rev-parse mid) refs/heads/mid; "
		    "echo $(git rev-parse side) refs/heads/side; echo");
	assert_string_equal(refs, want);
	free(refs);
	free(want);
	operation_release(&operation);

	start("rebase with merges", &operation);
	operation_release(&operation);
	run("echo label later >>one/.git/rebase-merge/git-rebase-todo");
	read_in("one", &operation);
	refs = refs_of(&operation);
	want = says("cd one; echo $(git rev-parse side) refs/heads/side; "
		    "echo - refs/rewritten/later; "
		    "echo $(git rev-parse main) refs/rewritten/onto; "
		    "git rev-parse refs/rewritten/other | "
		    "sed 's,$, refs/rewritten/other,'; echo");
	assert_string_equal(refs, want);
	free(refs);
	free(want);
	operation_release(&operation);

	start("bisect", &operation);
	run("cd one; git update-ref -d refs/heads/main; git pack-refs --all");
	operation_release(&operation);
	read_in("one", &operation);
	refs = refs_of(&operation);
	want = says("cd one; git for-each-ref refs/bisect "
		    "--format='%%(objectname) %%(refname)'; "
		    "echo - refs/heads/main; echo");
	assert_string_equal(refs, want);
	free(refs);
	free(want);
	operation_release(&operation);
}

static void each_worktree_has_its_own(void **state)
{
	struct operation operation;
	char *refs, *want;

	(void)state;
	start("bisect", &operation);
	operation_release(&operation);
	run("cd one; git worktree add -q ../linked side; cd ../linked; "
	    "git rebase -r main >/dev/null 2>&1; git reset -q --hard; "
	    "git bisect start side base "
	    ">/dev/null 2>&1; :");
	read_in("linked", &operation);
	assert_string_equal(operation.name, "rebase+bisect");
	refs = refs_of(&operation);
	want = says("cd linked; (git for-each-ref refs/bisect refs/rewritten "
		    "--format='%%(objectname) %%(refname)'; "
		    "echo $(git rev-parse side) refs/heads/side) | sort -k2; "
		    "echo");
	assert_string_equal(refs, want);
	free(refs);
	free(want);
	operation_release(&operation);
	read_in("one", &operation);
	assert_string_equal(operation.name, "bisect");
	operation_release(&operation);
}

static void finds_what_people_wrote_into_a_list(void **state)
{
	struct operation operation;

	(void)state;
	start("rebase", &operation);
	operation_release(&operation);
	run("cd one; git branch fa11 main; "
	    "for n in 1 2 3 4 5 6 7 8 9; do "
	    "git update-ref refs/heads/n$n $(git commit-tree -m $n "
	    "main^{tree}); done; git tag -a -m t t9 n9; "
	    "short() { git rev-parse --short=$2 $1; }; "
	    "printf 'pick %%s\\n  f -C %%s x\\n\\tmerge -c%%s n3 t9 # n4 n5\\n"
	    "t n6 n7\\nlabel n7\\nreset n7\\nx git show n8\\n# pick n8\\n"
	    "pick nothing\\nreset [new root]\\nupdate-ref refs/heads/none\\n"
	    "pick 0000\\npick beef\\n' $(short n1 7) $(short n2 12) "
	    "$(short fa11 5) >.git/rebase-merge/git-rebase-todo");
	read_in("one", &operation);
	assert_true(holds(&operation, "n1"));
	assert_true(holds(&operation, "n2"));
	assert_true(holds(&operation, "fa11"));
	assert_true(holds(&operation, "n3"));
	assert_true(holds(&operation, "t9^{commit}"));
	assert_true(holds(&operation, "n6"));
	assert_false(holds(&operation, "n4"));
	assert_false(holds(&operation, "n5"));
	assert_false(holds(&operation, "n8"));
	operation_release(&operation);
}

static void a_missing_object_is_not_held(void **state)
{
	struct operation operation;

	(void)state;
	start("merge", &operation);
	assert_true(holds(&operation, "side"));
	assert_int_equal(operation.nr_commits, 2);
	operation_release(&operation);
	run("cd one; printf '%%040d\\n' 7 >>.git/MERGE_HEAD; "
	    "echo 1234567 >.git/CHERRY_PICK_HEAD");
	read_in("one", &operation);
	assert_int_equal(operation.nr_commits, 2);
	operation_release(&operation);
}

/* Without a git to start, it works all the same. */
static void starts_no_process(void **state)
{
	static const char *const titles[] = {
		"nothing",
		"merge",
		"rebase",
		"rebase by patches",
		"cherry-pick of several",
		"bisect",
		"rebase with merges",
		"am",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
		char *path = xstrdup(getenv("PATH"));
		struct error err = ERROR_INIT;
		struct operation operation;
		struct repository *repo;

		start(titles[i], &operation);
		operation_release(&operation);
		assert_int_equal(chdir("one"), 0);
		repo = repo_open();
		setenv("PATH", "/nonexistent", 1);
		assert_ok(operation_read(repo, &operation, &err), &err);
		setenv("PATH", path, 1);
		operation_release(&operation);
		repository_free(repo);
		assert_int_equal(chdir(".."), 0);
		free(path);
	}
}

/* -- checking ---------------------------------------------------------- */

#define ID "0123456789012345678901234567890123456789"
#define AUTHOR "GIT_AUTHOR_NAME='A'\nGIT_AUTHOR_EMAIL='a@b'\n"

/* What operation_check() says of our own, and of another clone's. */
static const struct {
	const char *path, *text;
	int own, foreign;
} checks[] = {
	/* names */
	{"HEAD", ID "\n", ERR_INVALID, ERR_INVALID},
	{"FETCH_HEAD", ID "\n", ERR_INVALID, ERR_INVALID},
	{"MERGE_OTHER", "x", ERR_INVALID, ERR_INVALID},
	{"hooks/post-commit", "x", ERR_INVALID, ERR_INVALID},
	{"config", "x", ERR_INVALID, ERR_INVALID},
	{"rebase-merge", "x", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/", "x", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/../hooks/x", "x", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/.git/x", "x", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/done.lock", "", ERR_INVALID, ERR_INVALID},
	{"/rebase-merge/done", "", ERR_INVALID, ERR_INVALID},
	{"rebase-merge//done", "", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/from-the-future", "x", 0, ERR_REFUSED},
	{"rebase-apply/0001x", "x", 0, ERR_REFUSED},
	{"rebase-apply/0001", "anything\n", 0, 0},
	{"MERGE_MSG", "anything\n", 0, 0},
	/* ids */
	{"ORIG_HEAD", ID "\n", 0, 0},
	{"ORIG_HEAD", ID, 0, 0},
	{"ORIG_HEAD", ID "\n" ID "\n", ERR_INVALID, ERR_INVALID},
	{"ORIG_HEAD", "ref: refs/heads/main\n", ERR_INVALID, ERR_INVALID},
	{"ORIG_HEAD", ID "0\n", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/abort-safety", "", 0, 0},
	{"MERGE_HEAD", ID "\n" ID "\n", 0, 0},
	{"MERGE_HEAD", ID "\nmain\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/stopped-sha", "0123456\n", 0, 0},
	{"rebase-merge/stopped-sha", "HEAD\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/rewritten-list", ID " " ID "\n", 0, 0},
	{"rebase-merge/rewritten-list", ID "\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/current-fixups", "squash " ID "\nfixup -c " ID, 0, 0},
	{"rebase-merge/current-fixups", "exec " ID, ERR_INVALID, ERR_INVALID},
	/* values */
	{"MERGE_MODE", "no-ff", 0, 0},
	{"MERGE_MODE", "", 0, 0},
	{"MERGE_MODE", "ff", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/next", "12\n", 0, 0},
	{"rebase-apply/next", "", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/next", "-1", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/next", "99999999999", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/utf8", "t\n", 0, 0},
	{"rebase-apply/utf8", "$(x)\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/interactive", "", 0, 0},
	{"rebase-merge/interactive", "a\nb\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/allow_rerere_autoupdate", "--rerere-autoupdate", 0, 0},
	{"rebase-merge/allow_rerere_autoupdate", "--exec=x", ERR_INVALID,
	 ERR_INVALID},
	/* refs */
	{"rebase-merge/head-name", "refs/heads/a/b\n", 0, 0},
	{"rebase-merge/head-name", "detached HEAD\n", 0, 0},
	{"rebase-merge/head-name", "refs/tags/v1\n", 0, ERR_REFUSED},
	{"rebase-merge/head-name", "HEAD\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/head-name", "refs/heads/../x\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/refs-to-delete", "refs/rewritten/a\nrefs/rewritten/b\n",
	 0, 0},
	{"rebase-merge/refs-to-delete", "refs/heads/main\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/refs-to-delete", "refs/rewritten/../heads/main\n",
	 ERR_INVALID, ERR_INVALID},
	{"rebase-merge/update-refs", "refs/heads/a\n" ID "\n" ID "\n", 0, 0},
	{"rebase-merge/update-refs", "refs/heads/a\n" ID "\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/update-refs", "refs/tags/a\n" ID "\n" ID "\n", 0,
	 ERR_REFUSED},
	{"rebase-merge/update-refs", "HEAD\n" ID "\n" ID "\n", ERR_INVALID,
	 ERR_INVALID},
	/* todo lists */
	{"rebase-merge/git-rebase-todo", "pick " ID " x\nnoop\nbreak\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "exec rm -rf ~\n", 0, ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "pick " ID "\n \tx\trm\n", 0,
	 ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "x\rrm\n", 0, ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "xrm\n", 0, ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "# exec rm\n; x rm\n\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "# \0\nexec rm\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "pick\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "pick main\n", 0, ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "fixup -C 012345 x\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "fixup -C\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "reset [new root]\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "l a-b\nreset a-b # c\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "label ../x\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "label #\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "reset a:b\n", 0, ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "merge -C 0123456 a b # t\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "merge a^{/x}\n", 0, ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "merge -C 0123456\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "update-ref refs/heads/a\n", 0, 0},
	{"rebase-merge/git-rebase-todo", "u refs/tags/a\n", 0, ERR_REFUSED},
	{"rebase-merge/git-rebase-todo", "update-ref main\n", ERR_INVALID,
	 ERR_INVALID},
	{"rebase-merge/git-rebase-todo", "new-command x\n", 0, ERR_REFUSED},
	{"sequencer/todo", "pick 0123456 x\n", 0, 0},
	{"sequencer/todo", "exec rm\n", 0, ERR_REFUSED},
	{"rebase-merge/done", "exec make test\n", 0, 0},
	{"rebase-merge/git-rebase-todo.backup", "exec make test\n", 0, 0},
	/* how it is merged */
	{"rebase-merge/strategy", "ort\n", 0, 0},
	{"rebase-merge/strategy", "mine\n", 0, ERR_REFUSED},
	{"rebase-merge/strategy", "ort\nx\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/strategy_opts", " --theirs --find-renames=50%\n", 0, 0},
	{"rebase-merge/strategy_opts", "\"patience\" \"subtree=a b\"", 0, 0},
	{"rebase-merge/strategy_opts", "--upload-pack=x", 0, ERR_REFUSED},
	{"rebase-merge/strategy_opts", "\"ours\\\" x\"", 0, ERR_REFUSED},
	{"rebase-merge/gpg_sign_opt", "-Skey\n", 0, ERR_REFUSED},
	{"rebase-merge/gpg_sign_opt", "", 0, 0},
	{"rebase-merge/gpg_sign_opt", "key\n", ERR_INVALID, ERR_INVALID},
	{"rebase-merge/trailer", "Key: value\n", 0, ERR_REFUSED},
	{"sequencer/opts", "[options]\n\tallow-ff = true\n\tmainline = 1\n", 0,
	 0},
	{"sequencer/opts", "[options]\n\tstrategy = ort\n", 0, 0},
	{"sequencer/opts", "[options]\n\tstrategy = mine\n", 0, ERR_REFUSED},
	{"sequencer/opts", "[options]\n\tstrategy-option = theirs\n", 0, 0},
	{"sequencer/opts", "[options]\n\tgpg-sign = key\n", 0, ERR_REFUSED},
	{"sequencer/opts", "[options]\n\tnew = x\n", 0, ERR_REFUSED},
	{"sequencer/opts", "[options]\n\tedit = \\\n", 0, ERR_INVALID},
	{"sequencer/opts", "[options]\n[include]\n\tpath = x\n", 0,
	 ERR_INVALID},
	{"sequencer/opts", "[include]\n\tpath = x\n", 0, ERR_INVALID},
	{"sequencer/opts", "[options] strategy = x\n", 0, ERR_INVALID},
	/* quoted */
	{"rebase-merge/author-script", AUTHOR "GIT_AUTHOR_DATE='@1 +0000'\n", 0,
	 0},
	{"rebase-merge/author-script", AUTHOR "GIT_AUTHOR_DATE='a'\\''b'", 0,
	 0},
	{"rebase-merge/author-script", AUTHOR "GIT_AUTHOR_DATE='a'$(x)\n",
	 ERR_INVALID, ERR_INVALID},
	{"rebase-merge/author-script", AUTHOR "GIT_AUTHOR_DATE='a'\nPATH='x'\n",
	 ERR_INVALID, ERR_INVALID},
	{"rebase-merge/author-script", AUTHOR, ERR_INVALID, ERR_INVALID},
	{"rebase-merge/author-script", AUTHOR "GIT_AUTHOR_DATE='a\nb'\n",
	 ERR_INVALID, ERR_INVALID},
	{"rebase-apply/apply-opt", " '--whitespace=fix' '-C2' '-p0'", 0, 0},
	{"rebase-apply/apply-opt", "", 0, 0},
	{"rebase-apply/apply-opt", " '--unsafe-paths'", ERR_REFUSED,
	 ERR_REFUSED},
	{"rebase-apply/apply-opt", " '-C2'x", ERR_INVALID, ERR_INVALID},
	{"rebase-apply/apply-opt", " -C2", ERR_INVALID, ERR_INVALID},
	/* bisect */
	{"BISECT_START", "main\n", 0, 0},
	{"BISECT_START", "feature/x\n", 0, 0},
	{"BISECT_START", ID "\n", 0, 0},
	{"BISECT_START", "--orphan\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_START", "a..b\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_START", "", ERR_INVALID, ERR_INVALID},
	{"BISECT_TERMS", "bad\ngood\n", 0, 0},
	{"BISECT_TERMS", "bad\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_TERMS", "../heads/main\ngood\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_NAMES", " 'a' 'it'\\''s'\n", 0, 0},
	{"BISECT_NAMES", "\n", 0, 0},
	{"BISECT_NAMES", " '--' '-x'\n", 0, 0},
	{"BISECT_NAMES", " '-x' '--' 'a'\n", ERR_REFUSED, ERR_REFUSED},
	{"BISECT_NAMES", " $(rm)\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_NAMES", " '--output=x'\n", ERR_REFUSED, ERR_REFUSED},
	{"BISECT_LOG", "# bad: [" ID "] $(x)\ngit bisect bad " ID "\n", 0, 0},
	{"BISECT_LOG", "git bisect start '--' 'a;b'\n", 0, 0},
	{"BISECT_LOG", "git bisect start; rm\n", ERR_INVALID, ERR_INVALID},
	{"BISECT_LOG", "rm -rf ~\n", ERR_INVALID, ERR_INVALID},
};

static void check_one(const char *path, const char *text, size_t len,
		      bool trusted, int want)
{
	struct error err = ERROR_INIT;
	struct operation_file file = {.path = (char *)path, .text = BUF_INIT};
	struct operation operation = {.files = &file, .nr_files = 1};
	int got;

	buf_add(&file.text, text, len);
	got = operation_check(&operation, trusted, &err);
	if (got != want)
		fail_msg("%s, %s: %d (%s), not %d", path, text, got,
			 err.text ? err.text : "", want);
	if (got < 0)
		assert_non_null(strstr(err.text, path));
	error_release(&err);
	buf_release(&file.text);
}

static void holds_files_against_their_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		size_t len = strlen(checks[i].text);

		check_one(checks[i].path, checks[i].text, len, true,
			  checks[i].own);
		check_one(checks[i].path, checks[i].text, len, false,
			  checks[i].foreign);
	}
}

static void sees_behind_a_byte_0(void **state)
{
	static const struct {
		const char *path, *text;
		size_t len;
		int want;
	} all[] = {
		{"rebase-merge/git-rebase-todo", "#\0\nexec rm\n", 11,
		 ERR_INVALID},
		{"rebase-merge/strategy", "ort\0x", 5, ERR_INVALID},
		{"rebase-merge/strategy_opts", "ours\0x", 6, ERR_INVALID},
		{"sequencer/opts", "[options]\n\0", 11, ERR_INVALID},
		{"rebase-merge/head-name", "refs/heads/a\0b", 14, ERR_INVALID},
		{"BISECT_START", "main\0b", 6, ERR_INVALID},
		{"BISECT_TERMS", "bad\ngo\0d\n", 9, ERR_INVALID},
		{"BISECT_LOG", "git bisect \0", 12, ERR_INVALID},
		{"MERGE_RR", ID "\tf\0", 43, 0},
		{"MERGE_RR", ID ".12\ta/f\0" ID "\tg\0", 91, 0},
		{"MERGE_RR", ID "\tf", 42, ERR_INVALID},
		{"MERGE_RR", ID "\t../f\0", 46, ERR_INVALID},
		{"MERGE_RR", ID "\t.git/config\0", 53, ERR_INVALID},
		{"MERGE_RR", ID "\t\0", 42, ERR_INVALID},
		{"MERGE_RR", ID ".\tf\0", 44, ERR_INVALID},
		{"MERGE_RR", "0123\tf\0", 7, ERR_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		check_one(all[i].path, all[i].text, all[i].len, true,
			  all[i].want);
		check_one(all[i].path, all[i].text, all[i].len, false,
			  all[i].want);
	}
}

static void check_ref(const char *name, int own, int foreign)
{
	struct error err = ERROR_INIT;
	struct operation_file file = {
		.path = (char *)"rebase-merge/head-name",
		.text = BUF_INIT,
	};
	struct operation operation = {.files = &file, .nr_files = 1};
	struct oid oid = oid_of(ID);

	buf_addstr(&file.text, "refs/heads/side\n");
	ref_list_add(&operation.refs, name, &oid);
	assert_int_equal(operation_check(&operation, true, &err), own);
	assert_int_equal(operation_check(&operation, false, &err), foreign);
	error_release(&err);
	ref_list_release(&operation.refs);
	buf_release(&file.text);
}

static void refs_belong_to_the_operation(void **state)
{
	(void)state;
	check_ref("refs/heads/side", 0, 0);
	check_ref("refs/bisect/bad", 0, 0);
	check_ref("refs/rewritten/onto", 0, 0);
	check_ref("refs/heads/main", 0, ERR_REFUSED);
	check_ref("HEAD", ERR_INVALID, ERR_INVALID);
	check_ref("refs/heads/../x", ERR_INVALID, ERR_INVALID);
	check_ref("refs/bisect/../heads/main", ERR_INVALID, ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(names_what_is_under_way),
		IN_SCRATCH(reads_the_files_of_the_list_alone),
		IN_SCRATCH(refuses_what_is_too_large),
		IN_SCRATCH(lists_refs_with_their_values),
		IN_SCRATCH(each_worktree_has_its_own),
		IN_SCRATCH(finds_what_people_wrote_into_a_list),
		IN_SCRATCH(a_missing_object_is_not_held),
		IN_SCRATCH(starts_no_process),
		cmocka_unit_test(holds_files_against_their_grammar),
		cmocka_unit_test(sees_behind_a_byte_0),
		cmocka_unit_test(refs_belong_to_the_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
