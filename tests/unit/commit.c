#include "git/commit.h"

#include "repo.h"

#define TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define PARENT "1234567890123456789012345678901234567890"
#define IDENTS "author A <a@b> 1 +0000\ncommitter C <c@d> 1700000000 +0100\n"

static int parse(const char *raw, struct commit *out, struct error *err)
{
	return commit_parse(raw, strlen(raw), out, err);
}

static void reads_what_git_commits(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct commit commit;
	struct oid oid;
	char *hex;

	(void)state;
	hex = says("git commit -q --allow-empty -m one && git tag one && "
		   "git commit -q --allow-empty -m two && git tag two && "
		   "git checkout -q one 2>/dev/null && "
		   "git commit -q --allow-empty -m three && "
		   "git merge -q -s ours -m 'four\n\nlines' two && "
		   "git rev-parse HEAD");
	oid = oid_of(hex);
	assert_ok(commit_read(repo, &oid, &commit, &err), &err);
	assert_oid(&commit.tree, TREE);
	assert_int_equal(commit.nr_parents, 2);
	free(hex);
	hex = says("git rev-parse HEAD^1");
	assert_oid(&commit.parents[0], hex);
	free(hex);
	hex = says("git rev-parse HEAD^2");
	assert_oid(&commit.parents[1], hex);
	free(hex);
	assert_string_equal(commit.message, "four\n\nlines\n");
	hex = says("git log -1 --format='%%an <%%ae> %%ad' --date=raw");
	assert_string_equal(commit.author, hex);
	free(hex);
	hex = says("git log -1 --format='%%cn <%%ce> %%cd' --date=raw");
	assert_string_equal(commit.committer, hex);
	free(hex);
	hex = says("git log -1 --format=%%ct");
	assert_int_equal(commit.committed, atoll(hex));
	free(hex);
	commit_release(&commit);
	oid = oid_of(PARENT);
	assert_error(commit_read(repo, &oid, &commit, &err), ERR_NOT_FOUND,
		     &err);
	hex = says("git hash-object -w --stdin </dev/null");
	oid = oid_of(hex);
	free(hex);
	assert_error(commit_read(repo, &oid, &commit, &err), ERR_INVALID, &err);
	repository_free(repo);
}

static void reads_what_others_have_written(void **state)
{
	struct error err = ERROR_INIT;
	struct commit commit;

	(void)state;
	assert_ok(parse("tree " TREE "\n" IDENTS, &commit, &err), &err);
	assert_int_equal(commit.nr_parents, 0);
	assert_int_equal(commit.committed, 1700000000);
	assert_string_equal(commit.message, "");
	commit_release(&commit);
	assert_ok(parse("tree " TREE "\nparent " PARENT "\n" IDENTS
			"encoding x\ngpgsig a\n b\n\n c\n\nmessage",
			&commit, &err),
		  &err);
	assert_int_equal(commit.nr_parents, 1);
	assert_string_equal(commit.message, " c\n\nmessage");
	commit_release(&commit);
	commit_release(&commit);
	/* Idents without a date, without a name, with more than one '>'. */
	assert_ok(parse("tree " TREE "\nauthor A\ncommitter  <>\n\nm", &commit,
			&err),
		  &err);
	assert_string_equal(commit.author, "A");
	assert_int_equal(commit.committed, 0);
	commit_release(&commit);
	assert_ok(parse("tree " TREE "\nauthor A\ncommitter A> <b> -5 +0\n\n",
			&commit, &err),
		  &err);
	assert_int_equal(commit.committed, -5);
	commit_release(&commit);
	assert_ok(parse("tree " TREE "\nauthor A\n"
			"committer C <c> 99999999999999999999 +0000\n\n",
			&commit, &err),
		  &err);
	assert_int_equal(commit.committed, 0);
	commit_release(&commit);
}

static void refuses_what_is_no_commit(void **state)
{
	static const char *const bad[] = {
		"",
		"tree",
		"tree " TREE,
		"tree " TREE "\n",
		"tree  " TREE "\n" IDENTS "\n",
		"tree " TREE "0\n" IDENTS "\n",
		"tree x25dc642cb6eb9a060e54bf8d69288fbee490444\n" IDENTS "\n",
		"tree 4b825dc642cb6eb9a060e54bf8d69288fbee490\n" IDENTS "\n",
		IDENTS "\n",
		"parent " PARENT "\ntree " TREE "\n" IDENTS "\n",
		"tree " TREE "\ntree " TREE "\n" IDENTS "\n",
		"tree " TREE "\nparent x\n" IDENTS "\n",
		"tree " TREE "\nparent " PARENT " \n" IDENTS "\n",
		"tree " TREE "\nauthor A <a@b> 1 +0000\n\n",
		"tree " TREE "\ncommitter A <a@b> 1 +0000\n\n",
		"tree " TREE "\ncommitter A <a> 1 +0\nauthor A <a> 1 +0\n\n",
		"tree " TREE "\n\n" IDENTS,
		"tree " TREE "\n" IDENTS "gpgsig",
		" tree " TREE "\n" IDENTS "\n",
	};
	static const char nul[] = "tree " TREE "\nauthor A\0B\ncommitter C\n\n";
	struct error err = ERROR_INIT;
	struct commit commit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_error(parse(bad[i], &commit, &err), ERR_INVALID, &err);
		assert_null(commit.author);
	}
	assert_error(commit_parse(nul, sizeof(nul) - 1, &commit, &err),
		     ERR_INVALID, &err);
}

static void a_message_ends_at_a_nul(void **state)
{
	static const char raw[] = "tree " TREE "\n" IDENTS "\nseen\0unseen";
	struct error err = ERROR_INIT;
	struct commit commit;

	(void)state;
	assert_ok(commit_parse(raw, sizeof(raw) - 1, &commit, &err), &err);
	assert_string_equal(commit.message, "seen");
	commit_release(&commit);
}

static void writes_what_git_would(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];
	struct oid tree = oid_of(TREE), parents[2], oid;
	struct pack *pack;

	(void)state;
	run("git commit -q --allow-empty -m 1 && git tag one && "
	    "git commit -q --allow-empty -m 2");
	for (int i = 0; i < 2; i++) {
		char *parent = says("git rev-parse %s", i ? "HEAD" : "one");

		parents[i] = oid_of(parent);
		free(parent);
	}
	assert_ok(pack_open(&pack, repo, &err), &err);
	for (size_t i = 0; i <= 2; i++) {
		assert_ok(commit_write(pack, &tree, parents, i,
				       "A U <a@b> 1 +0100", "C <c@d> 2 -0230",
				       "title\n\nbody\n", &oid, &err),
			  &err);
		assert_says(oid_hex(&oid, hex),
			    "GIT_AUTHOR_NAME='A U' GIT_AUTHOR_EMAIL=a@b "
			    "GIT_AUTHOR_DATE='@1 +0100' GIT_COMMITTER_NAME=C "
			    "GIT_COMMITTER_EMAIL=c@d "
			    "GIT_COMMITTER_DATE='@2 -0230' "
			    "git commit-tree -m title -m body %s %s " TREE,
			    i > 0 ? "-p one" : "", i > 1 ? "-p HEAD" : "");
	}
	assert_error(commit_write(pack, &tree, NULL, 0, "A\n <a> 1 +0",
				  "C <c> 1 +0", "", &oid, &err),
		     ERR_INVALID, &err);
	assert_ok(pack_finish(pack, &err), &err);
	assert_says("", "git fsck --strict --no-dangling 2>&1");
	pack_free(pack);
	repository_free(repo);
}

static void assert_trailer(const char *message, const char *name,
			   const char *want)
{
	char *value = commit_trailer(message, name);

	if (want) {
		assert_non_null(value);
		assert_string_equal(value, want);
	} else {
		assert_null(value);
	}
	free(value);
}

static void finds_trailers(void **state)
{
	static const char message[] =
		"title: x\n\nBody: not here\n\n"
		"Checkpoint-Id: cp_1\n"
		"Checkpoint-Task:   a task: with colon  \n"
		"Folded: one\n two\n\tthree\n"
		"Empty:\nTwice: 1\ntwice: 2\n\n \n";

	(void)state;
	assert_trailer(message, "Checkpoint-Id", "cp_1");
	assert_trailer(message, "checkpoint-id", "cp_1");
	assert_trailer(message, "Checkpoint-Task", "a task: with colon");
	assert_trailer(message, "Folded", "one two three");
	assert_trailer(message, "Empty", "");
	assert_trailer(message, "Twice", NULL);
	assert_trailer(message, "Body", NULL);
	assert_trailer(message, "title", NULL);
	assert_trailer(message, "Checkpoint", NULL);
	assert_trailer(message, "Checkpoint-Id: cp_1", NULL);
	assert_trailer(message, "", NULL);
}

static void only_a_last_paragraph_of_trailers_counts(void **state)
{
	(void)state;
	assert_trailer("", "A", NULL);
	assert_trailer("A: title\n", "A", NULL);
	assert_trailer("\n\nA: title\n", "A", NULL);
	assert_trailer("t\n\nA: 1\n\nnot\n", "A", NULL);
	assert_trailer("t\n\nA: 1\nnot a trailer\n", "A", NULL);
	assert_trailer("t\n\n A: 1\n", "A", NULL);
	assert_trailer("t\nA: 1\n", "A", NULL);
	assert_trailer("t\n\nA : 1", "A", "1");
	assert_trailer("t\n \t\nA: 1", "A", "1");
	assert_trailer("t\n\nA: 1\n\nB: 2\n", "A", NULL);
	assert_trailer("t\n\nA: 1\r\nB: 2\r\n", "A", "1");
}

/* What both of us take as one trailer has the same value. */
static void reads_values_as_git_does(void **state)
{
	static const char *const pieces[] = {
		"A: 1",	    "B: x y", "A-B:z", "A", ": 1", "A B: 1", "A : 2",
		"\tindent", " A: 1",  "",      " ", "C:",  "B=2",    "C: #",
	};
	static const char *const names[] = {"A", "B", "A-B", "C"};
	uint64_t seed = 9;
	int found = 0;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct buf message = BUF_INIT;
		size_t lines = scratch_random(&seed) % 6;
		char *list;

		buf_addstr(&message, "title\n\n");
		for (size_t i = 0; i < lines; i++)
			buf_addf(&message, "%s\n",
				 pieces[scratch_random(&seed) %
					ARRAY_SIZE(pieces)]);
		scratch_write("message", &message);
		list = says("git interpret-trailers --parse --no-divider "
			    "<message");
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			char *value = commit_trailer(message.ptr, names[i]);
			char *line = xstrfmt("\n%s: %s\n", names[i],
					     value ? value : "");
			char *lined = xstrfmt("\n%s\n", list);

			if (value && !strstr(lined, line))
				fail_msg("%s in\n%s\nis not in\n%s", line,
					 message.ptr, list);
			found += value != NULL;
			free(value);
			free(line);
			free(lined);
		}
		free(list);
		buf_release(&message);
	}
	assert_true(found > 100);
}

static void clear_idents(void)
{
	static const char *const names[] = {
		"GIT_AUTHOR_NAME",
		"GIT_AUTHOR_EMAIL",
		"GIT_AUTHOR_DATE",
		"GIT_COMMITTER_NAME",
		"GIT_COMMITTER_EMAIL",
		"GIT_COMMITTER_DATE",
		"EMAIL",
		"TZ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
}

/* The same idents as git's, at the time that git's say. */
static void assert_idents_as_git(void)
{
	struct repository *repo = repo_open();
	char *want_author = says("git var GIT_AUTHOR_IDENT");
	char *want_committer = says("git var GIT_COMMITTER_IDENT");
	char *author, *committer;

	commit_idents(repo, atoll(strrchr(want_author, '>') + 1), &author,
		      &committer);
	assert_string_equal(author, want_author);
	free(author);
	free(committer);
	commit_idents(repo, atoll(strrchr(want_committer, '>') + 1), &author,
		      &committer);
	assert_string_equal(committer, want_committer);
	free(author);
	free(committer);
	free(want_author);
	free(want_committer);
	repository_free(repo);
}

static void idents_are_gits(void **state)
{
	(void)state;
	clear_idents();
	run("git init -q . && git config user.name U && "
	    "git config user.email u@example.com");
	assert_idents_as_git();
	setenv("EMAIL", "e@example.com", 1);
	assert_idents_as_git();
	run("git config --unset user.email");
	assert_idents_as_git();
	/* With one of these alone, git leaves the other empty. */
	run("git config author.email ae@example.com && "
	    "git config committer.email ce@example.com && "
	    "git config committer.name CN");
	assert_idents_as_git();
	setenv("GIT_AUTHOR_NAME", "From Environment", 1);
	setenv("GIT_COMMITTER_EMAIL", "ce@example.com", 1);
	assert_idents_as_git();
	setenv("GIT_AUTHOR_NAME", " ,<:A \"<B>\n C' ;\t", 1);
	setenv("GIT_AUTHOR_EMAIL", " <x@y z> ", 1);
	assert_idents_as_git();
	clear_idents();
}

static void zones_are_gits(void **state)
{
	static const char *const zones[] = {"UTC",    "UTC-5:30", "UTC+3:30",
					    "UTC+12", "UTC-14",	  "UTC+0:15"};

	(void)state;
	clear_idents();
	run("git init -q . && git config user.name U && "
	    "git config user.email u@example.com");
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		setenv("TZ", zones[i], 1);
		assert_idents_as_git();
	}
	clear_idents();
}

static void an_ident_is_always_there(void **state)
{
	static const char *const none[] = {"", " ", "<>", "\n"};
	char *author, *committer;
	struct repository *repo;

	(void)state;
	clear_idents();
	setenv("TZ", "UTC", 1);
	run("git init -q .");
	repo = repo_open();
	for (size_t i = 0; i <= ARRAY_SIZE(none); i++) {
		commit_idents(repo, 5, &author, &committer);
		assert_string_equal(
			author,
			"git-checkpoint <git-checkpoint@localhost> 5 +0000");
		assert_string_equal(committer, author);
		free(author);
		free(committer);
		if (i < ARRAY_SIZE(none)) {
			setenv("GIT_AUTHOR_NAME", none[i], 1);
			setenv("EMAIL", none[i], 1);
		}
	}
	setenv("GIT_AUTHOR_NAME", "A", 1);
	commit_idents(repo, 5, &author, &committer);
	assert_string_equal(author, "A <git-checkpoint@localhost> 5 +0000");
	free(author);
	free(committer);
	repository_free(repo);
	clear_idents();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(reads_what_git_commits),
		cmocka_unit_test(reads_what_others_have_written),
		cmocka_unit_test(refuses_what_is_no_commit),
		cmocka_unit_test(a_message_ends_at_a_nul),
		IN_SCRATCH(writes_what_git_would),
		cmocka_unit_test(finds_trailers),
		cmocka_unit_test(only_a_last_paragraph_of_trailers_counts),
		IN_SCRATCH(reads_values_as_git_does),
		IN_SCRATCH(idents_are_gits),
		IN_SCRATCH(zones_are_gits),
		IN_SCRATCH(an_ident_is_always_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
