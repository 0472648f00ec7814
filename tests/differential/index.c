/*
 * Our reading of the index, and what we write, against git's: random commands
 * change a repository, and after each both say what is in the index, which
 * files are the ones it speaks of, and what a copy that we wrote means.
 *
 *	build/tests/differential/index [<seconds> [<seed>]]
 */
#include "git/index.h"

#include "random_worktree.h"

#include "../unit/index_listing.h"
#include "git/tree.h"

#define STEPS 12

static struct random_run run;

struct round {
	random_state random;
	uint64_t seed;
	struct repository *repo;
	struct index_stat_rules rules;
	bool split; /* or sparse: git has no index that is both */
};

static void command(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void command(const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vaddf(&text, fmt, args);
	va_end(args);
	shell(text.ptr);
	buf_release(&text);
}

static bool chance(struct round *round, unsigned percent)
{
	return random_percent(&round->random, percent);
}

/* One of few paths, so that they are met again; some are in the way. */
static void random_path(struct round *round, struct buf *out)
{
	static const char *const dirs[] = {"",	    "",	      "d/",  "d/e/",
					   "d/e/f", "d.x/",   "d-x", "in/",
					   "in/x/", "out/x/", "out/"};

	buf_reset(out);
	buf_addstr(out, RANDOM_OF(&round->random, dirs));
	buf_addf(out, "%c%zu", 'a' + (int)random_below(&round->random, 3),
		 random_below(&round->random, 4));
}

/* Lines of shell. What is in the way goes, or stays, as it happens. */
static void add_file(struct round *round, struct buf *script)
{
	struct buf path = BUF_INIT;

	random_path(round, &path);
	buf_addf(script, "mkdir -p \"$(dirname %s)\" && rm -rf %s && ",
		 path.ptr, path.ptr);
	if (chance(round, 10))
		buf_addf(script, "ln -s to %s\n", path.ptr);
	else
		buf_addf(script, "printf %.*s >%s\n",
			 (int)random_below(&round->random, 4), "123", path.ptr);
	if (chance(round, 60))
		buf_addf(script, "touch -h -d '%zu minutes ago' %s\n",
			 1 + random_below(&round->random, 9), path.ptr);
	buf_release(&path);
}

static void make_files(struct round *round, size_t nr)
{
	struct buf script = BUF_INIT;

	while (nr--)
		add_file(round, &script);
	command("{ %s} 2>&1; :", script.ptr);
	buf_release(&script);
}

/* A change that may keep some of the stat data. */
static void change_file(struct round *round)
{
	static const char *const ways[] = {
		"touch -h %s",
		"chmod +x %s",
		"chmod -x %s",
		"rm %s",
		"printf longer >>%s",
		"cp -p %s copy.tmp && mv copy.tmp %s",
		"touch -r %s r.tmp && printf 321 >%s && touch -r r.tmp %s",
		"touch -h -d @1200000000.5 %s",
		"touch -h -d @1200000000.7 %s",
		"chown 1:1 %s",
	};
	const char *way = RANDOM_OF(&round->random, ways), *at;
	struct buf text = BUF_INIT, path = BUF_INIT;

	random_path(round, &path);
	while ((at = strstr(way, "%s"))) {
		buf_add(&text, way, (size_t)(at - way));
		buf_addstr(&text, path.ptr);
		way = at + 2;
	}
	command("{ test -f %s && %s%s; } 2>&1; rm -f copy.tmp r.tmp", path.ptr,
		text.ptr, way);
	buf_release(&text);
	buf_release(&path);
}

static void add_conflict(struct round *round)
{
	struct buf path = BUF_INIT;

	random_path(round, &path);
	command("blob=$(echo x | git hash-object -w --stdin) && "
		"{ echo \"0 $blob 0\t%s\"; for s in %s; do "
		"echo \"100644 $blob $s\t%s\"; done; } | "
		"git update-index --replace --index-info",
		path.ptr,
		chance(round, 50)   ? "1 2 3"
		: chance(round, 50) ? "2"
				    : "1 3",
		path.ptr);
	buf_release(&path);
}

static void run_git(struct round *round)
{
	static const char *const commands[] = {
		"add -A",
		"add -A",
		"add -N .",
		"update-index -q --refresh",
		"status --short",
		"reset -q",
		"read-tree --empty",
		"update-index --index-version 2",
		"update-index --index-version 4",
		"update-index --split-index",
		"update-index --no-split-index",
		"update-index --untracked-cache",
		"config splitIndex.maxPercentChange 100",
		"rm -q -r --cached d",
		"write-tree",
		"commit -q --allow-empty -m x",
		"sparse-checkout set --cone --sparse-index in",
		"sparse-checkout set --cone --no-sparse-index in d",
		"sparse-checkout disable",
	};
	static const char *const flags[] = {
		"--assume-unchanged", "--no-assume-unchanged",
		"--skip-worktree",    "--no-skip-worktree",
		"--chmod=+x",	      "--force-remove",
	};
	const char *any = RANDOM_OF(&round->random, commands);
	struct buf path = BUF_INIT;

	random_path(round, &path);
	/* Not all of them can be done at any time. */
	if (strstr(any, round->split ? "sparse" : "split") || chance(round, 40))
		command("git update-index %s %s >.git/log 2>&1; :",
			RANDOM_OF(&round->random, flags), path.ptr);
	else
		command("git %s >.git/log 2>&1; :", any);
	buf_release(&path);
}

static void step(struct round *round)
{
	switch (random_below(&round->random, 8)) {
	case 0:
	case 1:
		make_files(round, 1);
		break;
	case 2:
	case 3:
		change_file(round);
		break;
	case 4:
		add_conflict(round);
		break;
	default:
		run_git(round);
	}
}

static bool same_nsec(const struct index_entry *entry, const struct stat *st)
{
	const struct index_stat stat = index_entry_stat(entry);

	return stat.mtime_nsec == (uint32_t)st->st_mtim.tv_nsec &&
	       stat.ctime_nsec == (uint32_t)st->st_ctim.tv_nsec;
}

/* `git diff-files` lists what is not the file that the index speaks of. */
static size_t compare_matches(const struct round *round,
			      const struct index *index)
{
	struct strlist changed = STRLIST_INIT;
	struct buf out = BUF_INIT;
	size_t compared = 0;

	scratch_run(&out, "git diff-files -z --name-only 2>.git/log", 0);
	for (size_t pos = 0; pos < out.len; pos += strlen(out.ptr + pos) + 1)
		strlist_add(&changed, out.ptr + pos);
	strlist_sort(&changed);
	for (size_t i = 0; i < index->nr; i++) {
		const struct index_entry *entry = &index->entries[i];
		bool ours, theirs;
		struct stat st;

		if (entry->stage || (entry->flags & ~(unsigned)INDEX_RACY) ||
		    lstat(entry->path, &st) < 0)
			continue;
		ours = index_entry_matches(index, entry, &st, &round->rules);
		theirs = !strlist_has(&changed, entry->path);
		/* git looks at the content where it is in doubt. */
		if (ours == theirs ||
		    (theirs && (index_entry_is_racy(index, entry) ||
				!same_nsec(entry, &st)))) {
			compared++;
			continue;
		}
		fail_msg("seed %ju: '%s' is %sthe same to us, %s to git",
			 (uintmax_t)round->seed, entry->path,
			 ours ? "" : "not ", ours ? "not" : "it is");
	}
	strlist_release(&changed);
	buf_release(&out);
	return compared;
}

/* What git says, and its exit status, of a copy: git may refresh an index. */
static void git_says(struct buf *out, const char *index, const char *what)
{
	struct buf text = BUF_INIT;

	buf_addf(&text,
		 "cp -p %s .git/own && { GIT_INDEX_FILE=.git/own git %s "
		 "2>.git/log; echo $?; }; rm .git/own",
		 index, what);
	scratch_run(out, text.ptr, 0);
	buf_release(&text);
}

static void assert_same_output(const struct round *round, const char *what)
{
	struct buf own = BUF_INIT, copy = BUF_INIT;

	git_says(&own, ".git/index", what);
	git_says(&copy, ".git/copy", what);
	if (own.len != copy.len || memcmp(own.ptr, copy.ptr, own.len) != 0)
		fail_msg("seed %ju: git %s says\n%s\nof our copy\n%s",
			 (uintmax_t)round->seed, what, own.ptr, copy.ptr);
	buf_release(&own);
	buf_release(&copy);
}

static struct index *read_and_compare(const struct round *round,
				      const char *path)
{
	struct error err = ERROR_INIT;
	struct buf ours = BUF_INIT, theirs = BUF_INIT;
	struct index *index;
	char *difference;

	if (index_read(&index, round->repo, path, &err) < 0)
		fail_msg("seed %ju: %s", (uintmax_t)round->seed, err.text);
	listing_of(&ours, index);
	listing_by_git(&theirs, path);
	difference = listing_difference(&ours, &theirs);
	if (difference)
		fail_msg("seed %ju: '%s' is %s", (uintmax_t)round->seed, path,
			 difference);
	buf_release(&ours);
	buf_release(&theirs);
	return index;
}

static void compare_copy(struct round *round, const struct index *index)
{
	struct error err = ERROR_INIT;
	struct index_lock *lock = NULL;
	unsigned version = 2 + (unsigned)random_below(&round->random, 3);
	const struct index *from = chance(round, 70) ? index : NULL;

	if (index_lock(&lock, ".git/copy", NULL, &err) < 0 ||
	    index_lock_write(lock, index->entries, index->nr, from, version,
			     chance(round, 70), index->tree, &err) < 0 ||
	    index_lock_commit(lock, NULL, &err) < 0)
		fail_msg("seed %ju: %s", (uintmax_t)round->seed, err.text);
	index_free(read_and_compare(round, ".git/copy"));
	assert_same_output(round, "status --porcelain");
	assert_same_output(round, "write-tree");
	assert_same_output(round, "ls-files -t -s");
	command("rm .git/copy");
}

static size_t compare(struct round *round)
{
	struct index *index;
	size_t cases;

	if (access(".git/index", F_OK) < 0)
		return 0;
	index = read_and_compare(round, ".git/index");
	cases = index->nr + compare_matches(round, index);
	if (chance(round, 40))
		compare_copy(round, index);
	index_free(index);
	return cases;
}

static void configure(struct round *round)
{
	round->rules = (struct index_stat_rules){
		.trust_ctime = chance(round, 70),
		.check_stat = chance(round, 80),
		.trust_mode = chance(round, 80),
		.has_symlinks = true,
	};
	command("git init -q . && git config user.name A && "
		"git config user.email a@example.com && "
		"git config core.trustctime %d && git config core.fileMode %d",
		round->rules.trust_ctime, round->rules.trust_mode);
	/* git would forget skip-worktree where the file is there. */
	command("git config sparse.expectFilesOutsideOfPatterns true");
	if (!round->rules.check_stat)
		command("git config core.checkStat minimal");
	round->split = chance(round, 50);
	if (round->split && chance(round, 40))
		command("git config core.splitIndex true");
}

static size_t compare_repository(uint64_t seed)
{
	struct round round = {.random = random_start(seed), .seed = seed};
	size_t cases = 0;

	command("rm -rf repo && mkdir repo");
	must(!chdir("repo"), "repo");
	configure(&round);
	make_files(&round, 15);
	if (chance(&round, 80))
		command("git add -A && git commit -q -m one");
	round.repo = open_repository();
	for (int i = 0; i < STEPS; i++) {
		step(&round);
		cases += compare(&round);
	}
	repository_free(round.repo);
	must(!chdir(".."), "..");
	return cases;
}

static void repositories_agree_with_git(void **state)
{
	(void)state;
	random_rounds(&run, compare_repository);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest kept[] = {
		cmocka_unit_test_setup(repositories_agree_with_git,
				       scratch_enter),
	};
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(repositories_agree_with_git),
	};

	run = random_run(argc, argv);
	return run.one ? cmocka_run_group_tests(kept, NULL, NULL)
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
