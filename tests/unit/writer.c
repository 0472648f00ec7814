#include "worktree/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "git/tree.h"

#include "scratch.h"

/* Each test runs with all that the file system can do, and without each of it.
 */
static const struct writer_caps variants[] = {
	{0},
	{.exchange = true},
	{.noreplace = true},
	{.lease = true},
	{.exchange = true, .noreplace = true, .lease = true},
};

typedef void (*body)(struct writer *writer);

static void run(body test)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		struct writer *writer = NULL;
		struct buf out = BUF_INIT;

		assert_int_equal(mkdir("w", 0777), 0);
		assert_int_equal(writer_open(&writer, "w", NULL, "t",
					     &variants[i], &err),
				 0);
		assert_int_equal(chdir("w"), 0);
		test(writer);
		assert_int_equal(chdir(".."), 0);
		writer_close(writer);
		scratch_run(&out, "find w -name '.checkpoint-*'", 0);
		assert_string_equal(out.ptr, "");
		scratch_run(&out, "rm -rf w out", 0);
		buf_release(&out);
	}
}

static void put_text(const char *path, const char *text)
{
	struct buf data = BUF_INIT;

	buf_addstr(&data, text);
	scratch_write(path, &data);
	buf_release(&data);
}

static void assert_text(const char *path, const char *want)
{
	struct error err = ERROR_INIT;
	struct buf data = BUF_INIT;

	assert_int_equal(buf_read_file(&data, path, 1 << 20, &err), 0);
	assert_string_equal(data.ptr, want);
	buf_release(&data);
}

static void assert_absent(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), -1);
	assert_int_equal(errno, ENOENT);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode;
}

static int write_text(void *context, int fd, struct error *err)
{
	return file_write_all(fd, context, strlen(context), err);
}

/* Whether the file says what `context` does. */
static int same_text(void *context, int fd, const char *link, struct error *err)
{
	struct buf data = BUF_INIT;
	int rc;

	if (link)
		return !strcmp(link, context);
	rc = buf_read_fd(&data, fd, 1 << 20, err);
	if (!rc)
		rc = !strcmp(data.ptr, context);
	buf_release(&data);
	return rc;
}

static bool fill_stat(struct writer_expect *expect, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return false;
	stat_data_fill(&expect->stat, &st);
	return true;
}

/* As somebody who saved `text` there and compares bytes. */
static struct writer_expect expect_text(const char *path, const char *text)
{
	struct writer_expect expect = {.same = same_text,
				       .context = (void *)(uintptr_t)text};

	assert_true(fill_stat(&expect, path));
	return expect;
}

/* As somebody who knows it by its stat alone. */
static struct writer_expect expect_stat(const char *path)
{
	struct writer_expect expect = {.settled = true};

	assert_true(fill_stat(&expect, path));
	return expect;
}

static const struct writer_expect expect_absent = {.absent = true};

static struct writer_content text_content(uint32_t mode, int permissions,
					  const char *text)
{
	return (struct writer_content){.mode = mode,
				       .permissions = permissions,
				       .write = write_text,
				       .context = (void *)(uintptr_t)text};
}

static struct writer_content link_content(const char *target)
{
	return (struct writer_content){
		.mode = MODE_LINK, .permissions = -1, .link = target};
}

static int put_content(struct writer *writer, const char *path,
		       const struct writer_expect *expect,
		       struct writer_content content)
{
	struct error err = ERROR_INIT;
	struct stat after;
	int rc = writer_put(writer, path, 7, expect, &content, &after, &err);

	if (!rc) {
		struct stat st;

		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_ino, after.st_ino);
		assert_int_equal(st.st_size, after.st_size);
		assert_memory_equal(&st.st_ctim, &after.st_ctim,
				    sizeof(st.st_ctim));
	} else {
		assert_int_equal(rc, err.code);
		assert_non_null(err.text);
	}
	error_release(&err);
	return rc;
}

static int put(struct writer *writer, const char *path,
	       const struct writer_expect *expect, const char *text)
{
	return put_content(writer, path, expect,
			   text_content(MODE_FILE, -1, text));
}

static int drop(struct writer *writer, const char *path,
		const struct writer_expect *expect, const char *keep_dir)
{
	struct error err = ERROR_INIT;
	int rc = writer_remove(writer, path, 7, expect, keep_dir, &err);

	error_release(&err);
	return rc;
}

static void new_file(struct writer *writer)
{
	mode_t mask = umask(027);

	assert_int_equal(put(writer, "a", &expect_absent, "one"), 0);
	assert_text("a", "one");
	assert_int_equal(mode_of("a"), S_IFREG | 0640);
	assert_int_equal(put_content(writer, "d/e/x", &expect_absent,
				     text_content(MODE_EXEC, -1, "two")),
			 0);
	assert_int_equal(mode_of("d/e/x"), S_IFREG | 0750);
	assert_int_equal(mode_of("d/e"), S_IFDIR | 0750);
	assert_int_equal(put_content(writer, "d/p", &expect_absent,
				     text_content(MODE_FILE, 0466, "three")),
			 0);
	assert_int_equal(mode_of("d/p"), S_IFREG | 0466);
	assert_int_equal(put_content(writer, "d/l", &expect_absent,
				     link_content("../nowhere")),
			 0);
	assert_int_equal(mode_of("d/l") & S_IFMT, S_IFLNK);
	umask(mask);
}

static void makes_new_files_and_their_directories(void **state)
{
	(void)state;
	run(new_file);
}

static void replaced(struct writer *writer)
{
	struct writer_expect expect;

	put_text("a", "old");
	chmod("a", 0755);
	expect = expect_stat("a");
	assert_int_equal(put(writer, "a", &expect, "new"), 0);
	assert_text("a", "new");
	assert_int_equal(mode_of("a") & 0111, 0);

	expect = expect_text("a", "new");
	put_text("b", "new");
	assert_int_equal(rename("b", "a"), 0);
	assert_int_equal(put(writer, "a", &expect, "newer"), 0);
	assert_text("a", "newer");
}

static void replaces_what_was_expected(void **state)
{
	(void)state;
	run(replaced);
}

static void not_replaced(struct writer *writer)
{
	struct writer_expect expect;

	put_text("a", "old");
	expect = expect_text("a", "old");
	put_text("a", "own");
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);
	assert_text("a", "own");
	assert_int_equal(drop(writer, "a", &expect, ""), ERR_CHANGED);
	assert_text("a", "own");

	/* A mode is part of what was saved. */
	expect = expect_text("a", "own");
	chmod("a", 0600);
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);

	/* Without somebody to compare, a stat that differs is a change. */
	expect = expect_stat("a");
	expect.stat.mtime_nsec ^= 1;
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);
	expect = expect_stat("a");
	expect.stat.ctime_nsec ^= 1;
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);

	assert_int_equal(unlink("a"), 0);
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);
	assert_absent("a");

	put_text("b", "there");
	assert_int_equal(put(writer, "b", &expect_absent, "new"), ERR_CHANGED);
	assert_text("b", "there");
}

static void leaves_what_was_not_expected(void **state)
{
	(void)state;
	run(not_replaced);
}

static void types(struct writer *writer)
{
	struct writer_expect expect;
	char target[16] = "";

	put_text("f", "file");
	expect = expect_stat("f");
	assert_int_equal(put_content(writer, "f", &expect, link_content("x")),
			 0);
	assert_int_equal(readlink("f", target, sizeof(target)), 1);
	expect = expect_text("f", "x");
	put_text("x", "behind the link");
	assert_int_equal(put(writer, "f", &expect, "file again"), 0);
	assert_text("f", "file again");
	assert_text("x", "behind the link");

	assert_int_equal(symlink("x", "l"), 0);
	expect = expect_text("l", "y");
	assert_int_equal(put_content(writer, "l", &expect, link_content("z")),
			 ERR_CHANGED);
	expect = expect_text("l", "x");
	assert_int_equal(put_content(writer, "l", &expect, link_content("z")),
			 0);
	expect = expect_stat("l");
	assert_int_equal(drop(writer, "l", &expect, ""), 0);
	assert_absent("l");

	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(put(writer, "d", &expect_absent, "was empty"), 0);
	assert_text("d", "was empty");
	assert_int_equal(mkdir("e", 0777), 0);
	put_text("e/x", "in the way");
	assert_int_equal(put(writer, "e", &expect_absent, "no"), ERR_CHANGED);
	assert_text("e/x", "in the way");
	expect = expect_stat("x");
	assert_int_equal(put(writer, "e", &expect, "no"), ERR_CHANGED);

	assert_int_equal(mkfifo("p", 0600), 0);
	expect = expect_stat("p");
	assert_int_equal(put(writer, "p", &expect, "no"), ERR_CHANGED);
	assert_int_equal(put(writer, "p", &expect_absent, "no"), ERR_CHANGED);
	assert_int_equal(drop(writer, "p", &expect, ""), ERR_CHANGED);
	assert_int_equal(mode_of("p") & S_IFMT, S_IFIFO);
}

static void changes_types_and_follows_no_link(void **state)
{
	(void)state;
	run(types);
}

static void outside(struct writer *writer)
{
	static const char *const unsafe[] = {
		"",    "/etc/x", "a//b",   "../x",	 "a/../x",
		"./a", ".git",	 ".git/x", "a/.GIT/x",	 "git~1",
		"a/",  ".git.",	 ".git ",  ".g\u200cit",
	};
	struct writer_expect expect;
	struct error err = ERROR_INIT;

	assert_int_equal(mkdir("../out", 0777), 0);
	put_text("../out/x", "outside");
	expect = expect_stat("../out/x");
	assert_int_equal(symlink("../out", "d"), 0);
	assert_int_equal(put(writer, "d/new", &expect_absent, "no"),
			 ERR_CHANGED);
	assert_int_equal(put(writer, "d/x", &expect, "no"), ERR_CHANGED);
	assert_int_equal(drop(writer, "d/x", &expect, ""), ERR_CHANGED);
	assert_int_equal(writer_chmod(writer, "d/x", 0600, &expect, &err),
			 ERR_CHANGED);
	assert_int_equal(writer_mkdir(writer, "d/y/", -1, &err), ERR_CHANGED);
	assert_int_equal(writer_mkdir(writer, "d/", -1, &err), ERR_CHANGED);
	assert_int_equal(writer_rmdir(writer, "d/y", &err), ERR_CHANGED);
	assert_text("../out/x", "outside");
	assert_absent("../out/new");
	put_text("f", "file");
	assert_int_equal(put(writer, "f/new", &expect_absent, "no"),
			 ERR_CHANGED);
	for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++) {
		assert_int_equal(put(writer, unsafe[i], &expect_absent, "no"),
				 ERR_INVALID);
		assert_int_equal(drop(writer, unsafe[i], &expect, ""),
				 ERR_INVALID);
	}
	error_release(&err);
}

static void never_leaves_the_worktree(void **state)
{
	(void)state;
	run(outside);
}

static void nested(struct writer *writer)
{
	struct writer_expect expect;
	struct error err = ERROR_INIT;

	assert_int_equal(mkdir(".git", 0777), 0);
	assert_int_equal(mkdir("n", 0777), 0);
	assert_int_equal(mkdir("n/d", 0777), 0);
	put_text("n/.git", "gitdir: ../.git");
	put_text(".git/HEAD", "ref: refs/heads/main");
	assert_int_equal(mkdir(".git/objects", 0777), 0);
	assert_int_equal(mkdir(".git/refs", 0777), 0);
	put_text("n/d/x", "theirs");
	expect = expect_stat("n/d/x");
	assert_int_equal(put(writer, "n/new", &expect_absent, "no"),
			 ERR_CHANGED);
	assert_int_equal(put(writer, "n/d/x", &expect, "no"), ERR_CHANGED);
	assert_int_equal(drop(writer, "n/d/x", &expect, ""), ERR_CHANGED);
	assert_int_equal(writer_mkdir(writer, "n/e", -1, &err), ERR_CHANGED);
	assert_int_equal(put(writer, "n", &expect_absent, "no"), ERR_CHANGED);
	assert_int_equal(writer_mkdir(writer, "n", -1, &err), 0);
	assert_int_equal(writer_rmdir(writer, "n", &err), 0);
	assert_text("n/d/x", "theirs");
	assert_absent("n/new");
	assert_absent("n/e");
	assert_int_equal(put(writer, "top", &expect_absent, "yes"), 0);
	error_release(&err);
}

static void never_enters_another_repository(void **state)
{
	(void)state;
	run(nested);
}

static void hard_links(struct writer *writer)
{
	struct writer_expect expect;

	put_text("a", "shared");
	assert_int_equal(link("a", "b"), 0);
	expect = expect_stat("a");
	assert_int_equal(put(writer, "a", &expect, "mine"), 0);
	assert_text("a", "mine");
	assert_text("b", "shared");
}

static void does_not_write_through_hard_links(void **state)
{
	(void)state;
	run(hard_links);
}

static int fail_to_write(void *context, int fd, struct error *err)
{
	(void)context;
	(void)fd;
	return error_set(err, ERR_LOCKED, "as told");
}

static void failures(struct writer *writer)
{
	struct writer_expect expect;
	struct writer_content content = {
		.mode = MODE_FILE, .permissions = -1, .write = fail_to_write};

	assert_int_equal(put_content(writer, "a", &expect_absent, content),
			 ERR_LOCKED);
	assert_absent("a");
	put_text("a", "old");
	expect = expect_stat("a");
	assert_int_equal(put_content(writer, "a", &expect, content),
			 ERR_LOCKED);
	assert_text("a", "old");

	/* A temporary of ours that is there may hold what is nowhere else. */
	put_text(".checkpoint-t-7", "rescued");
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_EXISTS);
	assert_int_equal(drop(writer, "a", &expect, ""), ERR_EXISTS);
	assert_text("a", "old");
	assert_text(".checkpoint-t-7", "rescued");
	assert_int_equal(unlink(".checkpoint-t-7"), 0);
}

static void leaves_nothing_behind_when_it_fails(void **state)
{
	(void)state;
	run(failures);
}

static void deep(struct writer *writer)
{
	struct writer_expect expect = {.same = same_text,
				       .context = (void *)(uintptr_t) "deep"};
	struct writer_content content = text_content(MODE_FILE, -1, "deep");
	struct error err = ERROR_INIT;
	struct buf path = BUF_INIT;
	struct stat st;

	/* More levels than are kept open. */
	for (int i = 0; i < 80; i++)
		buf_addf(&path, "%0200d/", i);
	buf_addstr(&path, "leaf");
	assert_true(path.len > 3 * 4096);
	assert_int_equal(writer_put(writer, path.ptr, 1, &expect_absent,
				    &content, &st, &err),
			 0);
	stat_data_fill(&expect.stat, &st);
	content.context = (void *)(uintptr_t) "again";
	assert_int_equal(
		writer_put(writer, path.ptr, 1, &expect, &content, &st, &err),
		0);
	stat_data_fill(&expect.stat, &st);
	expect.context = (void *)(uintptr_t) "again";
	assert_int_equal(writer_remove(writer, path.ptr, 1, &expect, "", &err),
			 0);
	assert_int_equal(rmdir("0"), -1);
	buf_setlen(&path, 200);
	assert_absent(path.ptr);
	buf_release(&path);
}

static void goes_deeper_than_a_path_may_be_long(void **state)
{
	(void)state;
	run(deep);
}

static void removed(struct writer *writer)
{
	struct writer_expect expect;

	assert_int_equal(put(writer, "a/b/c/x", &expect_absent, "x"), 0);
	assert_int_equal(put(writer, "a/y", &expect_absent, "y"), 0);
	expect = expect_text("a/b/c/x", "x");
	assert_int_equal(drop(writer, "a/b/c/x", &expect, ""), 0);
	assert_absent("a/b");
	assert_text("a/y", "y");
	assert_int_equal(drop(writer, "a/b/c/x", &expect, ""), 0);
	assert_int_equal(drop(writer, "z/x", &expect, ""), 0);

	/* In directories that were open a moment ago. */
	assert_int_equal(put(writer, "a/b/c/x", &expect_absent, "x"), 0);
	expect = expect_stat("a/b/c/x");
	assert_int_equal(drop(writer, "a/b/c/x", &expect, "a/b/"), 0);
	assert_absent("a/b/c");
	assert_int_equal(mode_of("a/b") & S_IFMT, S_IFDIR);
	assert_int_equal(put(writer, "a/b/c/x", &expect_absent, "x"), 0);
	expect = expect_stat("a/b/c/x");
	assert_int_equal(drop(writer, "a/b/c/x", &expect, "a/b/c/"), 0);
	assert_int_equal(rmdir("a/b/c"), 0);
	assert_int_equal(rmdir("a/b"), 0);
	assert_int_equal(put(writer, "a/b/c/x", &expect_absent, "x"), 0);
	assert_text("a/b/c/x", "x");
}

static void removes_files_and_empty_directories(void **state)
{
	(void)state;
	run(removed);
}

static void modes(struct writer *writer)
{
	struct writer_expect expect;
	struct error err = ERROR_INIT;

	put_text("a", "x");
	expect = expect_text("a", "x");
	assert_int_equal(writer_chmod(writer, "a", 0640, &expect, &err), 0);
	assert_int_equal(mode_of("a"), S_IFREG | 0640);
	assert_int_equal(writer_chmod(writer, "a", 0600, &expect, &err),
			 ERR_CHANGED);
	expect = expect_text("a", "y");
	assert_int_equal(writer_chmod(writer, "a", 0600, &expect, &err),
			 ERR_CHANGED);
	assert_int_equal(writer_chmod(writer, "b", 0600, &expect, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(symlink("a", "l"), 0);
	expect = expect_stat("l");
	assert_int_equal(writer_chmod(writer, "l", 0600, &expect, &err),
			 ERR_CHANGED);
	assert_int_equal(mode_of("a"), S_IFREG | 0640);
	error_release(&err);
}

static void sets_modes(void **state)
{
	(void)state;
	run(modes);
}

static void directories(struct writer *writer)
{
	struct error err = ERROR_INIT;
	mode_t mask = umask(022);

	assert_int_equal(writer_mkdir(writer, "a/b/", -1, &err), 0);
	assert_int_equal(mode_of("a/b"), S_IFDIR | 0755);
	assert_int_equal(writer_mkdir(writer, "a/p", 0777, &err), 0);
	assert_int_equal(mode_of("a/p"), S_IFDIR | 0777);
	assert_int_equal(writer_mkdir(writer, "a/p", 0700, &err), 0);
	assert_int_equal(mode_of("a/p"), S_IFDIR | 0777);
	put_text("a/f", "file");
	assert_int_equal(writer_mkdir(writer, "a/f", -1, &err), ERR_CHANGED);
	assert_int_equal(writer_rmdir(writer, "a/", &err), 0);
	assert_int_equal(writer_rmdir(writer, "a/f", &err), 0);
	assert_text("a/f", "file");
	assert_int_equal(writer_rmdir(writer, "a/b/", &err), 0);
	assert_int_equal(writer_rmdir(writer, "a/b", &err), 0);
	assert_int_equal(writer_rmdir(writer, "z/b", &err), 0);
	assert_absent("a/b");
	/* It was open a moment ago. */
	assert_int_equal(writer_mkdir(writer, "a/p/q", -1, &err), 0);
	assert_int_equal(rmdir("a/p/q"), 0);
	assert_int_equal(rmdir("a/p"), 0);
	assert_int_equal(writer_mkdir(writer, "a/p/q", -1, &err), 0);
	assert_int_equal(mode_of("a/p/q"), S_IFDIR | 0755);
	umask(mask);
	error_release(&err);
}

static void makes_and_removes_directories(void **state)
{
	(void)state;
	run(directories);
}

static int on_leftover(void *context, const char *path, int fd,
		       const char *temporary, struct error *err)
{
	struct buf data = BUF_INIT;

	assert_string_equal(path, "d/a");
	assert_string_equal(temporary, "d/.checkpoint-t-3");
	assert_int_equal(buf_read_fd(&data, fd, 100, err), 0);
	assert_string_equal(data.ptr, "left");
	buf_release(&data);
	return *(int *)context;
}

static void leftovers(struct writer *writer)
{
	struct error err = ERROR_INIT;
	int answer = 0;

	assert_int_equal(
		writer_sweep(writer, "d/a", 3, on_leftover, &answer, &err), 0);
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(
		writer_sweep(writer, "d/a", 3, on_leftover, &answer, &err), 0);
	put_text("d/.checkpoint-t-3", "left");
	assert_int_equal(
		writer_sweep(writer, "d/a", 3, on_leftover, &answer, &err), 0);
	assert_text("d/.checkpoint-t-3", "left");
	answer = ERR_LOCKED;
	assert_int_equal(
		writer_sweep(writer, "d/a", 3, on_leftover, &answer, &err),
		ERR_LOCKED);
	answer = 1;
	assert_int_equal(
		writer_sweep(writer, "d/a", 3, on_leftover, &answer, &err), 0);
	assert_absent("d/.checkpoint-t-3");
	error_release(&err);
}

static void sweeps_what_a_kill_left(void **state)
{
	(void)state;
	run(leftovers);
}

static void links_as_files(void **state)
{
	static const struct writer_caps without = {.symlinks = true,
						   .exec_bit = true};
	struct writer_content link = link_content("target");
	struct writer_content exec = text_content(MODE_EXEC, 0700, "x");
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	(void)state;
	assert_int_equal(writer_open(&writer, ".", NULL, "t", &without, &err),
			 0);
	assert_false(writer_caps(writer)->symlinks);
	assert_int_equal(
		writer_put(writer, "l", 1, &expect_absent, &link, NULL, &err),
		0);
	assert_int_equal(mode_of("l") & S_IFMT, S_IFREG);
	assert_text("l", "target");
	assert_int_equal(
		writer_put(writer, "x", 1, &expect_absent, &exec, NULL, &err),
		0);
	writer_close(writer);
}

static void open_files(void **state)
{
	struct error err = ERROR_INIT;
	struct writer_expect expect;
	struct writer *writer = NULL;
	struct statfs fs;
	char *map;
	int fd;

	(void)state;
	assert_int_equal(writer_open(&writer, ".", NULL, "t", NULL, &err), 0);
	if (!writer_caps(writer)->lease) {
		writer_close(writer);
		skip();
	}
	put_text("a", "old");
	expect = expect_stat("a");
	fd = open("a", O_WRONLY);
	assert_int_equal(put(writer, "a", &expect, "new"), ERR_CHANGED);
	assert_text("a", "old");
	close(fd);

	/* overlayfs maps the file below, and does not count it. */
	assert_int_equal(statfs(".", &fs), 0);
	fd = open("a", O_RDWR);
	map = mmap(NULL, 3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	close(fd);
	if (fs.f_type != OVERLAYFS_SUPER_MAGIC)
		assert_int_equal(drop(writer, "a", &expect, ""), ERR_CHANGED);
	assert_int_equal(munmap(map, 3), 0);

	fd = open("a", O_RDONLY);
	assert_int_equal(put(writer, "a", &expect, "new"), 0);
	assert_text("a", "new");
	close(fd);
	writer_close(writer);
}

/* What others do in the moment between comparing and replacing. */
struct intruder {
	const char *text;
	void (*act)(void);
	pthread_t thread;
	bool threaded;
};

static int same_but_act(void *context, int fd, const char *link,
			struct error *err)
{
	struct intruder *intruder = context;
	int same = same_text((void *)(uintptr_t)intruder->text, fd, link, err);

	intruder->act();
	return same;
}

static void save_by_rename(void)
{
	put_text("edit", "theirs");
	assert_int_equal(rename("edit", "a"), 0);
}

static void remove_it(void)
{
	assert_int_equal(unlink("a"), 0);
}

static void make_directory_of_it(void)
{
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(mkdir("a", 0777), 0);
	put_text("a/x", "theirs");
}

static void interfered(struct writer *writer, void (*act)(void), bool removing,
		       int want)
{
	struct intruder intruder = {.text = "old", .act = act};
	struct writer_expect expect;

	put_text("a", "old");
	expect = expect_text("a", "old");
	expect.same = same_but_act;
	expect.context = &intruder;
	if (removing)
		assert_int_equal(drop(writer, "a", &expect, ""), want);
	else
		assert_int_equal(put(writer, "a", &expect, "new"), want);
}

static void interference(struct writer *writer)
{
	for (int removing = 0; removing < 2; removing++) {
		interfered(writer, save_by_rename, removing, ERR_CHANGED);
		assert_text("a", "theirs");
		interfered(writer, remove_it, removing, ERR_CHANGED);
		assert_absent("a");
		interfered(writer, make_directory_of_it, removing, ERR_CHANGED);
		assert_text("a/x", "theirs");
		assert_int_equal(unlink("a/x"), 0);
		assert_int_equal(rmdir("a"), 0);
	}
}

static void gives_way_to_who_comes_in_between(void **state)
{
	(void)state;
	run(interference);
}

static void *open_and_write(void *context)
{
	int fd = open("a", O_WRONLY | O_TRUNC);

	(void)context;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "theirs", 6), 6);
	close(fd);
	return NULL;
}

/* Read the file under the lease, and see somebody wait for it. */
static int same_while_one_waits(void *context, int fd, const char *link,
				struct error *err)
{
	struct intruder *intruder = context;
	int same = same_text((void *)(uintptr_t)intruder->text, fd, link, err);

	assert_int_equal(
		pthread_create(&intruder->thread, NULL, open_and_write, NULL),
		0);
	intruder->threaded = true;
	while (fcntl(fd, F_GETLEASE) == F_RDLCK)
		usleep(100);
	return same;
}

static void gives_way_to_who_waits(void **state)
{
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	(void)state;
	assert_int_equal(writer_open(&writer, ".", NULL, "t", NULL, &err), 0);
	if (!writer_caps(writer)->lease) {
		writer_close(writer);
		skip();
	}
	for (int removing = 0; removing < 2; removing++) {
		struct intruder intruder = {.text = "old"};
		struct writer_expect expect;

		put_text("a", "old");
		expect = expect_text("a", "old");
		expect.same = same_while_one_waits;
		expect.context = &intruder;
		if (removing)
			assert_int_equal(drop(writer, "a", &expect, ""),
					 ERR_CHANGED);
		else
			assert_int_equal(put(writer, "a", &expect, "new"),
					 ERR_CHANGED);
		assert_true(intruder.threaded);
		pthread_join(intruder.thread, NULL);
		assert_text("a", "theirs");
	}
	writer_close(writer);
}

/* In a child, as somebody who is not root. Says what failed by its status. */
static int try_read_only_directory(void)
{
	struct writer_content content = text_content(MODE_FILE, -1, "new");
	struct writer_expect expect = {.settled = true};
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;
	int failed = 0;

	if (!geteuid() && setuid(65534) < 0)
		return 1;
	if (mkdir("d", 0700) < 0)
		return 2;
	put_text("d/a", "old");
	if (!fill_stat(&expect, "d/a") || chmod("d", 0500) < 0)
		return 3;
	if (writer_open(&writer, ".", NULL, "t", NULL, &err) < 0)
		return 4;
	if (writer_put(writer, "d/a", 1, &expect, &content, NULL, &err) !=
		    ERR_FAILED ||
	    !strstr(err.text, "'d/a'"))
		failed = 5;
	if (writer_put(writer, "d/b", 1, &expect_absent, &content, NULL,
		       &err) != ERR_FAILED ||
	    !strstr(err.text, "'d/b'"))
		failed = 6;
	if (writer_remove(writer, "d/a", 1, &expect, "", &err) != ERR_FAILED ||
	    !strstr(err.text, "'d/a'"))
		failed = 7;
	error_release(&err);
	writer_close(writer);
	return chmod("d", 0700) < 0 ? 8 : failed;
}

static void names_what_is_in_a_read_only_directory(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(chmod(".", 0777), 0);
	pid = fork();
	if (!pid)
		_exit(try_read_only_directory());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_text("d/a", "old");
}

/* Replace, remove and make the file again, until somebody ends it. */
static void change_for_ever(void)
{
	static const char *const texts[] = {"one one one\n", "two\n"};
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	if (writer_open(&writer, ".", NULL, "t", NULL, &err) < 0)
		_exit(1);
	for (int i = 0;; i++) {
		struct writer_expect expect = {.settled = true};
		struct writer_content content =
			text_content(MODE_FILE, -1, texts[i % 2]);
		int rc;

		expect.absent = !fill_stat(&expect, "a");
		if (i % 5 == 4)
			rc = writer_remove(writer, "a", 3, &expect, "", &err);
		else
			rc = writer_put(writer, "a", 3, &expect, &content, NULL,
					&err);
		if (rc)
			_exit(2);
	}
}

static int sweep_it(void *context, const char *path, int fd,
		    const char *temporary, struct error *err)
{
	(void)path;
	(void)fd;
	(void)temporary;
	(void)err;
	++*(int *)context;
	return 1;
}

static void a_kill_leaves_it_whole(void **state)
{
	uint64_t random = 88172645463325252u;
	int swept = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct error err = ERROR_INIT;
		struct writer *writer = NULL;
		struct buf data = BUF_INIT;
		pid_t pid = fork();
		int status;

		if (!pid)
			change_for_ever();
		usleep((useconds_t)(1000 + scratch_random(&random) % 4000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		if (!buf_read_file(&data, "a", 100, &err))
			assert_true(!strcmp(data.ptr, "one one one\n") ||
				    !strcmp(data.ptr, "two\n"));
		else
			assert_int_equal(err.code, ERR_NOT_FOUND);
		error_release(&err);
		buf_release(&data);
		assert_int_equal(
			writer_open(&writer, ".", NULL, "t", NULL, &err), 0);
		assert_int_equal(
			writer_sweep(writer, "a", 3, sweep_it, &swept, &err),
			0);
		writer_close(writer);
		assert_absent(".checkpoint-t-3");
	}
	print_message("# %d temporaries were swept\n", swept);
}

struct crowd {
	struct writer *writer;
	size_t member;
	pthread_t thread;
};

#define CROWD 6

/* Make and remove files in a few directories, which go and come all the time.
 */
static void *come_and_go(void *context)
{
	struct crowd *crowd = context;
	struct writer_content content = text_content(MODE_FILE, -1, "x");
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < 500 && !err.code; i++) {
		struct writer_expect expect = {.settled = true};
		unsigned n = (unsigned)crowd->member;
		struct stat st;
		char path[64];

		snprintf(path, sizeof(path), "a/b%zu/c%zu/f%zu", i % 3, i % 2,
			 crowd->member);
		if (writer_put(crowd->writer, path, n, &expect_absent, &content,
			       &st, &err))
			continue;
		stat_data_fill(&expect.stat, &st);
		writer_remove(crowd->writer, path, n, &expect, "", &err);
	}
	if (err.code)
		print_message("# %s\n", err.text);
	return err.code ? context : NULL;
}

static void threads_share_a_writer(void **state)
{
	struct crowd crowd[CROWD];
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	(void)state;
	assert_int_equal(writer_open(&writer, ".", NULL, "t", NULL, &err), 0);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = (struct crowd){.writer = writer, .member = i};
		assert_int_equal(pthread_create(&crowd[i].thread, NULL,
						come_and_go, &crowd[i]),
				 0);
	}
	for (size_t i = 0; i < CROWD; i++) {
		void *failed;

		pthread_join(crowd[i].thread, &failed);
		assert_null(failed);
	}
	assert_absent("a");
	writer_close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(makes_new_files_and_their_directories),
		IN_SCRATCH(replaces_what_was_expected),
		IN_SCRATCH(leaves_what_was_not_expected),
		IN_SCRATCH(changes_types_and_follows_no_link),
		IN_SCRATCH(never_leaves_the_worktree),
		IN_SCRATCH(never_enters_another_repository),
		IN_SCRATCH(does_not_write_through_hard_links),
		IN_SCRATCH(leaves_nothing_behind_when_it_fails),
		IN_SCRATCH(goes_deeper_than_a_path_may_be_long),
		IN_SCRATCH(removes_files_and_empty_directories),
		IN_SCRATCH(sets_modes),
		IN_SCRATCH(makes_and_removes_directories),
		IN_SCRATCH(sweeps_what_a_kill_left),
		IN_SCRATCH(links_as_files),
		IN_SCRATCH(open_files),
		IN_SCRATCH(gives_way_to_who_comes_in_between),
		IN_SCRATCH(gives_way_to_who_waits),
		IN_SCRATCH(names_what_is_in_a_read_only_directory),
		IN_SCRATCH(a_kill_leaves_it_whole),
		IN_SCRATCH(threads_share_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
