/*
 * Somebody saves a file at the moment it is replaced or removed. Whatever he
 * saves, in whatever way, must be there in the end: either it came before, and
 * the writer gave way to it, or it came after, and is on top.
 *
 *	build/tests/unit/writer_race [<trials>]
 */
#include "worktree/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "base/file.h"
#include "git/tree.h"

#include "scratch.h"

static long trials = 250;

#define SAVES 3
#define FIRST "first\n"
#define OURS "ours\n"
#define TEMPORARY ".checkpoint-race-1"

/* How an editor saves version `k`. Async-signal-safe calls only: it is run in a
 * child of a program that may have threads. */
typedef void (*save)(int k, uint64_t *random);

static void write_out(int fd, const char *text, size_t len)
{
	if (write(fd, text, len) != (ssize_t)len)
		_exit(2);
}

static void pause_up_to(uint64_t *random, long ns)
{
	struct timespec time = {0,
				(long)(scratch_random(random) % (uint64_t)ns)};

	if (time.tv_nsec > 1000)
		nanosleep(&time, NULL);
}

static void name_version(char text[], int k)
{
	memcpy(text, "version 0\n", 11);
	text[8] = (char)('0' + k);
}

/* In place: cut, write a half, think, write the other half. */
static void save_in_place(int k, uint64_t *random)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	char text[16];

	if (fd < 0)
		_exit(3);
	name_version(text, k);
	write_out(fd, text, 5);
	pause_up_to(random, 300000);
	write_out(fd, text + 5, 5);
	close(fd);
}

static void save_by_rename(int k, uint64_t *random)
{
	int fd = open("edited", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	char text[16];

	if (fd < 0)
		_exit(3);
	name_version(text, k);
	write_out(fd, text, 10);
	close(fd);
	pause_up_to(random, 50000);
	if (rename("edited", "file") < 0)
		_exit(4);
}

static void save_appending(int k, uint64_t *random)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_APPEND, 0644);
	char text[16];

	if (fd < 0)
		_exit(3);
	name_version(text, k);
	write_out(fd, text, 10);
	pause_up_to(random, 100000);
	close(fd);
}

/* The editor: for each byte that comes in, some saves; then a byte back. */
static void edit(save how, int from, int to)
{
	uint64_t random = 88172645463325252u;
	char byte;

	while (read(from, &byte, 1) == 1) {
		for (int k = 1; k <= SAVES; k++) {
			pause_up_to(&random, 400000);
			how(k, &random);
		}
		write_out(to, "x", 1);
	}
	_exit(0);
}

struct editor {
	pid_t pid;
	int to, from;
};

static struct editor start_editor(save how)
{
	struct editor editor;
	int to[2], from[2];

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	editor.pid = fork();
	assert_true(editor.pid >= 0);
	if (!editor.pid) {
		close(to[1]);
		close(from[0]);
		edit(how, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	editor.to = to[1];
	editor.from = from[0];
	return editor;
}

static void stop_editor(const struct editor *editor)
{
	int status;

	close(editor->to);
	close(editor->from);
	assert_int_equal(waitpid(editor->pid, &status, 0), editor->pid);
	assert_int_equal(status, 0);
}

static void put_text(const char *path, const char *text)
{
	struct buf data = BUF_INIT;

	buf_addstr(&data, text);
	scratch_write(path, &data);
	buf_release(&data);
}

static int same_as_first(void *context, int fd, const char *link,
			 struct error *err)
{
	struct buf data = BUF_INIT;
	int rc = buf_read_fd(&data, fd, 1 << 20, err);

	(void)context;
	(void)link;
	if (!rc)
		rc = !strcmp(data.ptr, FIRST);
	buf_release(&data);
	return rc;
}

static int write_ours(void *context, int fd, struct error *err)
{
	(void)context;
	return file_write_all(fd, OURS, strlen(OURS), err);
}

/* Replace or remove what we saved; the errors that may come are those that say
 * that somebody else was there. */
static bool change(struct writer *writer, const struct writer_expect *expect,
		   bool removing)
{
	static const struct writer_content content = {
		.mode = MODE_FILE, .permissions = -1, .write = write_ours};
	struct error err = ERROR_INIT;
	int rc;

	if (removing)
		rc = writer_remove(writer, "file", 1, expect, "", &err);
	else
		rc = writer_put(writer, "file", 1, expect, &content, NULL,
				&err);
	if (rc && rc != ERR_CHANGED)
		fail_msg("%s", err.text);
	error_release(&err);
	return !rc;
}

/* All that was appended stands behind what it was appended to. */
static void check_appended(const char *text, bool changed, bool removing)
{
	const char *start = !changed ? FIRST : removing ? "" : OURS;
	char want[64];

	snprintf(want, sizeof(want), "%sversion 1\nversion 2\nversion 3\n",
		 start);
	assert_string_equal(text, want);
}

/* Two versions were kept: each line is in one of them, the last in place where
 * files can be exchanged. */
static void check_kept(const char *text, const char *kept, bool exchange)
{
	for (int k = 1; k <= SAVES; k++) {
		char line[16];

		name_version(line, k);
		if (!strstr(text, line) &&
		    ((exchange && k == SAVES) || !strstr(kept, line)))
			fail_msg("%s is in neither '%s' nor '%s'", line, text,
				 kept);
	}
}

static bool check(save how, bool changed, bool removing, bool exchange)
{
	struct buf text = BUF_INIT, kept = BUF_INIT;
	struct error err = ERROR_INIT;
	bool two = !buf_read_file(&kept, TEMPORARY, 1 << 20, &err);

	error_release(&err);
	assert_int_equal(buf_read_file(&text, "file", 1 << 20, &err), 0);
	assert_false(two && changed);
	if (how != save_appending)
		assert_string_equal(text.ptr, "version 3\n");
	else if (two)
		check_kept(text.ptr, kept.ptr, exchange);
	else
		check_appended(text.ptr, changed, removing);
	if (two)
		assert_int_equal(unlink(TEMPORARY), 0);
	buf_release(&text);
	buf_release(&kept);
	return two;
}

static void race(save how, bool removing, const struct writer_caps *without)
{
	struct writer_expect expect = {.same = same_as_first};
	struct error err = ERROR_INIT;
	struct writer *writer = NULL;
	struct editor editor;
	uint64_t random = 2463534242;
	long done = 0, two = 0;

	assert_int_equal(writer_open(&writer, ".", NULL, "race", without, &err),
			 0);
	if (!writer_caps(writer)->lease ||
	    (!without && !writer_caps(writer)->exchange)) {
		writer_close(writer);
		skip();
	}
	editor = start_editor(how);
	for (long i = 0; i < trials; i++) {
		struct stat st;
		bool changed;
		char byte;

		put_text("file", FIRST);
		assert_int_equal(lstat("file", &st), 0);
		stat_data_fill(&expect.stat, &st);
		assert_int_equal(write(editor.to, "x", 1), 1);
		pause_up_to(&random, 1200000);
		changed = change(writer, &expect, removing);
		done += changed;
		assert_int_equal(read(editor.from, &byte, 1), 1);
		two += check(how, changed, removing, !without);
	}
	stop_editor(&editor);
	writer_close(writer);
	print_message("# %ld of %ld went through, %ld kept two versions\n",
		      done, trials, two);
}

static void saves_in_place_survive_replacing(void **state)
{
	(void)state;
	race(save_in_place, false, NULL);
}

static void saves_by_rename_survive_replacing(void **state)
{
	(void)state;
	race(save_by_rename, false, NULL);
}

static void appended_lines_survive_replacing(void **state)
{
	(void)state;
	race(save_appending, false, NULL);
}

static void saves_in_place_survive_removing(void **state)
{
	(void)state;
	race(save_in_place, true, NULL);
}

static void saves_by_rename_survive_removing(void **state)
{
	(void)state;
	race(save_by_rename, true, NULL);
}

static void appended_lines_survive_removing(void **state)
{
	(void)state;
	race(save_appending, true, NULL);
}

/* Where files cannot be exchanged, who opened the file by its name just before
 * is still seen. */
static const struct writer_caps no_exchange = {.exchange = true,
					       .noreplace = true};

static void saves_in_place_survive_renaming_over(void **state)
{
	(void)state;
	race(save_in_place, false, &no_exchange);
}

static void appended_lines_survive_renaming_over(void **state)
{
	(void)state;
	race(save_appending, false, &no_exchange);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(saves_in_place_survive_replacing),
		IN_SCRATCH(saves_by_rename_survive_replacing),
		IN_SCRATCH(appended_lines_survive_replacing),
		IN_SCRATCH(saves_in_place_survive_removing),
		IN_SCRATCH(saves_by_rename_survive_removing),
		IN_SCRATCH(appended_lines_survive_removing),
		IN_SCRATCH(saves_in_place_survive_renaming_over),
		IN_SCRATCH(appended_lines_survive_renaming_over),
	};

	if (argc > 1)
		trials = strtol(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
