#include "git/ref.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "git/ref_draft.h"
#include "git/ref_name.h"
#include "git/repository.h"
#include "scratch.h"

/* The repository "r" that the test stands in, with blobs to refer to. */
#define NR_BLOBS 64
struct fixture {
	char *dir;
	struct repository *repo;
	struct oid blobs[NR_BLOBS];
};

static void shell(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

static struct repository *open_here(void)
{
	struct error err = ERROR_INIT;
	struct repository *repo;

	assert_int_equal(repository_open(&repo, &err), 0);
	return repo;
}

static int set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct buf out = BUF_INIT;

	if (scratch_enter(state) < 0)
		return -1;
	fixture->dir = *state;
	shell("git config --global user.name A &&"
	      "git config --global user.email a@example.com &&"
	      "git config --global init.defaultBranch main &&"
	      "git init -q r && cd r && git commit -q --allow-empty -m x");
	assert_int_equal(chdir("r"), 0);
	scratch_run(&out,
		    "i=0; while test $i -lt 64; do echo $i >blob-$i;"
		    "echo blob-$i; i=$((i + 1)); done |"
		    "git hash-object -w --stdin-paths; rm blob-*",
		    0);
	for (size_t i = 0; i < NR_BLOBS; i++)
		assert_true(oid_parse(&fixture->blobs[i],
				      out.ptr + i * (OID_HEXSZ + 1)));
	buf_release(&out);
	fixture->repo = open_here();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	repository_free(fixture->repo);
	*state = fixture->dir;
	free(fixture);
	return scratch_leave(state);
}

#define IN_REPOSITORY(test)                                                    \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* What fails fails with this text, or part of it. */
static void assert_error(int ret, int code, struct error *err, const char *part)
{
	assert_int_equal(ret, code);
	assert_int_equal(err->code, code);
	if (!strstr(err->text, part))
		assert_string_equal(err->text, part);
	error_release(err);
}

static void names_are_as_in_git(void **state)
{
	static const char *const parts[] = {
		"a", "b",     "/", "/",	 ".",	 "..",	     "@", "@{",
		"{", ".lock", "~", "^",	 ":",	 "?",	     "*", "[",
		" ", "\\",    "x", "\t", "\177", "\303\244", "-"};
	struct buf names = BUF_INIT, said = BUF_INIT;
	uint64_t random = 3;
	struct strlist list = STRLIST_INIT;

	(void)state;
	for (int nr = 0; nr < 500; nr++) {
		buf_addstr(&names, "refs/");
		for (uint64_t j = scratch_random(&random) % 5 + 1; j; j--)
			buf_addstr(&names, parts[scratch_random(&random) %
						 ARRAY_SIZE(parts)]);
		buf_addch(&names, '\n');
	}
	scratch_write("names", &names);
	scratch_run(&said,
		    "while IFS= read -r name; do"
		    "  git check-ref-format \"$name\" && printf y || printf n;"
		    "done <names",
		    0);
	strlist_split(&list, names.ptr, '\n');
	assert_int_equal(list.nr, 500);
	for (size_t i = 0; i < list.nr; i++)
		if (ref_name_is_valid(list.items[i]) != (said.ptr[i] == 'y'))
			fail_msg("'%s'", list.items[i]);
	strlist_release(&list);
	buf_release(&names);
	buf_release(&said);
}

static void names_beside_refs_are_words_in_capitals(void **state)
{
	(void)state;
	assert_true(ref_name_is_valid("HEAD"));
	assert_true(ref_name_is_valid("ORIG_HEAD"));
	assert_false(ref_name_is_valid(""));
	assert_false(ref_name_is_valid("config"));
	assert_false(ref_name_is_valid("HEAD/x"));
	assert_false(ref_name_is_valid("../HEAD"));
	assert_false(ref_name_is_valid("objects/info"));
}

/* Refs in all forms, for the tests that read them. */
static const char *const many_forms =
	"B=$(git rev-parse HEAD) && set -e &&"
	"for i in 1 2 3; do"
	"  for s in a a-b a.b ab b; do"
	"    git update-ref refs/x/$s/$i $B; done; done &&"
	"git tag -a -m t annotated && git pack-refs --all &&"
	/* Loose over packed, loose alone, and gone again. */
	"O=$(git commit-tree -m o HEAD^{tree}) &&"
	"git update-ref refs/x/a/2 $O && git update-ref refs/x/c/1 $O &&"
	"git update-ref -d refs/x/b/3 && mkdir -p .git/refs/x/empty/er &&"
	/* Symbolic ones, one of which leads nowhere, and what is no ref. */
	"git symbolic-ref refs/x/sym refs/x/a/2 &&"
	"git symbolic-ref refs/x/dangling refs/x/none &&"
	"echo $O >.git/refs/x/a/4.lock && echo $O >.git/refs/x/.hidden";

/* The same packed refs as a git older than 2.15 may leave them. */
static const char *const unsort =
	"{ echo '# pack-refs with: peeled '; grep -v '^[#^]' .git/packed-refs |"
	"  sort -r; } >p && mv p .git/packed-refs";

static void assert_list_is_git_s(struct repository *repo, const char *prefix)
{
	struct ref_list list = REF_LIST_INIT;
	struct buf command = BUF_INIT, want = BUF_INIT, got = BUF_INIT;
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];

	buf_addf(&command,
		 "git for-each-ref --format='%%(objectname) %%(refname)' %s "
		 "2>/dev/null",
		 prefix);
	scratch_run(&want, command.ptr, 0);
	assert_int_equal(ref_list_read(repo, prefix, &list, &err), 0);
	for (size_t i = 0; i < list.nr; i++)
		buf_addf(&got, "%s %s\n", oid_hex(&list.items[i].oid, hex),
			 list.items[i].name);
	assert_string_equal(got.ptr, want.ptr);
	ref_list_release(&list);
	buf_release(&command);
	buf_release(&want);
	buf_release(&got);
}

static void lists_what_git_lists(void **state)
{
	static const char *const prefixes[] = {
		"refs/",     "refs/x/",	      "refs/x/a/", "refs/x/a-b/",
		"refs/x/b/", "refs/x/empty/", "refs/z/",   "refs/tags/"};
	struct fixture *fixture = *state;

	shell(many_forms);
	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
			assert_list_is_git_s(fixture->repo, prefixes[i]);
		shell(pass ? "rm -f .git/packed-refs" : unsort);
	}
}

static void names_are_listed_without_reading(void **state)
{
	struct fixture *fixture = *state;
	struct ref_list list = REF_LIST_INIT;
	struct buf want = BUF_INIT, got = BUF_INIT;
	struct error err = ERROR_INIT;
	struct oid oid;

	shell(many_forms);
	shell("echo nonsense >.git/refs/x/nonsense");
	scratch_run(&want,
		    "{ git for-each-ref --format='%(refname)' refs/x/; "
		    "  echo refs/x/dangling; echo refs/x/nonsense; "
		    "} 2>/dev/null | LC_ALL=C sort",
		    0);
	assert_int_equal(ref_list_read_names(fixture->repo, "refs/x/", NULL,
					     &list, &err),
			 0);
	for (size_t i = 0; i < list.nr; i++) {
		const struct ref *ref = &list.items[i];

		buf_addf(&got, "%s\n", ref->name);
		if (oid_is_zero(&ref->oid))
			continue;
		assert_int_equal(ref_read(fixture->repo, ref->name, &oid, &err),
				 0);
		assert_true(oid_equal(&oid, &ref->oid));
	}
	assert_string_equal(got.ptr, want.ptr);
	ref_list_release(&list);
	buf_release(&want);
	buf_release(&got);
}

static void names_that_begin_so_are_listed(void **state)
{
	static const char *const beginnings[] = {"",  "1",	"sym",
						 "3", "symbol", "a/"};
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;

	shell(many_forms);
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++) {
		struct ref_list list = REF_LIST_INIT, all = REF_LIST_INIT;
		size_t found = 0;

		assert_int_equal(ref_list_read_names(fixture->repo, "refs/",
						     NULL, &all, &err),
				 0);
		assert_int_equal(ref_list_read_names(fixture->repo, "refs/",
						     beginnings[i], &list,
						     &err),
				 0);
		for (size_t j = 0; j < all.nr; j++) {
			const char *name = all.items[j].name;

			if (strncmp(strrchr(name, '/') + 1, beginnings[i],
				    strlen(beginnings[i])))
				continue;
			assert_true(found < list.nr);
			assert_string_equal(list.items[found++].name, name);
		}
		assert_int_equal(list.nr, found);
		/* The first four are of refs that are loose and packed. */
		assert_true(i < 4 ? found > 0 : i != 4 || !found);
		ref_list_release(&list);
		ref_list_release(&all);
	}
}

static void reads_what_git_reads(void **state)
{
	static const char *const names[] = {
		"HEAD",	      "refs/heads/main", "refs/x/a/1",	   "refs/x/a/2",
		"refs/x/b/3", "refs/x/c/1",	 "refs/x/sym",	   "refs/x/a",
		"refs/x",     "refs/x/ab/3",	 "refs/x/none",	   "refs/a",
		"refs/z",     "refs/x/a-b/1",	 "refs/x/dangling"};
	struct fixture *fixture = *state;

	shell(many_forms);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			struct buf command = BUF_INIT, out = BUF_INIT;
			struct error err = ERROR_INIT;
			struct oid want, got;
			int ret = ref_read(fixture->repo, names[i], &got, &err);

			buf_addf(&command,
				 "git rev-parse -q --verify %s 2>/dev/null || "
				 "true",
				 names[i]);
			scratch_run(&out, command.ptr, 0);
			if (oid_parse(&want, out.ptr)) {
				assert_int_equal(ret, 0);
				assert_true(oid_equal(&got, &want));
			} else {
				assert_int_equal(ret, ERR_NOT_FOUND);
			}
			error_release(&err);
			buf_release(&command);
			buf_release(&out);
		}
		shell(unsort);
	}
}

static void assert_children(struct repository *repo, const char *prefix,
			    const char *want)
{
	struct strlist list = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct buf got = BUF_INIT;

	assert_int_equal(ref_list_children(repo, prefix, &list, &err), 0);
	for (size_t i = 0; i < list.nr; i++)
		buf_addf(&got, "%s ", list.items[i]);
	assert_string_equal(got.ptr, want);
	strlist_release(&list);
	buf_release(&got);
}

static void children_are_listed_once(void **state)
{
	struct fixture *fixture = *state;

	shell(many_forms);
	for (int pass = 0; pass < 2; pass++) {
		assert_children(fixture->repo, "refs/x/",
				"a a-b a.b ab b c dangling sym ");
		assert_children(fixture->repo, "refs/x/a/", "1 2 3 ");
		assert_children(fixture->repo, "refs/x/empty/", "");
		assert_children(fixture->repo, "refs/none/", "");
		shell(unsort);
	}
}

static void damage_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct ref_list list = REF_LIST_INIT;
	struct error err = ERROR_INIT;
	struct oid oid;

	shell("mkdir -p .git/refs/x && : >.git/refs/x/empty &&"
	      "echo nonsense >.git/refs/x/nonsense &&"
	      "printf 'ref: ../../../config\n' >.git/refs/x/outside");
	assert_error(ref_read(fixture->repo, "refs/x/empty", &oid, &err),
		     ERR_INVALID, &err, "ref 'refs/x/empty' is damaged");
	assert_error(ref_read(fixture->repo, "refs/x/outside", &oid, &err),
		     ERR_INVALID, &err, "ref 'refs/x/outside' is damaged");
	assert_error(ref_read(fixture->repo, "refs/x/../../config", &oid, &err),
		     ERR_INVALID, &err, "is not a valid ref name");
	assert_int_equal(ref_list_read(fixture->repo, "refs/x/", &list, &err),
			 0);
	assert_int_equal(list.nr, 3);
	for (size_t i = 0; i < list.nr; i++)
		assert_true(oid_is_zero(&list.items[i].oid));
	/* Each can be got rid of, though git refuses to touch it. */
	assert_int_equal(ref_delete(fixture->repo, &list, &err), 0);
	ref_list_release(&list);
	assert_children(fixture->repo, "refs/x/", "");

	shell("git update-ref refs/x/a HEAD && git pack-refs --all &&"
	      "echo 'no line' >>.git/packed-refs");
	assert_error(ref_list_read(fixture->repo, "refs/x/", &list, &err),
		     ERR_INVALID, &err, "'packed-refs' is damaged at byte ");
	ref_list_release(&list);
}

static void prefixes_are_checked(void **state)
{
	static const char *const bad[] = {
		"",	  "/",	      "refs", "refs/x",
		"refs//", "refs/../", "x/",   "refs/x/../../"};
	struct fixture *fixture = *state;
	struct strlist names = STRLIST_INIT;
	struct ref_list list = REF_LIST_INIT;
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_error(ref_list_read(fixture->repo, bad[i], &list, &err),
			     ERR_INVALID, &err, "is not a valid prefix");
		assert_error(
			ref_list_children(fixture->repo, bad[i], &names, &err),
			ERR_INVALID, &err, "is not a valid prefix");
	}
}

static void assert_ref(const struct fixture *fixture, const char *name,
		       const struct oid *want)
{
	struct buf command = BUF_INIT, out = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	(void)fixture;
	buf_addf(&command, "git rev-parse -q --verify %s 2>/dev/null || true",
		 name);
	scratch_run(&out, command.ptr, 0);
	buf_trim(&out);
	assert_string_equal(out.ptr, want ? oid_hex(want, hex) : "");
	buf_release(&command);
	buf_release(&out);
}

static void update_compares_and_swaps(void **state)
{
	struct fixture *fixture = *state;
	struct repository *repo = fixture->repo;
	const struct oid *blobs = fixture->blobs;
	const char *name = "refs/checkpoints/s/cp_1";
	struct error err = ERROR_INIT;

	assert_error(ref_update(repo, name, &blobs[0], &blobs[1], &err),
		     ERR_CHANGED, &err, "does not exist any more");
	assert_int_equal(ref_update(repo, name, &blobs[0], NULL, &err), 0);
	for (int pass = 0; pass < 2; pass++) {
		assert_ref(fixture, name, &blobs[0]);
		assert_error(ref_update(repo, name, &blobs[1], NULL, &err),
			     ERR_CHANGED, &err, "exists already");
		assert_error(ref_update(repo, name, &blobs[2], &blobs[1], &err),
			     ERR_CHANGED, &err, "but expected");
		shell("git pack-refs --all");
	}
	assert_int_equal(ref_update(repo, name, &blobs[1], &blobs[0], &err), 0);
	assert_ref(fixture, name, &blobs[1]);
	shell("git symbolic-ref refs/x/sym refs/x/to");
	assert_error(ref_update(repo, "refs/x/sym", &blobs[1], NULL, &err),
		     ERR_INVALID, &err, "is symbolic");
	assert_error(ref_update(repo, "refs/x/.lock", &blobs[1], NULL, &err),
		     ERR_INVALID, &err, "is not a valid ref name");
	shell("test -z \"$(find .git -name '*.lock')\" &&"
	      "git symbolic-ref -d refs/x/sym && git fsck --strict");
}

/* What is in the directory of drafts, and under which names. */
static void assert_drafts(const char *names)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, "ls .git/checkpoint.d/refs", 0);
	assert_string_equal(out.ptr, names);
	buf_release(&out);
}

static void a_draft_is_written_ahead(void **state)
{
	static const char name[] = "refs/x/ahead";
	struct fixture *fixture = *state;
	struct repository *repo = fixture->repo;
	const struct oid *blobs = fixture->blobs;
	struct error err = ERROR_INIT;
	struct ref_draft draft, other;
	struct oid oid;

	ref_draft_init(&draft, repo, name, &blobs[0]);
	assert_int_equal(ref_draft_fd(&draft), -1);
	assert_int_equal(ref_draft_write(&draft, repo, &err), 0);
	assert_int_not_equal(ref_draft_fd(&draft), -1);
	assert_drafts("refs:x:ahead\n");
	assert_error(ref_read(repo, name, &oid, &err), ERR_NOT_FOUND, &err,
		     "does not exist");
	/* Other refs are not in its way, nor swept with the dead ones. */
	assert_int_equal(ref_update(repo, "refs/x/o", &blobs[1], NULL, &err),
			 0);
	assert_drafts("refs:x:ahead\n");
	/* A second one of the same ref is written when it is set. */
	ref_draft_init(&other, repo, name, &blobs[1]);
	assert_int_equal(ref_draft_write(&other, repo, &err), 0);
	assert_int_equal(ref_draft_fd(&other), -1);
	assert_int_equal(ref_draft_set(&draft, repo, NULL, &err), 0);
	ref_draft_release(&draft);
	assert_drafts("");
	assert_int_equal(ref_read(repo, name, &oid, &err), 0);
	assert_true(oid_equal(&oid, &blobs[0]));
	assert_error(ref_draft_set(&other, repo, NULL, &err), ERR_CHANGED, &err,
		     "exists already");
	ref_draft_release(&other);
	assert_drafts("");
}

static void a_draft_that_is_not_set_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	struct ref_draft draft;

	shell("git config core.fsync none");
	repository_free(fixture->repo);
	fixture->repo = open_here();
	ref_draft_init(&draft, fixture->repo, "refs/x/y", &fixture->blobs[0]);
	assert_int_equal(ref_draft_write(&draft, fixture->repo, &err), 0);
	/* Nobody asked for it to be synced. */
	assert_int_equal(ref_draft_fd(&draft), -1);
	ref_draft_release(&draft);
	assert_drafts("");
	shell("test ! -e .git/refs/x");
}

static void update_writes_no_reflog(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;

	shell("git config core.logAllRefUpdates always");
	repository_free(fixture->repo);
	fixture->repo = open_here();
	assert_int_equal(ref_update(fixture->repo, "refs/notes/checkpoints/s",
				    &fixture->blobs[0], NULL, &err),
			 0);
	shell("test ! -e .git/logs/refs/notes");
}

static void names_of_directories_are_in_the_way(void **state)
{
	struct fixture *fixture = *state;
	const struct oid *blob = &fixture->blobs[0];
	struct error err = ERROR_INIT;

	assert_int_equal(
		ref_update(fixture->repo, "refs/x/a/1", blob, NULL, &err), 0);
	for (int pass = 0; pass < 2; pass++) {
		assert_error(
			ref_update(fixture->repo, "refs/x/a", blob, NULL, &err),
			ERR_EXISTS, &err, "'refs/x/a'");
		assert_error(ref_update(fixture->repo, "refs/x/a/1/2", blob,
					NULL, &err),
			     ERR_EXISTS, &err, "'refs/x/a/1/2'");
		assert_ref(fixture, "refs/x/a/1", blob);
		shell("git pack-refs --all");
	}
	/* An empty directory that was left is not. */
	shell("git update-ref -d refs/x/a/1 && mkdir -p .git/refs/x/a");
	assert_int_equal(
		ref_update(fixture->repo, "refs/x/a", blob, NULL, &err), 0);
	assert_ref(fixture, "refs/x/a", blob);
}

static void *unlock_later(void *path)
{
	const struct timespec wait = {.tv_nsec = 200000000};

	nanosleep(&wait, NULL);
	unlink(path);
	return NULL;
}

static void a_lock_is_waited_for(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	char path[] = ".git/refs/x/a.lock";
	pthread_t thread;
	int64_t start;

	shell("mkdir -p .git/refs/x && : >.git/refs/x/a.lock");
	assert_int_equal(pthread_create(&thread, NULL, unlock_later, path), 0);
	assert_int_equal(ref_update(fixture->repo, "refs/x/a",
				    &fixture->blobs[0], NULL, &err),
			 0);
	pthread_join(thread, NULL);
	shell(": >.git/refs/x/a.lock");
	start = clock_monotonic_ms();
	assert_int_equal(ref_update(fixture->repo, "refs/x/a",
				    &fixture->blobs[1], &fixture->blobs[0],
				    &err),
			 ERR_LOCKED);
	assert_true(clock_monotonic_ms() - start >= 900);
	assert_non_null(strstr(err.text, "refs/x/a.lock' exists"));
	assert_non_null(strstr(err.hints, "remove the file"));
	error_release(&err);
	assert_int_equal(access(".git/refs/x/a.lock", F_OK), 0);
	assert_ref(fixture, "refs/x/a", &fixture->blobs[0]);
}

/* Run `work` in `nr` processes; returns the sum of their exit statuses. */
static int fork_each(int nr, int (*work)(const struct fixture *, int),
		     const struct fixture *fixture)
{
	int sum = 0, status;

	for (int i = 0; i < nr; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			_exit(work(fixture, i));
	}
	while (wait(&status) > 0) {
		assert_true(WIFEXITED(status));
		sum += WEXITSTATUS(status);
	}
	return sum;
}

/* How many of 40 refs it was that this one created. */
static int create_forty(const struct fixture *fixture, int nr)
{
	int won = 0;

	for (int i = 0; i < 40; i++) {
		struct error err = ERROR_INIT;
		char *name = xstrfmt("refs/race/%d/%d", i % 4, i);
		int ret = ref_update(fixture->repo, name, &fixture->blobs[nr],
				     NULL, &err);

		if (ret && ret != ERR_CHANGED)
			return 200;
		won += !ret;
		error_release(&err);
		free(name);
	}
	return won;
}

static void one_of_many_creates_a_ref(void **state)
{
	const struct fixture *fixture = *state;

	assert_int_equal(fork_each(5, create_forty, fixture), 40);
}

static size_t blob_number(const struct fixture *fixture, const struct oid *oid)
{
	size_t i = 0;

	while (i < NR_BLOBS && !oid_equal(&fixture->blobs[i], oid))
		i++;
	return i;
}

static int count_up(void *context, const struct oid *old, struct oid *new_oid,
		    struct error *err)
{
	const struct fixture *fixture = context;
	size_t i = old ? blob_number(fixture, old) + 1 : 0;

	if (i >= NR_BLOBS)
		return error_set(err, ERR_FAILED, "counted too far");
	*new_oid = fixture->blobs[i];
	return 0;
}

static int count_twelve(const struct fixture *fixture, int nr)
{
	struct error err = ERROR_INIT;

	/* One of them packs, again and again. */
	if (!nr) {
		for (int i = 0; i < 30; i++)
			shell("git pack-refs --all --prune 2>/dev/null || :");
		return 0;
	}
	for (int i = 0; i < 12; i++)
		if (ref_update_locked(fixture->repo, "refs/count", count_up,
				      (void *)fixture, &err) < 0)
			return 1;
	return 0;
}

static void no_update_is_lost(void **state)
{
	const struct fixture *fixture = *state;

	assert_int_equal(fork_each(6, count_twelve, fixture), 0);
	assert_ref(fixture, "refs/count", &fixture->blobs[59]);
}

/* Another program that is faster, the first two times. */
struct meddler {
	const struct fixture *fixture;
	int calls;
};

static int change_meddled(void *context, const struct oid *old,
			  struct oid *new_oid, struct error *err)
{
	struct meddler *meddler = context;
	const struct oid *blobs = meddler->fixture->blobs;

	if (meddler->calls++ < 2) {
		*new_oid = blobs[50];
		return ref_update(meddler->fixture->repo, "refs/x/a",
				  &blobs[meddler->calls], old, err);
	}
	assert_true(oid_equal(old, &blobs[2]));
	*new_oid = blobs[3];
	return 0;
}

static void a_change_is_made_again_on_what_is_there(void **state)
{
	struct fixture *fixture = *state;
	struct meddler meddler = {.fixture = fixture};
	struct error err = ERROR_INIT;

	assert_int_equal(ref_update_locked(fixture->repo, "refs/x/a",
					   change_meddled, &meddler, &err),
			 0);
	assert_int_equal(meddler.calls, 3);
	assert_ref(fixture, "refs/x/a", &fixture->blobs[3]);
	assert_null(err.text);
}

static int change_to_nothing(void *context, const struct oid *old,
			     struct oid *new_oid, struct error *err)
{
	(void)context;
	(void)old;
	(void)err;
	*new_oid = (struct oid){{0}};
	return 0;
}

static void a_change_to_zero_deletes(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ref_update_locked(fixture->repo, "refs/x/a",
						   change_to_nothing, NULL,
						   &err),
				 0);
		assert_ref(fixture, "refs/x/a", NULL);
		assert_int_equal(ref_update(fixture->repo, "refs/x/a",
					    &fixture->blobs[0], NULL, &err),
				 0);
	}
}

static int write_for_ever(const struct fixture *fixture)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0;; i++)
		if (ref_update(fixture->repo, "refs/x/a",
			       &fixture->blobs[(i + 1) % NR_BLOBS],
			       &fixture->blobs[i % NR_BLOBS], &err) < 0)
			return 1;
}

static void a_signal_leaves_no_lock(void **state)
{
	struct fixture *fixture = *state;
	uint64_t random = 11;

	for (int round = 0; round < 40; round++) {
		struct timespec wait = {0};
		struct error err = ERROR_INIT;
		struct ref_list list = REF_LIST_INIT;
		int status;
		pid_t pid;

		assert_int_equal(ref_update(fixture->repo, "refs/x/a",
					    &fixture->blobs[0], NULL, &err),
				 0);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			_exit(write_for_ever(fixture));
		wait.tv_nsec =
			3000000 + (long)(scratch_random(&random) % 3000000);
		nanosleep(&wait, NULL);
		assert_int_equal(kill(pid, SIGTERM), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(access(".git/refs/x/a.lock", F_OK), -1);
		assert_int_equal(
			ref_list_read(fixture->repo, "refs/x/", &list, &err),
			0);
		assert_int_equal(list.nr, 1);
		assert_int_equal(ref_delete(fixture->repo, &list, &err), 0);
		ref_list_release(&list);
	}
}

static void delete_takes_all_or_none(void **state)
{
	struct fixture *fixture = *state;
	struct repository *repo = fixture->repo;
	const struct oid *blobs = fixture->blobs;
	struct ref_list list = REF_LIST_INIT, wrong = REF_LIST_INIT;
	struct error err = ERROR_INIT;

	ref_list_add(&list, "refs/x/a", &blobs[0]);
	ref_list_add(&list, "refs/x/b", &blobs[1]);
	ref_list_add(&list, "refs/x/gone", &blobs[2]);
	ref_list_add(&wrong, "refs/x/a", &blobs[0]);
	ref_list_add(&wrong, "refs/x/b", &blobs[5]);
	assert_int_equal(ref_update(repo, "refs/x/a", &blobs[0], NULL, &err),
			 0);
	shell("git pack-refs --all");
	assert_int_equal(ref_update(repo, "refs/x/b", &blobs[1], NULL, &err),
			 0);
	assert_error(ref_delete(repo, &wrong, &err), ERR_CHANGED, &err,
		     "'refs/x/b' is at");
	assert_ref(fixture, "refs/x/a", &blobs[0]);
	shell(": >.git/refs/x/b.lock");
	assert_int_equal(ref_delete(repo, &list, &err), ERR_LOCKED);
	error_release(&err);
	assert_ref(fixture, "refs/x/a", &blobs[0]);
	shell("rm .git/refs/x/b.lock");
	assert_int_equal(ref_delete(repo, &list, &err), 0);
	assert_ref(fixture, "refs/x/a", NULL);
	assert_ref(fixture, "refs/x/b", NULL);
	assert_int_equal(ref_delete(repo, &list, &err), 0);
	ref_list_release(&list);
	ref_list_release(&wrong);
}

/* More than the commands for git have in memory. */
static void very_many_are_deleted(void **state)
{
	enum { NR = 9000 };
	struct fixture *fixture = *state;
	struct repository *repo = fixture->repo;
	const struct oid *blobs = fixture->blobs;
	struct ref_list list = REF_LIST_INIT, left = REF_LIST_INIT;
	struct error err = ERROR_INIT;
	struct buf packed = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	buf_addstr(&packed, "# pack-refs with: peeled fully-peeled sorted \n");
	for (int i = 0; i < NR; i++) {
		char *name = xstrfmt("refs/x/session_0123456789_01234567/cp_"
				     "0123456789_%08d",
				     i);

		buf_addf(&packed, "%s %s\n", oid_hex(&blobs[i % NR_BLOBS], hex),
			 name);
		ref_list_add(&list, name, &blobs[i % NR_BLOBS]);
		free(name);
	}
	scratch_write(".git/packed-refs", &packed);
	/* A loose one counts, whatever is packed. */
	assert_int_equal(ref_update(repo, list.items[NR - 1].name, &blobs[5],
				    &list.items[NR - 1].oid, &err),
			 0);
	assert_error(ref_delete(repo, &list, &err), ERR_CHANGED, &err,
		     list.items[NR - 1].name);
	assert_int_equal(ref_list_read(repo, "refs/x/", &left, &err), 0);
	assert_int_equal(left.nr, NR);
	list.items[NR - 1].oid = blobs[5];
	assert_int_equal(ref_delete(repo, &list, &err), 0);
	ref_list_release(&left);
	assert_int_equal(ref_list_read(repo, "refs/x/", &left, &err), 0);
	assert_int_equal(left.nr, 0);
	ref_list_release(&list);
	ref_list_release(&left);
	buf_release(&packed);
}

static int delete_or_pack(const struct fixture *fixture, int nr)
{
	struct error err = ERROR_INIT;

	if (!nr) {
		for (int i = 0; i < 60; i++)
			shell("git pack-refs --all --prune 2>/dev/null || :");
		return 0;
	}
	for (int i = 0; i < 20; i++) {
		struct ref_list list = REF_LIST_INIT;
		char *prefix = xstrfmt("refs/del/%d/%d/", nr, i);
		char *name = xstrfmt("%s1", prefix);

		if (ref_update(fixture->repo, name, &fixture->blobs[i], NULL,
			       &err) < 0 ||
		    ref_list_read(fixture->repo, prefix, &list, &err) < 0 ||
		    list.nr != 1 || ref_delete(fixture->repo, &list, &err) < 0)
			return 1;
		ref_list_release(&list);
		free(name);
		free(prefix);
	}
	return 0;
}

static void deleted_refs_stay_away_while_git_packs(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(fork_each(3, delete_or_pack, fixture), 0);
	assert_children(fixture->repo, "refs/del/", "");
	shell("test -z \"$(git for-each-ref refs/del)\"");
}

static void assert_head(const char *make, const char *branch, bool unborn)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct buf out = BUF_INIT;
	struct head head;
	struct oid want;

	shell(make);
	repo = open_here();
	assert_int_equal(head_read(repo, &head, &err), 0);
	if (branch)
		assert_string_equal(head.branch, branch);
	else
		assert_null(head.branch);
	assert_int_equal(head.unborn, unborn);
	scratch_run(&out, "git rev-parse -q --verify HEAD || true", 0);
	if (unborn) {
		assert_int_equal(out.len, 0);
		assert_true(oid_is_zero(&head.id));
	} else {
		assert_true(oid_parse(&want, out.ptr));
		assert_true(oid_equal(&head.id, &want));
	}
	head_release(&head);
	repository_free(repo);
	buf_release(&out);
}

static void head_is_what_git_has(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo;
	struct head head;

	(void)state;
	assert_head(":", "refs/heads/main", false);
	assert_head("git pack-refs --all", "refs/heads/main", false);
	assert_head("git checkout -q --detach", NULL, false);
	assert_head("git checkout -q --orphan new", "refs/heads/new", true);
	assert_head("git symbolic-ref refs/heads/alias refs/heads/main &&"
		    "git symbolic-ref HEAD refs/heads/alias",
		    "refs/heads/main", false);
	assert_head("git symbolic-ref refs/heads/alias refs/heads/none",
		    "refs/heads/none", true);
	assert_head(
		"git checkout -q main && git commit -q --allow-empty -m y &&"
		"ln -sf refs/heads/main .git/HEAD",
		"refs/heads/main", false);
	assert_head("git worktree add -q --detach ../linked &&"
		    "git checkout -q main",
		    "refs/heads/main", false);
	assert_int_equal(chdir("../linked"), 0);
	assert_head(":", NULL, false);
	assert_head("git checkout -q -b other", "refs/heads/other", false);

	repo = open_here();
	shell("git symbolic-ref refs/heads/other refs/heads/ring &&"
	      "git symbolic-ref refs/heads/ring refs/heads/other");
	assert_error(head_read(repo, &head, &err), ERR_INVALID, &err,
		     "leads nowhere");
	repository_free(repo);
}

/* refs/bisect and the like: each worktree has its own. */
static void worktrees_have_refs_of_their_own(void **state)
{
	static const char *const names[] = {
		"refs/bisect/bad", "refs/worktree/a/b", "refs/rewritten/onto"};
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	struct repository *linked;
	struct oid oid;

	shell("git worktree add -q ../linked");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(ref_update(fixture->repo, names[i],
					    &fixture->blobs[i], NULL, &err),
				 0);
	assert_list_is_git_s(fixture->repo, "refs/");
	assert_int_equal(chdir("../linked"), 0);
	linked = open_here();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(ref_read(linked, names[i], &oid, &err),
				 ERR_NOT_FOUND);
		error_release(&err);
	}
	assert_list_is_git_s(linked, "refs/");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(ref_update(linked, names[i],
					    &fixture->blobs[10 + i], NULL,
					    &err),
				 0);
		assert_ref(fixture, names[i], &fixture->blobs[10 + i]);
	}
	assert_list_is_git_s(linked, "refs/");
	assert_list_is_git_s(linked, "refs/bisect/");
	/* What is not, is shared. */
	assert_int_equal(
		ref_update(linked, "refs/x/a", &fixture->blobs[0], NULL, &err),
		0);
	assert_int_equal(chdir("../r"), 0);
	assert_ref(fixture, "refs/x/a", &fixture->blobs[0]);
	assert_ref(fixture, "refs/bisect/bad", &fixture->blobs[0]);
	repository_free(linked);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void refs_are_shared_as_git_shares_them(void **state)
{
	struct fixture *fixture = *state;
	struct error err = ERROR_INIT;
	mode_t old = umask(077);

	shell("git config core.sharedRepository group &&"
	      "git update-ref refs/git/a/b HEAD");
	repository_free(fixture->repo);
	fixture->repo = open_here();
	assert_int_equal(ref_update(fixture->repo, "refs/ours/a/b",
				    &fixture->blobs[0], NULL, &err),
			 0);
	assert_int_equal(ref_update_locked(fixture->repo, "refs/count",
					   count_up, fixture, &err),
			 0);
	umask(old);
	assert_int_equal(mode_of(".git/refs/ours"), mode_of(".git/refs/git"));
	assert_int_equal(mode_of(".git/refs/ours/a"),
			 mode_of(".git/refs/git/a"));
	assert_int_equal(mode_of(".git/refs/ours/a/b"),
			 mode_of(".git/refs/git/a/b"));
	assert_int_equal(mode_of(".git/checkpoint.d/refs.lock") & 060, 060);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(names_are_as_in_git),
		cmocka_unit_test(names_beside_refs_are_words_in_capitals),
		IN_REPOSITORY(lists_what_git_lists),
		IN_REPOSITORY(names_are_listed_without_reading),
		IN_REPOSITORY(names_that_begin_so_are_listed),
		IN_REPOSITORY(reads_what_git_reads),
		IN_REPOSITORY(children_are_listed_once),
		IN_REPOSITORY(damage_is_told),
		IN_REPOSITORY(prefixes_are_checked),
		IN_REPOSITORY(update_compares_and_swaps),
		IN_REPOSITORY(a_draft_is_written_ahead),
		IN_REPOSITORY(a_draft_that_is_not_set_leaves_nothing),
		IN_REPOSITORY(update_writes_no_reflog),
		IN_REPOSITORY(names_of_directories_are_in_the_way),
		IN_REPOSITORY(a_lock_is_waited_for),
		IN_REPOSITORY(one_of_many_creates_a_ref),
		IN_REPOSITORY(no_update_is_lost),
		IN_REPOSITORY(a_change_is_made_again_on_what_is_there),
		IN_REPOSITORY(a_change_to_zero_deletes),
		IN_REPOSITORY(a_signal_leaves_no_lock),
		IN_REPOSITORY(delete_takes_all_or_none),
		IN_REPOSITORY(very_many_are_deleted),
		IN_REPOSITORY(deleted_refs_stay_away_while_git_packs),
		IN_REPOSITORY(head_is_what_git_has),
		IN_REPOSITORY(worktrees_have_refs_of_their_own),
		IN_REPOSITORY(refs_are_shared_as_git_shares_them),
	};

	return cmocka_run_group_tests_name("ref", tests, NULL, NULL);
}
