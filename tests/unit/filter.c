#include "worktree/filter.h"

#include <fcntl.h>

#include "git/object.h"
#include "git/pack.h"
#include "git/repository.h"

#include "scratch.h"

static void run(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

static int enter(void **state)
{
	if (scratch_enter(state) < 0)
		return -1;
	run("git init -q -b main r && cd r && "
	    "git config user.name t && git config user.email t@example.com && "
	    "git config filter.up.clean 'tr a-z A-Z; echo \"echo %f\" "
	    ">>../ran' "
	    "&& git config filter.up.smudge 'tr A-Z a-z' && "
	    "git config filter.bad.clean false && "
	    "git config filter.bad.smudge false && "
	    "git config filter.bad.required true && "
	    "git config filter.soft.clean false && "
	    "git config filter.soft.smudge false && "
	    "printf '%s\\n' '*.up filter=up' '*.bad filter=bad' "
	    "'*.soft filter=soft' '*.16 working-tree-encoding=UTF-16LE' "
	    "'*.auto filter=up text=auto' '*.id filter=up ident' "
	    ">.gitattributes");
	return chdir("r");
}

static struct repository *open_repo(void)
{
	struct error err = ERROR_INIT;
	struct repository *repo = NULL;

	if (repository_open(&repo, &err) < 0)
		fail_msg("%s", err.text);
	return repo;
}

static int clean(struct repository *repo, const struct strlist *paths,
		 struct oid *ids, size_t *added, struct error *err)
{
	struct filter *filter;
	struct pack *pack = NULL;
	int rc;

	assert_int_equal(pack_open(&pack, repo, err), 0);
	filter = filter_new(repo);
	rc = filter_clean(filter, paths, pack, ids, err);
	filter_free(filter);
	*added = pack_count(pack);
	if (!rc)
		assert_int_equal(pack_finish(pack, err), 0);
	pack_free(pack);
	/* Nothing of the work is left. */
	run("test -z \"$(ls -d .git/checkpoint.d/filter-* 2>/dev/null)\"");
	return rc;
}

/* What `git add` makes of a path, in a copy of the index. */
static void added_by_git(const char *path, char hex[OID_HEXSZ + 1])
{
	struct buf command = BUF_INIT, out = BUF_INIT;

	buf_addf(&command,
		 "cp .git/index ../index 2>/dev/null; "
		 "GIT_INDEX_FILE=../index git add -- '%s' 2>/dev/null && "
		 "GIT_INDEX_FILE=../index git ls-files -s -- '%s'; "
		 "rm -f ../index",
		 path, path);
	scratch_run(&out, command.ptr, 0);
	assert_true(out.len > 7 + OID_HEXSZ);
	memcpy(hex, out.ptr + 7, OID_HEXSZ);
	hex[OID_HEXSZ] = '\0';
	buf_release(&command);
	buf_release(&out);
}

static void assert_cleans_as_git(const char *const *names, size_t nr)
{
	struct repository *repo = open_repo();
	struct strlist paths = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct oid *ids = calloc(nr, sizeof(*ids));
	size_t added;

	for (size_t i = 0; i < nr; i++)
		strlist_add(&paths, names[i]);
	if (clean(repo, &paths, ids, &added, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < nr; i++) {
		char ours[OID_HEXSZ + 1], theirs[OID_HEXSZ + 1];

		added_by_git(names[i], theirs);
		assert_string_equal(oid_hex(&ids[i], ours), theirs);
	}
	free(ids);
	strlist_release(&paths);
	repository_free(repo);
}

static void cleans_as_git_adds(void **state)
{
	static const char *const names[] = {
		"a.up",	     "d/b.up",	 "c.soft",   "d.16",
		"e.auto",    "f.id",	 "empty.up", "new\nline.up",
		" blank.up", "\"q\".up", "tail\r",
	};

	(void)state;
	run("mkdir d && echo hello >a.up && echo hello >d/b.up && "
	    "echo soft >c.soft && echo hello | iconv -t UTF-16LE >d.16 && "
	    "printf 'a\\r\\nb\\r\\n' >e.auto && echo '$Id: x$' >f.id && "
	    ">empty.up && echo n >\"$(printf 'new\\nline.up')\" && "
	    "echo b >' blank.up' && echo q >'\"q\".up' && "
	    "printf tail >\"$(printf 'tail\\r')\"");
	assert_cleans_as_git(names, ARRAY_SIZE(names));
}

static void leaves_line_ends_that_the_index_has(void **state)
{
	static const char *const names[] = {"in.auto", "not.auto", "ours.auto"};

	(void)state;
	run("printf 'A\\r\\n' >in.auto && cp in.auto not.auto && "
	    "cp in.auto ours.auto && "
	    "crlf=$(git hash-object -w --no-filters in.auto) && "
	    "lf=$(printf 'A\\n' | git hash-object -w --stdin) && "
	    "printf '100644 %s 0\\tin.auto\\n100644 %s 0\\tnot.auto\\n"
	    "100644 %s 1\\tours.auto\\n100644 %s 2\\tours.auto\\n"
	    "100644 %s 3\\tours.auto\\n' $crlf $lf $lf $crlf $lf | "
	    "git update-index --index-info && "
	    "printf 'new\\r\\n' | tee in.auto not.auto >ours.auto");
	assert_cleans_as_git(names, ARRAY_SIZE(names));
}

static void sees_attributes_that_are_only_in_the_index(void **state)
{
	static const char *const names[] = {"a.up", "d/x"};

	(void)state;
	run("mkdir d && echo '* filter=up' >d/.gitattributes && git add . && "
	    "rm .gitattributes d/.gitattributes && echo up >a.up && "
	    "echo up >d/x");
	assert_cleans_as_git(names, ARRAY_SIZE(names));
}

static void reads_flagged_files(void **state)
{
	struct repository *repo;
	struct strlist paths = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct oid ids[2], want;
	size_t added;

	(void)state;
	run("echo old >a.up && echo old >b.up && git add . && "
	    "git update-index --assume-unchanged a.up && "
	    "git update-index --skip-worktree b.up && "
	    "echo new >a.up && echo new >b.up");
	repo = open_repo();
	strlist_add(&paths, "a.up");
	strlist_add(&paths, "b.up");
	assert_int_equal(clean(repo, &paths, ids, &added, &err), 0);
	object_hash(&want, OBJECT_BLOB, "NEW\n", 4, &err);
	assert_true(oid_equal(&ids[0], &want));
	assert_true(oid_equal(&ids[1], &want));
	assert_int_equal(added, 1);
	strlist_release(&paths);
	repository_free(repo);
}

static void disturbs_nothing(void **state)
{
	struct repository *repo;
	struct strlist paths = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct buf before = BUF_INIT, after = BUF_INIT;
	static const char look[] =
		"find .git/objects ! -path '*/pack/*' -type f -printf "
		"'%p %s\\n' | sort; "
		"find . -path ./.git/objects -prune -o "
		"-path ./.git/checkpoint.d -prune -o "
		"-type f -printf '%p %T@ %s\\n' | sort; md5sum .git/index";
	struct oid ids[2];
	size_t added;

	(void)state;
	run("echo kept >a.up && git add a.up && git config core.safecrlf true "
	    "&& git config core.splitIndex true && "
	    "git config core.untrackedCache true && "
	    "printf 'a\\r\\n' >b.auto && mkdir .git/checkpoint.d");
	scratch_run(&before, look, 0);
	repo = open_repo();
	strlist_add(&paths, "a.up");
	strlist_add(&paths, "b.auto");
	assert_int_equal(clean(repo, &paths, ids, &added, &err), 0);
	/* The repository has the other one. */
	assert_int_equal(added, 1);
	scratch_run(&after, look, 0);
	assert_string_equal(after.ptr, before.ptr);
	buf_release(&before);
	buf_release(&after);
	strlist_release(&paths);
	repository_free(repo);
}

static void streams_what_is_large(void **state)
{
	struct repository *repo;
	struct strlist paths = STRLIST_INIT;
	struct error err = ERROR_INIT;
	char ours[OID_HEXSZ + 1], theirs[OID_HEXSZ + 1];
	struct oid id;
	size_t added;

	(void)state;
	run("head -c 20000000 /dev/zero | tr '\\0' x >big.up");
	repo = open_repo();
	strlist_add(&paths, "big.up");
	assert_int_equal(clean(repo, &paths, &id, &added, &err), 0);
	assert_int_equal(added, 1);
	added_by_git("big.up", theirs);
	assert_string_equal(oid_hex(&id, ours), theirs);
	strlist_release(&paths);
	repository_free(repo);
}

static void gone_paths_have_no_id(void **state)
{
	struct repository *repo;
	struct strlist paths = STRLIST_INIT;
	struct error err = ERROR_INIT;
	struct oid ids[2];
	size_t added;

	(void)state;
	run("echo a >a.up && echo b >b.up && git add . && rm a.up");
	repo = open_repo();
	strlist_add(&paths, "a.up");
	strlist_add(&paths, "b.up");
	assert_int_equal(clean(repo, &paths, ids, &added, &err), 0);
	assert_true(oid_is_zero(&ids[0]));
	assert_false(oid_is_zero(&ids[1]));
	strlist_release(&paths);
	repository_free(repo);
}

static void required_filters_that_fail_are_named(void **state)
{
	static const char *const names[] = {"x.bad", "odd.16"};

	(void)state;
	run("echo x >x.bad && printf 'odd' >odd.16");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct repository *repo = open_repo();
		struct strlist paths = STRLIST_INIT;
		struct error err = ERROR_INIT;
		struct oid id;
		size_t added;

		strlist_add(&paths, names[i]);
		assert_int_equal(clean(repo, &paths, &id, &added, &err),
				 ERR_FAILED);
		assert_non_null(strstr(err.text, names[i]));
		error_release(&err);
		strlist_release(&paths);
		repository_free(repo);
	}
}

static void sweeps_what_a_kill_left(void **state)
{
	static const char *const names[] = {"a.up"};

	(void)state;
	run("echo a >a.up && mkdir -p "
	    ".git/checkpoint.d/filter-AAAAAA/objects/aa "
	    "&& echo x >.git/checkpoint.d/filter-AAAAAA/objects/aa/x");
	assert_cleans_as_git(names, 1);
}

/* What came out of the sink, one behind the other. */
struct taken {
	struct buf text;
	size_t nr;
};

static int take(void *context, int fd, uint64_t size, struct error *err)
{
	struct taken *taken = context;
	size_t before = taken->text.len;
	int rc = buf_read_fd(&taken->text, fd, 64 << 20, err);

	assert_int_equal(taken->text.len - before, size);
	buf_addch(&taken->text, '|');
	taken->nr++;
	return rc;
}

static int smudge(const char *const *names, size_t nr, const char *text,
		  struct taken *taken, struct error *err)
{
	struct filter_request *requests = calloc(nr, sizeof(*requests));
	struct filter *filter;
	struct repository *repo;
	struct buf data = BUF_INIT;
	struct oid blob;
	int rc;

	buf_addstr(&data, text);
	scratch_write("../data", &data);
	run("git hash-object -w --no-filters ../data");
	object_hash(&blob, OBJECT_BLOB, data.ptr, data.len, err);
	for (size_t i = 0; i < nr; i++)
		requests[i] =
			(struct filter_request){names[i], blob, taken, NULL};
	repo = open_repo();
	filter = filter_new(repo);
	rc = filter_smudge(filter, requests, nr, take, err);
	filter_free(filter);
	repository_free(repo);
	buf_release(&data);
	free(requests);
	return rc;
}

static void smudges_in_order(void **state)
{
	static const char *const names[] = {
		"a.up",	     "d/b.up",	     "c.soft",	  "plain",    "d.16",
		" blank.up", "new\nline.up", "tail.up\r", "\ttab.up", "e.auto",
	};
	struct taken taken = {.text = BUF_INIT};
	struct error err = ERROR_INIT;

	(void)state;
	if (smudge(names, ARRAY_SIZE(names), "HI\n", &taken, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(taken.nr, ARRAY_SIZE(names));
	assert_int_equal(taken.text.len, 9 * 4 + 7);
	assert_memory_equal(taken.text.ptr,
			    "hi\n|hi\n|HI\n|HI\n|H\0I\0\n\0|hi\n|hi\n|HI\n|"
			    "hi\n|hi\n|",
			    taken.text.len);
	buf_release(&taken.text);
}

static void smudges_any_bytes(void **state)
{
	static const char *const names[] = {"a.up", "a.grow", "a.up"};
	struct taken taken = {.text = BUF_INIT};
	struct error err = ERROR_INIT;

	(void)state;
	run("git config filter.grow.smudge 'cat; head -c 3000000 /dev/zero; "
	    "printf \"\\n blob 3\\n missing\\n\"' && "
	    "echo '*.grow filter=grow' >>.gitattributes");
	if (smudge(names, ARRAY_SIZE(names), "", &taken, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(taken.text.len, 3000000 + 18 + 3);
	assert_memory_equal(taken.text.ptr + 3000001, "\n blob 3\n missing\n||",
			    20);
	buf_release(&taken.text);
}

static void smudges_that_fail_are_named(void **state)
{
	static const char *const names[] = {"a.up", "x.bad", "b.up"};
	static const char *const odd[] = {"x\n.bad"};
	struct taken taken = {.text = BUF_INIT};
	struct error err = ERROR_INIT;
	struct filter_request absent = {"a.up", {{1, 2, 3}}, &taken, NULL};
	struct repository *repo = open_repo();
	struct filter *filter = filter_new(repo);

	(void)state;
	assert_int_equal(smudge(names, 3, "HI\n", &taken, &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "'x.bad'"));
	assert_int_equal(taken.nr, 1);
	error_release(&err);
	assert_int_equal(smudge(odd, 1, "HI\n", &taken, &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "'x\n.bad'"));
	error_release(&err);
	assert_int_equal(filter_smudge(filter, &absent, 1, take, &err),
			 ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "'a.up'"));
	error_release(&err);
	filter_free(filter);
	repository_free(repo);
	buf_release(&taken.text);
}

static void smudges_what_it_has_cleaned(void **state)
{
	struct taken taken = {.text = BUF_INIT};
	struct filter_request request = {.path = "a.up", .context = &taken};
	struct strlist paths = STRLIST_INIT;
	struct repository *repo = open_repo();
	struct filter *filter = filter_new(repo);
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct pack *pack = NULL;

	(void)state;
	run("echo hello >a.up");
	strlist_add(&paths, "a.up");
	assert_int_equal(pack_open(&pack, repo, &err), 0);
	assert_int_equal(
		filter_clean(filter, &paths, pack, &request.blob, &err), 0);
	assert_int_equal(filter_read(filter, &request.blob, 6, &text, &err), 0);
	assert_string_equal(text.ptr, "HELLO\n");
	assert_int_equal(filter_read(filter, &request.blob, 5, &text, &err),
			 ERR_INVALID);
	error_release(&err);
	assert_int_equal(filter_smudge(filter, &request, 1, take, &err), 0);
	assert_string_equal(taken.text.ptr, "hello\n|");
	pack_free(pack);
	filter_free(filter);
	repository_free(repo);
	strlist_release(&paths);
	buf_release(&text);
	buf_release(&taken.text);
}

static void smudges_as_recorded(void **state)
{
	/* None of these has an attribute, or it has another one. */
	static const char *const names[] = {
		"plain",      "a.bad",	   "a*[b]?.x", "back\\slash",
		"\"quoted\"", "new\nline", " blank",   "e.auto",
	};
	struct filter_request requests[ARRAY_SIZE(names)];
	struct taken taken = {.text = BUF_INIT};
	struct repository *repo;
	struct filter *filter;
	struct error err = ERROR_INIT;

	(void)state;
	run("printf 'HI\\n' | git hash-object -w --stdin");
	repo = open_repo();
	filter = filter_new(repo);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		requests[i] = (struct filter_request){
			.path = names[i],
			.context = &taken,
			.conversion = "eol=crlf filter=up"};
		object_hash(&requests[i].blob, OBJECT_BLOB, "HI\n", 3, &err);
	}
	if (filter_smudge(filter, requests, ARRAY_SIZE(names), take, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_memory_equal(taken.text.ptr + 5 * i, "hi\r\n|", 5);
	filter_free(filter);
	repository_free(repo);
	run("test -z \"$(ls -d .git/checkpoint.d/filter-* 2>/dev/null)\"");
	buf_release(&taken.text);
}

static int refuse(void *context, int fd, uint64_t size, struct error *err)
{
	(void)context;
	(void)fd;
	(void)size;
	return error_set(err, ERR_LOCKED, "as told");
}

static void a_sink_may_end_it(void **state)
{
	struct error err = ERROR_INIT;
	struct repository *repo = open_repo();
	struct filter *filter = filter_new(repo);
	struct filter_request requests[2] = {{.path = "a.up"},
					     {.path = "b.up"}};

	(void)state;
	run("echo HI | git hash-object -w --stdin");
	object_hash(&requests[0].blob, OBJECT_BLOB, "HI\n", 3, &err);
	requests[1].blob = requests[0].blob;
	assert_int_equal(filter_smudge(filter, requests, 2, refuse, &err),
			 ERR_LOCKED);
	error_release(&err);
	filter_free(filter);
	repository_free(repo);
}

static void git_lfs_works(void **state)
{
	static const char *const names[] = {"a.bin", "b.bin"};
	struct taken taken = {.text = BUF_INIT};
	struct error err = ERROR_INIT;
	struct buf pointer = BUF_INIT;

	(void)state;
	scratch_run(&pointer, "git lfs version 2>/dev/null || :", 0);
	if (!pointer.len)
		skip();
	buf_reset(&pointer);
	run("git lfs install --local >/dev/null && "
	    "git config filter.lfs.process "
	    "'echo started >>../starts; exec git-lfs filter-process' && "
	    "git lfs track '*.bin' >/dev/null && "
	    "echo one >a.bin && echo two >b.bin");
	assert_cleans_as_git(names, ARRAY_SIZE(names));
	/* Once by us, and for each by the git that we compare with. */
	run("test $(find .git/lfs/objects -type f | wc -l) = 2 && "
	    "test $(wc -l <../starts) = 3 && rm ../starts");
	scratch_run(&pointer, "git lfs pointer --file=a.bin 2>/dev/null", 0);
	if (smudge(names, 2, pointer.ptr, &taken, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(taken.text.ptr, "one\n|one\n|");
	run("test $(wc -l <../starts) = 1");
	buf_release(&taken.text);
	buf_release(&pointer);
}

#define IN_REPOSITORY(test)                                                    \
	cmocka_unit_test_setup_teardown(test, enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_REPOSITORY(cleans_as_git_adds),
		IN_REPOSITORY(leaves_line_ends_that_the_index_has),
		IN_REPOSITORY(sees_attributes_that_are_only_in_the_index),
		IN_REPOSITORY(reads_flagged_files),
		IN_REPOSITORY(disturbs_nothing),
		IN_REPOSITORY(streams_what_is_large),
		IN_REPOSITORY(gone_paths_have_no_id),
		IN_REPOSITORY(required_filters_that_fail_are_named),
		IN_REPOSITORY(sweeps_what_a_kill_left),
		IN_REPOSITORY(smudges_in_order),
		IN_REPOSITORY(smudges_any_bytes),
		IN_REPOSITORY(smudges_that_fail_are_named),
		IN_REPOSITORY(smudges_what_it_has_cleaned),
		IN_REPOSITORY(smudges_as_recorded),
		IN_REPOSITORY(a_sink_may_end_it),
		IN_REPOSITORY(git_lfs_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
