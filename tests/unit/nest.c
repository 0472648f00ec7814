#include "worktree/nest.h"

#include <dirent.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/tree.h"
#include "scratch.h"

static int write_text(void *context, int fd, struct error *err)
{
	const char *text = context;

	if (!text)
		return error_set(err, ERR_FAILED, "no text");
	return file_write_all(fd, text, strlen(text), err);
}

static struct writer_content text(const char *what, uint32_t mode,
				  int permissions)
{
	return (struct writer_content){.mode = mode,
				       .permissions = permissions,
				       .write = write_text,
				       .context = (void *)(uintptr_t)what};
}

static void put(struct nest *nest, const char *path,
		const struct writer_content *content, struct stat *after)
{
	struct error err = ERROR_INIT;
	struct stat st;

	if (nest_put(nest, path, content, after ? after : &st, &err) < 0)
		fail_msg("%s", err.text);
}

static void sh(const char *command)
{
	struct buf out = BUF_INIT;

	scratch_run(&out, command, 0);
	buf_release(&out);
}

/* Names in a directory other than "." and "..". */
static size_t count(const char *dir)
{
	DIR *handle = opendir(dir);
	size_t nr = 0;

	assert_non_null(handle);
	while (readdir(handle))
		nr++;
	closedir(handle);
	return nr - 2;
}

static void assert_text(const char *path, const char *want)
{
	struct error err = ERROR_INIT;
	struct buf is = BUF_INIT;

	assert_int_equal(buf_read_file(&is, path, 1000, &err), 0);
	assert_string_equal(is.ptr, want);
	buf_release(&is);
}

static struct writer *writer_new(void)
{
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	assert_int_equal(writer_open(&writer, ".", NULL, "t", NULL, &err), 0);
	return writer;
}

static struct nest *nest_new(struct writer *writer, const char *dir)
{
	struct error err = ERROR_INIT;
	struct nest *nest = NULL;

	if (nest_open(&nest, writer, dir, 7, &err) < 0)
		fail_msg("%s", err.text);
	return nest;
}

static void appears_at_once(void **state)
{
	struct writer_content a = text("a", MODE_FILE, -1);
	struct writer_content b = text("b", MODE_EXEC, 0750);
	struct writer_content suid = text("s", MODE_FILE, 04711);
	struct writer_content closed = text("c", MODE_FILE, 0);
	struct writer_content link = {
		.mode = MODE_LINK, .permissions = -1, .link = "nowhere"};
	struct writer *writer = writer_new();
	struct nest *nest = nest_new(writer, "x/y");
	struct stat after[5], st;
	static const char *const names[] = {"x/y/a", "x/y/b", "x/y/s", "x/y/c",
					    "x/y/l"};
	const struct writer_content *const contents[] = {&a, &b, &suid, &closed,
							 &link};

	(void)state;
	umask(027);
	assert_non_null(nest);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		put(nest, names[i], contents[i], &after[i]);
	assert_int_equal(lstat("x/y", &st), -1);
	assert_int_equal(count("x/.checkpoint-t-7.new"), 5);
	assert_true(nest_publish(nest));
	nest_close(nest);
	assert_int_equal(count("x"), 1);
	assert_int_equal(count("x/y"), 5);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(lstat(names[i], &st), 0);
		assert_int_equal(st.st_mode, after[i].st_mode);
		assert_int_equal(st.st_ino, after[i].st_ino);
		assert_int_equal(st.st_size, after[i].st_size);
		assert_int_equal(st.st_ctim.tv_sec, after[i].st_ctim.tv_sec);
		assert_int_equal(st.st_ctim.tv_nsec, after[i].st_ctim.tv_nsec);
	}
	assert_text("x/y/a", "a");
	assert_int_equal(after[0].st_mode & 07777, 0640);
	assert_int_equal(after[1].st_mode & 07777, 0750);
	assert_int_equal(after[2].st_mode & 07777, 04711);
	assert_int_equal(after[3].st_mode & 07777, 0);
	writer_close(writer);
}

static void leaves_nothing_when_given_up(void **state)
{
	struct writer_content a = text("a", MODE_FILE, -1);
	struct writer_content bad = text(NULL, MODE_FILE, -1);
	struct writer *writer = writer_new();
	struct nest *nest = nest_new(writer, "x/y");
	struct error err = ERROR_INIT;
	struct stat st;

	(void)state;
	put(nest, "x/y/a", &a, NULL);
	assert_int_equal(nest_put(nest, "x/y/b", &bad, &st, &err), ERR_FAILED);
	error_release(&err);
	assert_int_equal(nest_put(nest, "x/y/.git", &a, &st, &err),
			 ERR_INVALID);
	error_release(&err);
	assert_int_equal(nest_put(nest, "x/y/a", &a, &st, &err), ERR_EXISTS);
	error_release(&err);
	nest_close(nest);
	assert_int_equal(count("x"), 0);
	writer_close(writer);
}

static void gives_way_to_what_is_there(void **state)
{
	static const char *const makers[] = {"mkdir x/y", "echo z >x/y",
					     "ln -s . x/y",
					     "mkdir x/y && echo z >x/y/a"};
	struct writer_content a = text("a", MODE_FILE, -1);
	struct writer *writer = writer_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		struct nest *nest = nest_new(writer, "x/y");
		struct stat before, st;

		/* It comes after the nest was made, */
		put(nest, "x/y/a", &a, NULL);
		sh(makers[i]);
		assert_int_equal(lstat("x/y", &before), 0);
		assert_false(nest_publish(nest));
		nest_close(nest);
		assert_int_equal(lstat("x/y", &st), 0);
		assert_int_equal(st.st_ino, before.st_ino);
		assert_int_equal(count("x"), 1);
		/* or is there before. */
		assert_null(nest_new(writer, "x/y"));
		assert_int_equal(count("x"), 1);
		sh("rm -rf x/y");
	}
	writer_close(writer);
}

static void needs_a_rename_that_replaces_nothing(void **state)
{
	static const struct writer_caps without = {.noreplace = true};
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;

	(void)state;
	assert_int_equal(writer_open(&writer, ".", NULL, "t", &without, &err),
			 0);
	assert_null(nest_new(writer, "x/y"));
	writer_close(writer);
}

static int sweep_it(void *context, const char *path, int fd,
		    const char *temporary, struct error *err)
{
	(void)err;
	assert_memory_equal(path, "x/y/", 4);
	assert_memory_equal(temporary, "x/.checkpoint-t-7.new/", 22);
	assert_string_equal(path + 4, temporary + 22);
	assert_int_equal(fd < 0, path[4] == 'l');
	++*(int *)context;
	return strcmp(path, "x/y/other") != 0;
}

static void is_swept_after_a_kill(void **state)
{
	struct writer *writer = writer_new();
	struct error err = ERROR_INIT;
	int swept = 0;

	(void)state;
	sh("mkdir -p x/.checkpoint-t-7.new/dir && "
	   "cd x/.checkpoint-t-7.new && "
	   "echo a >a && ln -s a l && echo o >other");
	assert_int_equal(
		writer_sweep(writer, "x/y/b", 6, sweep_it, &swept, &err), 0);
	assert_int_equal(swept, 0);
	assert_int_equal(
		writer_sweep(writer, "x/y/b", 7, sweep_it, &swept, &err), 0);
	assert_int_equal(swept, 3);
	/* What was not ours stays. */
	assert_int_equal(count("x/.checkpoint-t-7.new"), 2);
	sh("rm -r x/.checkpoint-t-7.new/*");
	assert_int_equal(
		writer_sweep(writer, "x/y/b", 7, sweep_it, &swept, &err), 0);
	assert_int_equal(count("x"), 0);
	writer_close(writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(appears_at_once),
		IN_SCRATCH(leaves_nothing_when_given_up),
		IN_SCRATCH(gives_way_to_what_is_there),
		IN_SCRATCH(needs_a_rename_that_replaces_nothing),
		IN_SCRATCH(is_swept_after_a_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
