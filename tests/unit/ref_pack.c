#include "git/ref.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "repo.h"

#define MANY 64
/* Of each process that sets some. */
#define REFS 40

static const char *const prefixes[] = {"refs/ours/", "refs/more/", NULL};

/* A repository with the tags c0, c1 and c2, of commits, and an annotated one.
 */
static struct repository *repo_with_commits(void)
{
	repository_free(repo_new());
	run("for i in 0 1 2; do git commit -q --allow-empty -m $i; "
	    "git tag c$i; done; git tag -a -m t annotated");
	return repo_open();
}

/* Loose refs "<prefix><number>" to `value`, with the numbers from `from` on. */
static void make_refs(const char *prefix, int from, int nr, const char *value)
{
	run("v=$(git rev-parse %s); i=%d; while test $i -lt %d; do "
	    "echo \"create %s$i $v\"; i=$((i + 1)); done | "
	    "git update-ref --stdin",
	    value, from, from + nr, prefix);
}

static void pack(struct repository *repo)
{
	struct error err = ERROR_INIT;

	assert_ok(ref_pack(repo, prefixes, &err), &err);
}

static void assert_loose(int nr)
{
	char *said = says("cd .git && find refs/ours refs/more -type f "
			  "2>/dev/null | wc -l");

	assert_int_equal(atoi(said), nr);
	free(said);
}

/* Nothing is left over, and git can do what it likes. */
static void assert_clean(void)
{
	assert_says("", "find .git -name '*.lock' -o -path "
			"'*checkpoint.d/refs/*'");
	run("git pack-refs --all && git fsck --strict");
}

static void many_are_packed_and_few_are_not(void **state)
{
	struct repository *repo = repo_with_commits();
	char *before, *others;

	(void)state;
	run("git pack-refs --all && git branch loose");
	others = says("cat .git/packed-refs");
	make_refs("refs/ours/a/b/", 0, MANY - 2, "c0");
	make_refs("refs/more/", 0, 1, "c1");
	before = says("git for-each-ref");
	pack(repo);
	assert_loose(MANY - 1);
	assert_says(others, "cat .git/packed-refs");
	assert_says(before, "git for-each-ref");
	free(before);

	make_refs("refs/more/", 1, 1, "c2");
	before = says("git for-each-ref");
	pack(repo);
	assert_loose(0);
	assert_says(before, "git for-each-ref");
	/* The user's are where they were, to the byte. */
	assert_says(others, "grep -v ' refs/ours/\\| refs/more/' "
			    ".git/packed-refs");
	run("test -f .git/refs/heads/loose && test ! -e .git/refs/ours && "
	    "test ! -e .git/refs/more");
	/* As git would have written it. */
	run("cp .git/packed-refs packed && git pack-refs --all && "
	    "git update-ref -d refs/heads/loose && "
	    "cmp .git/packed-refs packed");
	free(before);
	free(others);
	assert_clean();
	repository_free(repo);
}

static void a_first_file_is_what_git_writes(void **state)
{
	struct repository *repo = repo_with_commits();

	(void)state;
	make_refs("refs/ours/", 0, MANY, "c0");
	pack(repo);
	assert_loose(0);
	run("git for-each-ref --format='%%(objectname) %%(refname)' refs/ours "
	    ">want && grep -v '^#' .git/packed-refs | cmp - want");
	run("cp .git/packed-refs packed && git pack-refs --all && "
	    "head -1 .git/packed-refs >head && head -1 packed | "
	    "cmp - head");
	repository_free(repo);
}

static void newer_values_replace_older_ones(void **state)
{
	struct repository *repo = repo_with_commits();
	char *before;

	(void)state;
	make_refs("refs/ours/", 0, MANY, "annotated");
	run("git pack-refs --all && grep -q '^\\^' .git/packed-refs");
	make_refs("refs/more/", 0, MANY, "c2");
	run("for i in 0 9 31 63; do git update-ref refs/ours/$i c1; done");
	before = says("git for-each-ref; git show-ref -d");
	pack(repo);
	assert_loose(0);
	assert_says(before, "git for-each-ref; git show-ref -d");
	free(before);
	assert_clean();
	repository_free(repo);
}

static void what_leads_to_no_commit_stays_loose(void **state)
{
	struct repository *repo = repo_with_commits();

	(void)state;
	make_refs("refs/ours/", 0, MANY, "c0");
	run("git update-ref refs/ours/tag annotated && "
	    "git update-ref refs/ours/tree c0^{tree} && "
	    "git symbolic-ref refs/ours/symbolic refs/heads/master && "
	    ": >.git/refs/ours/empty && "
	    "echo 1234567890123456789012345678901234567890 "
	    ">.git/refs/ours/missing");
	pack(repo);
	assert_says("empty\nmissing\nsymbolic\ntag\ntree", "ls .git/refs/ours");
	run("rm .git/refs/ours/empty .git/refs/ours/missing");
	assert_clean();
	repository_free(repo);
}

static void a_large_file_is_written_less_often(void **state)
{
	struct repository *repo = repo_with_commits();

	(void)state;
	/* 100,000 lines: 6.8 MB, for which 103 more. */
	run("{ echo '# pack-refs with: peeled fully-peeled sorted '; "
	    "seq -f \"$(git rev-parse c0) refs/others/a-name/%%06.0f\" 100000; "
	    "} >.git/packed-refs");
	make_refs("refs/ours/", 0, MANY + 50, "c0");
	pack(repo);
	assert_loose(MANY + 50);
	make_refs("refs/ours/", 1000, 60, "c0");
	pack(repo);
	assert_loose(0);
	assert_says("100000", "grep -c refs/others .git/packed-refs");
	repository_free(repo);
}

static void the_configuration_is_asked(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo = repo_with_commits();

	(void)state;
	make_refs("refs/ours/", 0, MANY, "c0");
	repository_free(repo);
	run("git config gc.packRefs false");
	repo = repo_open();
	pack(repo);
	assert_loose(MANY);
	repository_free(repo);
	run("git config gc.packRefs perhaps");
	repo = repo_open();
	assert_error(ref_pack(repo, prefixes, &err), ERR_FAILED, &err);
	assert_loose(MANY);
	repository_free(repo);
	run("git config gc.packRefs notbare");
	repo = repo_open();
	pack(repo);
	assert_loose(0);
	repository_free(repo);
}

/* After `make` it is left alone, and after `undo` not. */
static void assert_left_alone(const char *make, const char *undo)
{
	static const char look[] =
		"ls -l .git | grep packed-refs; cat .git/packed-refs*";
	struct repository *repo = repo_open();
	char *before;

	make_refs("refs/ours/", 0, MANY, "c0");
	run("%s", make);
	before = says("%s", look);
	pack(repo);
	assert_loose(MANY);
	assert_says(before, "%s", look);
	run("%s", undo);
	pack(repo);
	assert_loose(0);
	run("test ! -e .git/packed-refs.lock");
	run("git for-each-ref --format='delete %%(refname)' refs/ours | "
	    "git update-ref --stdin");
	free(before);
	repository_free(repo);
}

static void what_is_not_known_is_left_alone(void **state)
{
	(void)state;
	repository_free(repo_with_commits());
	run("git pack-refs --all");
	assert_left_alone(": >.git/packed-refs.lock",
			  "rm .git/packed-refs.lock");
	assert_left_alone("mv .git/packed-refs p && ln -s ../p "
			  ".git/packed-refs",
			  "rm .git/packed-refs && mv p .git/packed-refs");
	assert_left_alone("cp .git/packed-refs p && "
			  "sed -i 's/ sorted//' .git/packed-refs",
			  "mv p .git/packed-refs");
	assert_left_alone("cp .git/packed-refs p && "
			  "sed -i 's/ sorted/ sorted newer/' .git/packed-refs",
			  "mv p .git/packed-refs");
	assert_left_alone("cp .git/packed-refs p && "
			  "truncate -s -1 .git/packed-refs",
			  "mv p .git/packed-refs");
	assert_left_alone("mv .git/packed-refs p && : >.git/packed-refs",
			  "mv p .git/packed-refs");
}

/* -- beside others --------------------------------------------------------- */

/* Each makes refs of its own, moves every second and deletes every third. */
static int set_refs(struct repository *repo, int nr, const struct oid *values)
{
	struct error err = ERROR_INIT;

	for (int i = 0; i < REFS; i++) {
		struct ref_list gone = REF_LIST_INIT;
		char *name = xstrfmt("refs/ours/%d/%d", nr, i);
		const struct oid *now = &values[0];
		int ret = ref_update(repo, name, now, NULL, &err);

		if (!ret && i % 2) {
			ret = ref_update(repo, name, &values[1], now, &err);
			now = &values[1];
		}
		/* And there again, as it was. */
		for (int j = 0; !ret && i % 5 == 0 && j < 2; j++) {
			ref_list_add(&gone, name, now);
			ret = ref_delete(repo, &gone, &err);
			ref_list_release(&gone);
			if (!ret && !j)
				ret = ref_update(repo, name, now, NULL, &err);
		}
		free(name);
		if (ret < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
	}
	return 0;
}

/* In a process of its own, which has begun. */
static pid_t pack_for_ever(struct repository *repo)
{
	struct error err = ERROR_INIT;
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(1);
	if (!pid)
		assert_int_equal(write(ends[1], "", 1), 1);
	else
		assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	while (!pid)
		if (ref_pack(repo, prefixes, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			_exit(1);
		}
	return pid;
}

/* What set_refs() has made, and nothing else. */
static void assert_set(void)
{
	run("for n in 0 1; do for i in $(seq 0 %d); do "
	    "test $((i %% 5)) -eq 0 || "
	    "echo $(git rev-parse c$((i %% 2))) refs/ours/$n/$i; "
	    "done; done | LC_ALL=C sort -k2 >want && "
	    "git for-each-ref --format='%%(objectname) %%(refname)' "
	    "refs/ours/0 refs/ours/1 | cmp - want",
	    REFS - 1);
}

static void no_ref_is_lost_or_comes_back(void **state)
{
	struct repository *repo = repo_with_commits();
	struct oid values[2];
	pid_t packers[2], pids[2];
	int status;

	(void)state;
	for (int i = 0; i < 2; i++) {
		char *value = says("git rev-parse c%d", i);

		values[i] = oid_of(value);
		free(value);
	}
	make_refs("refs/ours/k/", 0, MANY, "c2");
	for (int i = 0; i < 2; i++)
		packers[i] = pack_for_ever(repo);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i])
			_exit(set_refs(repo, i, values));
	}
	/* Loose again and again, and git packs as well. */
	for (int i = 0; i < 8; i++)
		run("git for-each-ref --format='update %%(refname) "
		    "%%(objectname)' refs/ours/k | sed 's/[0-9a-f]*$/'"
		    "$(git rev-parse c%d)/ | git update-ref --stdin; "
		    "test %d -ne 0 || git pack-refs --all 2>/dev/null || :",
		    i % 3, i % 7);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(packers[i], SIGTERM), 0);
		assert_int_equal(waitpid(packers[i], &status, 0), packers[i]);
		assert_true(WIFSIGNALED(status));
	}
	assert_set();
	assert_says("64", "git for-each-ref refs/ours/k | wc -l");
	assert_clean();
	repository_free(repo);
}

static void killed_at_any_time_it_leaves_every_ref(void **state)
{
	struct repository *repo = repo_with_commits();
	uint64_t random = 17;
	int64_t start, span_ms;
	int left = 0;

	(void)state;
	/* How long it takes here and now. */
	make_refs("refs/ours/first/", 0, 150, "c0");
	start = clock_monotonic_ms();
	pack(repo);
	span_ms = (clock_monotonic_ms() - start) % 900 + 1;
	for (int round = 0; round < 16; round++) {
		struct error err = ERROR_INIT;
		struct timespec wait = {0};
		struct oid oid;
		char *want, *twins;
		int status;
		pid_t pid;

		make_refs("refs/ours/", round * 150, 150, "c0");
		want = says("git for-each-ref");
		pid = pack_for_ever(repo);
		wait.tv_nsec = (long)(scratch_random(&random) %
				      ((uint64_t)span_ms * 1000000));
		nanosleep(&wait, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_says(want, "git for-each-ref");
		twins = says("ls .git/checkpoint.d/refs 2>/dev/null | wc -l");
		left += atoi(twins);
		free(twins);
		/* The next of ours does away with the locks. */
		oid = oid_of(want);
		assert_ok(ref_update(repo, "refs/next", &oid,
				     round ? &oid : NULL, &err),
			  &err);
		assert_says("", "find .git -name '*.lock' -o -path "
				"'*checkpoint.d/refs/*'");
		free(want);
	}
	assert_true(left > 0);
	assert_clean();
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(many_are_packed_and_few_are_not),
		IN_SCRATCH(a_first_file_is_what_git_writes),
		IN_SCRATCH(newer_values_replace_older_ones),
		IN_SCRATCH(what_leads_to_no_commit_stays_loose),
		IN_SCRATCH(a_large_file_is_written_less_often),
		IN_SCRATCH(the_configuration_is_asked),
		IN_SCRATCH(what_is_not_known_is_left_alone),
		IN_SCRATCH(no_ref_is_lost_or_comes_back),
		IN_SCRATCH(killed_at_any_time_it_leaves_every_ref),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
