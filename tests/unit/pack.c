#include "git/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/thread.h"
#include "git/config.h"
#include "repo.h"

/*
 * open(2) of a file system that has no files without a name, where a test says
 * so. It takes the place of the C library's for the whole program.
 */
static bool without_nameless;

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & (O_CREAT | __O_TMPFILE)) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (without_nameless && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static struct pack *pack_new(struct repository *repo)
{
	struct error err = ERROR_INIT;
	struct pack *pack = NULL;

	assert_ok(pack_open(&pack, repo, &err), &err);
	return pack;
}

static struct oid add(struct pack *pack, const void *data, size_t len)
{
	struct error err = ERROR_INIT;
	struct oid oid;

	assert_ok(pack_add(pack, OBJECT_BLOB, data, len, &oid, &err), &err);
	return oid;
}

static void finish(struct pack *pack)
{
	struct error err = ERROR_INIT;

	assert_ok(pack_finish(pack, &err), &err);
}

/* A reader that yields `size` bytes of a pattern in pieces of any length, and
 * fails at `fail_at`. */
struct pattern {
	uint64_t size;
	uint64_t at;
	uint64_t fail_at;
	uint64_t seed;
};

static ssize_t read_pattern(void *context, void *data, size_t len,
			    struct error *err)
{
	struct pattern *pattern = context;
	unsigned char *out = data;
	size_t i, most;

	if (pattern->fail_at && pattern->at >= pattern->fail_at)
		return error_set(err, ERR_REFUSED, "no more");
	most = 1 + (size_t)(scratch_random(&pattern->seed) % 300000);
	if (len > most)
		len = most;
	for (i = 0; i < len && pattern->at < pattern->size; i++) {
		uint64_t x = pattern->at++ / 3 * 0x9e3779b97f4a7c15u;

		out[i] = (unsigned char)(x >> 40);
	}
	return (ssize_t)i;
}

static char *pattern_bytes(uint64_t size)
{
	struct pattern pattern = {.size = size, .seed = 1};
	struct error err = ERROR_INIT;
	char *data = xmalloc(size);
	size_t at = 0;

	while (at < size)
		at += (size_t)read_pattern(&pattern, data + at, size - at,
					   &err);
	return data;
}

static int add_pattern(struct pack *pack, uint64_t said, uint64_t size,
		       struct oid *oid, struct error *err)
{
	struct pattern pattern = {.size = size, .seed = 1};

	return pack_add_stream(pack, said, read_pattern, &pattern, oid, err);
}

static void assert_fsck(void)
{
	assert_says("", "{ git fsck --full --strict --no-dangling 2>&1 || "
			"echo status $?; } | sed '/^notice: /d'");
}

static void without_objects_it_does_nothing(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);

	(void)state;
	finish(pack);
	assert_int_equal(pack_count(pack), 0);
	assert_int_equal(pack_bytes(pack), 0);
	pack_free(pack);
	pack_free(NULL);
	assert_says("", "ls .git/objects/pack; ls -d .git/checkpoint.d "
			"2>/dev/null || :");
	repository_free(repo);
}

static void assert_as_git_hashes(struct pack *pack, enum object_type type,
				 const char *data, size_t len)
{
	struct buf bytes = {(char *)data, len, 0};
	struct error err = ERROR_INIT;
	char hex[OID_HEXSZ + 1];
	struct oid oid;

	scratch_write("data", &bytes);
	assert_ok(pack_add(pack, type, data, len, &oid, &err), &err);
	assert_true(pack_has(pack, &oid));
	assert_says(oid_hex(&oid, hex),
		    "git hash-object --literally -t %s data",
		    object_type_name(type));
}

static void git_reads_what_was_written(void **state)
{
	static const size_t sizes[] = {0,	1,	 15,	 16,
				       2047,	2048,	 70000,	 262144,
				       4194304, 4194305, 9000000};
	static const char commit[] =
		"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
		"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n";
	static const char tag[] =
		"object e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n"
		"type blob\ntag t\ntagger A <a@b> 1 +0000\n\nx\n";
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *data = noise(sizes[i], i);
		char *dull = pattern_bytes(sizes[i]);

		assert_as_git_hashes(pack, OBJECT_BLOB, data, sizes[i]);
		assert_as_git_hashes(pack, OBJECT_BLOB, dull, sizes[i]);
		free(data);
		free(dull);
	}
	assert_as_git_hashes(pack, OBJECT_TREE, "", 0);
	assert_as_git_hashes(pack, OBJECT_COMMIT, commit, strlen(commit));
	assert_as_git_hashes(pack, OBJECT_TAG, tag, strlen(tag));
	/* The empty one was added twice. */
	assert_int_equal(pack_count(pack), 2 * ARRAY_SIZE(sizes) - 1 + 3);
	finish(pack);
	pack_free(pack);
	assert_fsck();
	assert_says("0", "ls .git/objects/?? 2>/dev/null | wc -l");
	assert_says("24", "git verify-pack -v .git/objects/pack/*.idx | "
			  "grep -c '^[0-9a-f]\\{40\\} '");
	repository_free(repo);
}

/* The index, byte for byte, and the name. */
static void makes_the_index_that_git_makes(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char *text = xstrfmt("%d\n", i);

		add(pack, text, strlen(text));
		free(text);
	}
	finish(pack);
	pack_free(pack);
	run("cd .git/objects/pack && git index-pack -o ../git.idx *.pack && "
	    "cmp ../git.idx *.idx && "
	    "test *.pack = pack-$(tail -c 20 *.pack | od -An -v -tx1 | "
	    "tr -d ' \\n').pack");
	repository_free(repo);
}

static void libgit2_sees_it_at_once(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	struct oid oid = add(pack, "hello", 5);

	(void)state;
	assert_false(object_exists(repo, &oid));
	finish(pack);
	assert_true(object_exists_quick(repo, &oid));
	assert_ok(object_read(repo, &oid, OBJECT_BLOB, 5, &out, &err), &err);
	assert_string_equal(out.ptr, "hello");
	/* Once more does no harm. */
	finish(pack);
	pack_free(pack);
	assert_ok(object_verify(repo, &oid, &err), &err);
	buf_release(&out);
	repository_free(repo);
}

static void streams_as_it_adds(void **state)
{
	static const uint64_t sizes[] = {0, 1, 100000, 1 << 20, 3000000};
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *data = pattern_bytes(sizes[i]);
		struct oid oid, same;

		assert_ok(add_pattern(pack, sizes[i], sizes[i], &oid, &err),
			  &err);
		assert_ok(object_hash(&same, OBJECT_BLOB, data, sizes[i], &err),
			  &err);
		assert_true(oid_equal(&oid, &same));
		assert_int_equal(pack_count(pack), i + 1);
		free(data);
	}
	/* What is there already is taken out again. */
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t bytes = pack_bytes(pack);
		struct oid oid;

		assert_ok(add_pattern(pack, sizes[i], sizes[i], &oid, &err),
			  &err);
		assert_int_equal(pack_count(pack), ARRAY_SIZE(sizes));
		assert_int_equal(pack_bytes(pack), bytes);
	}
	finish(pack);
	pack_free(pack);
	assert_fsck();
	repository_free(repo);
}

static void a_stream_that_fails_leaves_nothing(void **state)
{
	static const uint64_t sizes[] = {1, 5000, 1 << 20, 5000000};
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	struct error err = ERROR_INIT;
	struct oid oid;

	(void)state;
	add(pack, "first", 5);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct pattern pattern = {
			.size = sizes[i] + 400000,
			.seed = 1,
			.fail_at = sizes[i],
		};
		uint64_t bytes = pack_bytes(pack);

		assert_error(
			add_pattern(pack, sizes[i], sizes[i] - 1, &oid, &err),
			ERR_CHANGED, &err);
		assert_error(
			add_pattern(pack, sizes[i], sizes[i] + 1, &oid, &err),
			ERR_CHANGED, &err);
		assert_error(add_pattern(pack, sizes[i], 9000000, &oid, &err),
			     ERR_CHANGED, &err);
		assert_error(pack_add_stream(pack, pattern.size, read_pattern,
					     &pattern, &oid, &err),
			     ERR_REFUSED, &err);
		assert_int_equal(pack_count(pack), 1 + i);
		assert_int_equal(pack_bytes(pack), bytes);
		add(pack, &i, sizeof(i));
	}
	finish(pack);
	pack_free(pack);
	assert_fsck();
	assert_says("5", "git verify-pack -v .git/objects/pack/*.idx | "
			 "grep -c ' blob '");
	repository_free(repo);
}

static int add_some(void *context, size_t i, struct error *err)
{
	struct pack *pack = context;
	struct oid oid;

	if (i % 100 == 50)
		return add_pattern(pack, 300000 + i / 200, 300000 + i / 200,
				   &oid, err);
	/* Each of these twice. */
	i /= 2;
	return pack_add(pack, OBJECT_BLOB, &i, sizeof(i), &oid, err);
}

static void is_filled_by_several_threads(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	struct error err = ERROR_INIT;

	(void)state;
	assert_ok(thread_for(4000, add_some, pack, &err), &err);
	finish(pack);
	/* Of each hundred pairs, one has lost a half to a stream. */
	assert_int_equal(pack_count(pack), 2000 + 20);
	pack_free(pack);
	assert_fsck();
	repository_free(repo);
}

/* More than are in the heap, or in memory at once. */
static void holds_very_many(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);

	(void)state;
	for (int i = 0; i < 80000; i++) {
		/* Some again, long after. */
		const int what = i % 4 ? i : i / 2;

		add(pack, &what, sizeof(what));
	}
	finish(pack);
	assert_int_equal(pack_count(pack), 70000);
	pack_free(pack);
	assert_fsck();
	repository_free(repo);
}

static void is_kept_until_it_is_freed(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	char hex[OID_HEXSZ + 1], host[256];
	struct oid oid = add(pack, "hello", 5);
	char *want;

	(void)state;
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	assert_says("", "ls .git/objects/pack");
	finish(pack);
	want = xstrfmt("git-checkpoint %ld on %s", (long)getpid(), host);
	assert_says(want, "cat .git/objects/pack/*.keep");
	free(want);
	/* No ref holds it. */
	run("git repack -qad && git gc --quiet --prune=now && git cat-file -e "
	    "%s",
	    oid_hex(&oid, hex));
	pack_free(pack);
	assert_says("2", "ls .git/objects/pack | wc -l");
	run("git gc --quiet --prune=now");
	assert_says("", "ls .git/objects/pack");
	repository_free(repo);
}

/* `git prune --expire=now` removes tmp_* files, however new. */
static void no_prune_takes_it_while_it_grows(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	char *data = noise(1 << 20, 3);

	(void)state;
	add(pack, data, 1 << 20);
	run("git prune --expire=now && git gc --quiet --prune=now");
	add(pack, data, 1000);
	finish(pack);
	pack_free(pack);
	assert_fsck();
	free(data);
	repository_free(repo);
}

static void an_unfinished_one_leaves_nothing(void **state)
{
	struct repository *repo = repo_new();
	char *data = noise(1 << 20, 3);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pack *pack;

		without_nameless = i;
		pack = pack_new(repo);
		add(pack, data, 1 << 20);
		assert_says(
			i ? "1" : "0",
			"ls .git/objects/pack/ | grep -c '^tmp_pack_' || :");
		pack_free(pack);
		assert_says("", "ls .git/objects/pack");
	}
	without_nameless = false;
	free(data);
	repository_free(repo);
}

static void needs_no_nameless_files(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *pack;
	struct oid oid;

	(void)state;
	without_nameless = true;
	pack = pack_new(repo);
	oid = add(pack, "hello", 5);
	finish(pack);
	assert_says("3", "ls .git/objects/pack | wc -l");
	pack_free(pack);
	assert_says("2", "ls .git/objects/pack | wc -l");
	assert_ok(object_verify(repo, &oid, &err), &err);
	/* Without a name of its own it would not have survived this. */
	pack = pack_new(repo);
	add(pack, "other", 5);
	run("git prune --expire=now");
	assert_error(pack_finish(pack, &err), ERR_NOT_FOUND, &err);
	pack_free(pack);
	assert_says("2", "ls .git/objects/pack | wc -l");
	without_nameless = false;
	assert_fsck();
	repository_free(repo);
}

/* Turn one bit of the file. */
static void damage(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	unsigned char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Between write(2) and the end; a file with a name can be reached from here. */
static void damage_on_disk_is_noticed(void **state)
{
	static const int places[] = {12, 13, 20, 26, 150000, 262143};
	struct repository *repo = repo_new();
	char *data = noise(1 << 20, 3);
	struct error err = ERROR_INIT;
	char *path;

	(void)state;
	without_nameless = true;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(places); i++) {
		struct pack *pack = pack_new(repo);

		if (i % 2)
			pack_inflate_back(pack);
		add(pack, "hello", 5);
		add(pack, data, 1 << 20);
		path = says("ls .git/objects/pack/tmp_pack_* && "
			    "chmod u+w .git/objects/pack/tmp_pack_*");
		damage(path, places[i / 2]);
		free(path);
		assert_error(pack_finish(pack, &err), ERR_INVALID, &err);
		pack_free(pack);
		assert_says("", "ls .git/objects/pack");
	}
	without_nameless = false;
	free(data);
	repository_free(repo);
}

static struct oid write_one(struct repository *repo, const char *text)
{
	struct pack *pack = pack_new(repo);
	struct oid oid = add(pack, text, strlen(text));

	finish(pack);
	pack_free(pack);
	return oid;
}

static void the_same_pack_may_be_there_already(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct oid oid;
	char *path;

	(void)state;
	for (int i = 0; i < 4; i++) {
		without_nameless = i % 2;
		oid = write_one(repo, "hello");
		assert_says("2", "ls .git/objects/pack | wc -l");
	}
	without_nameless = false;
	/* One that was damaged is whole again. */
	path = says("ls .git/objects/pack/*.pack && "
		    "chmod u+w .git/objects/pack/*.pack");
	damage(path, 14);
	free(path);
	write_one(repo, "hello");
	assert_ok(object_verify(repo, &oid, &err), &err);
	assert_fsck();
	repository_free(repo);
}

static void a_keep_of_the_user_stays(void **state)
{
	struct repository *repo = repo_new();

	(void)state;
	write_one(repo, "hello");
	run("cd .git/objects/pack && echo mine >$(basename *.pack .pack).keep");
	write_one(repo, "hello");
	assert_says("mine", "cat .git/objects/pack/*.keep");
	repository_free(repo);
}

/* In a process of its own: finish a pack, say so, free it a little later. */
static void hold_a_pack(struct repository *repo, int say)
{
	struct error err = ERROR_INIT;
	struct pack *pack = NULL;
	struct oid oid;

	if (pack_open(&pack, repo, &err) < 0 ||
	    pack_add(pack, OBJECT_BLOB, "hello", 5, &oid, &err) < 0 ||
	    pack_finish(pack, &err) < 0 || write(say, "x", 1) != 1)
		_exit(1);
	usleep(200000);
	pack_free(pack);
	_exit(0);
}

static void waits_for_another_that_writes_the_same(void **state)
{
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	int ends[2];
	pid_t pid;
	char byte;

	(void)state;
	add(pack, "hello", 5);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid)
		hold_a_pack(repo, ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	finish(pack);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* It has dropped its own; this is ours. */
	assert_says("1", "ls .git/objects/pack/*.keep | wc -l");
	pack_free(pack);
	assert_says("2", "ls .git/objects/pack | wc -l");
	close(ends[0]);
	close(ends[1]);
	repository_free(repo);
}

static void permissions_are_as_git_sets_them(void **state)
{
	static const struct {
		const char *shared;
		mode_t umask;
		const char *want;
	} cases[] = {
		{"umask", 022, "444"}, {"umask", 077, "400"},
		{"group", 077, "440"}, {"all", 077, "444"},
		{"0640", 022, "440"},  {"0660", 077, "440"},
	};

	(void)state;
	run("git init -q .");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		mode_t before = umask(cases[i].umask);
		struct repository *repo;

		run("git config core.sharedRepository %s", cases[i].shared);
		repo = repo_open();
		without_nameless = i % 2;
		write_one(repo, cases[i].shared);
		umask(before);
		assert_says(cases[i].want, "stat -c %%a .git/objects/pack/* | "
					   "sort -u");
		run("rm -f .git/objects/pack/*");
		repository_free(repo);
	}
	without_nameless = false;
}

/* How many bytes a blob of text takes with these settings. */
static uint64_t packed_size(const char *config)
{
	struct pack *pack;
	struct repository *repo;
	struct buf text = BUF_INIT;
	uint64_t bytes;

	run("rm -rf .git && git init -q . && %s", config);
	repo = repo_open();
	pack = pack_new(repo);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "%d %d\n", i, i * i % 1000);
	add(pack, text.ptr, text.len);
	bytes = pack_bytes(pack);
	pack_free(pack);
	buf_release(&text);
	repository_free(repo);
	return bytes;
}

static void compresses_as_it_is_told(void **state)
{
	uint64_t fast = packed_size(":");
	uint64_t none = packed_size("git config core.compression 0");
	uint64_t best = packed_size("git config core.compression 9");

	(void)state;
	assert_true(none > fast && fast > best);
	assert_int_equal(packed_size("git config core.compression 1"), fast);
	assert_int_equal(packed_size("git config pack.compression 9 && "
				     "git config core.compression 0"),
			 best);
	assert_int_equal(packed_size("git config core.compression -1"),
			 packed_size("git config pack.compression 6"));
}

/* git stops at most of these by itself. */
static void a_bad_level_is_an_error(void **state)
{
	static const char *const values[] = {"10", "-2", "x"};
	struct repository *repo = repo_new();
	struct config *config = repo->config;
	struct error err = ERROR_INIT;
	struct pack *pack;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char *text = xstrfmt("pack.compression\n%s", values[i]);

		repo->config = config_parse(text, strlen(text) + 1);
		assert_int_equal(pack_open(&pack, repo, &err), ERR_FAILED);
		assert_non_null(strstr(err.text, "pack.compression"));
		error_release(&err);
		config_free(repo->config);
		free(text);
	}
	repo->config = config;
	repository_free(repo);
}

/* As on a full disk, but sure to happen: files may have 300,000 bytes. */
static void a_pack_that_cannot_be_written_is_not_finished(void **state)
{
	const struct rlimit small = {300000, RLIM_INFINITY};
	struct repository *repo = repo_new();
	struct pack *pack = pack_new(repo);
	char *data = noise(600000, 5);
	struct error err = ERROR_INIT;
	struct rlimit before;
	struct oid oid;

	(void)state;
	add(pack, "hello", 5);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(pack_add(pack, OBJECT_BLOB, data, 600000, &oid, &err),
			 ERR_FAILED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	error_release(&err);
	/* The disk has room again, but part of this is lost. */
	assert_error(pack_add(pack, OBJECT_BLOB, "x", 1, &oid, &err),
		     ERR_FAILED, &err);
	assert_error(pack_finish(pack, &err), ERR_FAILED, &err);
	pack_free(pack);
	assert_says("", "ls .git/objects/pack");
	free(data);
	repository_free(repo);
}

/* fsync(2), counted, from any thread. It takes the place of the C library's. */
static atomic_int syncs;

int fsync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fsync, fd);
}

static int syncs_of(const char *config)
{
	struct repository *repo;

	run("rm -rf .git && git init -q . && %s", config);
	repo = repo_open();
	syncs = 0;
	write_one(repo, "hello");
	repository_free(repo);
	return syncs;
}

static void syncs_as_git_syncs_packs(void **state)
{
	static const char *const yes[] = {
		":",
		"git config core.fsync all",
		"git config core.fsync none,pack,pack-metadata",
		"git config core.fsync loose-object",
		"git config core.fsync none,committed",
		"git config core.fsync -loose-object,reference",
		"git config core.fsyncMethod batch",
	};
	static const char *const no[] = {
		"git config core.fsync none",
		"git config core.fsync all,-pack,-pack-metadata",
		"git config core.fsync 'none , loose-object'",
		"git config core.fsync -objects",
	};

	(void)state;
	/* The pack, its index, and their names. */
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_int_equal(syncs_of(yes[i]), 3);
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_int_equal(syncs_of(no[i]), 0);
	assert_int_equal(syncs_of("git config core.fsyncMethod writeout-only"),
			 1);
}

static void what_goes_with_a_pack_is_synced_before_it_is_seen(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *pack = NULL;
	int fds[2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = open(".", O_TMPFILE | O_RDWR, 0600);
		assert_int_not_equal(fds[i], -1);
	}
	pack = pack_new(repo);
	add(pack, "text\n", 5);
	syncs = 0;
	assert_ok(pack_finish_with(pack, fds, ARRAY_SIZE(fds), &err), &err);
	assert_int_equal(syncs, 5);
	pack_free(pack);
	run("rm -f .git/objects/pack/*");
	/* One that cannot be synced keeps the pack from being there. */
	pack = pack_new(repo);
	add(pack, "other\n", 6);
	close(fds[1]);
	fds[1] = -1;
	assert_error(pack_finish_with(pack, fds, ARRAY_SIZE(fds), &err),
		     ERR_FAILED, &err);
	pack_free(pack);
	close(fds[0]);
	assert_says("", "ls .git/objects/pack");
	repository_free(repo);
}

static void a_pack_elsewhere_is_no_part_of_the_repository(void **state)
{
	struct repository *repo = repo_new();
	struct error err = ERROR_INIT;
	struct pack *pack = NULL;
	char hex[OID_HEXSZ + 1];
	struct oid oid;

	(void)state;
	run("git gc -q; find .git/objects -type f | sort >before");
	assert_ok(pack_open_in(&pack, repo, ".git/elsewhere", &err), &err);
	oid = add(pack, "text\n", 5);
	finish(pack);
	oid_hex(&oid, hex);
	assert_says("text",
		    "GIT_ALTERNATE_OBJECT_DIRECTORIES=.git/elsewhere "
		    "git cat-file blob %s",
		    hex);
	assert_false(object_exists(repo, &oid));
	assert_says("", "find .git/objects -type f | sort | diff before -");
	assert_says("", "find .git/elsewhere -name '*.keep'");
	assert_says("", "cat .git/checkpoint.d/packs 2>/dev/null || :");
	pack_free(pack);
	repository_free(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(without_objects_it_does_nothing),
		IN_SCRATCH(git_reads_what_was_written),
		IN_SCRATCH(makes_the_index_that_git_makes),
		IN_SCRATCH(libgit2_sees_it_at_once),
		IN_SCRATCH(streams_as_it_adds),
		IN_SCRATCH(a_stream_that_fails_leaves_nothing),
		IN_SCRATCH(is_filled_by_several_threads),
		IN_SCRATCH(holds_very_many),
		IN_SCRATCH(is_kept_until_it_is_freed),
		IN_SCRATCH(no_prune_takes_it_while_it_grows),
		IN_SCRATCH(an_unfinished_one_leaves_nothing),
		IN_SCRATCH(needs_no_nameless_files),
		IN_SCRATCH(damage_on_disk_is_noticed),
		IN_SCRATCH(the_same_pack_may_be_there_already),
		IN_SCRATCH(a_keep_of_the_user_stays),
		IN_SCRATCH(waits_for_another_that_writes_the_same),
		IN_SCRATCH(permissions_are_as_git_sets_them),
		IN_SCRATCH(compresses_as_it_is_told),
		IN_SCRATCH(a_bad_level_is_an_error),
		IN_SCRATCH(a_pack_that_cannot_be_written_is_not_finished),
		IN_SCRATCH(syncs_as_git_syncs_packs),
		IN_SCRATCH(what_goes_with_a_pack_is_synced_before_it_is_seen),
		IN_SCRATCH(a_pack_elsewhere_is_no_part_of_the_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
