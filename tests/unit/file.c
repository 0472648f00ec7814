#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "scratch.h"

/*
 * The system calls that matter are seen here on their way, and can be made to
 * fail. Each test starts with a plan that changes nothing.
 */
static struct plan {
	struct buf *calls; /* gets "sync file ", "rename ", "sync dir " */
	bool fail_file_sync;
	bool fail_dir_sync;
	const char *remove_before_lock;
	const unsigned char *random; /* eight bytes at a time, the same again */
} plan;

int fsync(int fd)
{
	struct stat st;
	bool dir = !fstat(fd, &st) && S_ISDIR(st.st_mode);

	if (plan.calls)
		buf_addstr(plan.calls, dir ? "sync dir " : "sync file ");
	if (dir ? plan.fail_dir_sync : plan.fail_file_sync) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
	if (plan.calls)
		buf_addstr(plan.calls, "rename ");
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int flock(int fd, int operation)
{
	if (plan.remove_before_lock && operation & LOCK_EX) {
		assert_int_equal(unlink(plan.remove_before_lock), 0);
		plan.remove_before_lock = NULL;
	}
	return (int)syscall(SYS_flock, fd, operation);
}

ssize_t getrandom(void *out, size_t len, unsigned int flags)
{
	if (!plan.random)
		return syscall(SYS_getrandom, out, len, flags);
	assert_int_equal(len, 8);
	memcpy(out, plan.random, len);
	return (ssize_t)len;
}

static int enter(void **state)
{
	plan = (struct plan){0};
	return scratch_enter(state);
}

static void assert_content(const char *path, const char *want)
{
	struct error err = ERROR_INIT;
	struct buf buf = BUF_INIT;

	assert_int_equal(buf_read_file(&buf, path, 1 << 20, &err), 0);
	assert_string_equal(buf.ptr, want);
	buf_release(&buf);
}

/* The names in `dir`, sorted, with a space behind each. */
static void assert_names(const char *dir, const char *want)
{
	struct strlist names = STRLIST_INIT;
	struct buf text = BUF_INIT;
	DIR *handle = opendir(dir);
	struct dirent *entry;

	assert_non_null(handle);
	while ((entry = readdir(handle)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			strlist_add(&names, entry->d_name);
	closedir(handle);
	strlist_sort(&names);
	for (size_t i = 0; i < names.nr; i++)
		buf_addf(&text, "%s ", names.items[i]);
	assert_string_equal(text.ptr, want);
	strlist_release(&names);
	buf_release(&text);
}

static int replace(const char *path, const char *text, struct error *err)
{
	return file_replace(path, text, strlen(text), true, err);
}

static void replaces_and_leaves_nothing_beside(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(replace("file", "one", &err), 0);
	assert_content("file", "one");
	assert_int_equal(file_replace("file", "two", 3, false, &err), 0);
	assert_content("file", "two");
	assert_int_equal(file_replace("file", NULL, 0, false, &err), 0);
	assert_content("file", "");
	assert_names(".", "file ");
}

static void makes_directories(void **state)
{
	struct error err = ERROR_INIT;
	struct buf path = BUF_INIT;

	assert_int_equal(replace("a/b/file", "x", &err), 0);
	assert_content("a/b/file", "x");
	assert_names("a/b", "file ");
	buf_addf(&path, "%s/c/file", (char *)*state);
	assert_int_equal(replace(path.ptr, "y", &err), 0);
	assert_content("c/file", "y");
	buf_release(&path);
}

static void is_for_the_owner_only(void **state)
{
	struct error err = ERROR_INIT;
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(replace("open", "x", &err), 0);
	umask(0277);
	assert_int_equal(replace("closed", "x", &err), 0);
	umask(mask);
	assert_int_equal(stat("open", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat("closed", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* As git does with a repository that is shared. */
static void is_for_those_who_may_write_to_its_directory(void **state)
{
	struct error err = ERROR_INIT;
	mode_t mask = umask(022);
	char *beside;
	int fd;

	(void)state;
	assert_int_equal(mkdir("group", 0755), 0);
	assert_int_equal(chmod("group", 0775), 0);
	assert_int_equal(replace("group/file", "x", &err), 0);
	assert_int_equal(mode_of("group/file"), 0660);
	assert_int_equal(file_lock(&fd, "group/a/b/lock", 0, &err), 0);
	file_unlock(fd);
	assert_int_equal(mode_of("group/a"), 0775);
	assert_int_equal(mode_of("group/a/b"), 0775);
	assert_int_equal(mode_of("group/a/b/lock"), 0660);
	assert_int_equal(file_open(&fd, "group/log", O_WRONLY | O_APPEND, &err),
			 0);
	close(fd);
	assert_int_equal(mode_of("group/log"), 0660);
	assert_int_equal(
		file_open_beside(&fd, &beside, "group/own", FILE_PRIVATE, &err),
		0);
	close(fd);
	assert_int_equal(mode_of(beside), 0600);
	free(beside);
	/* One that may look only is not one that may write. */
	assert_int_equal(mkdir("readable", 0755), 0);
	assert_int_equal(replace("readable/file", "x", &err), 0);
	assert_int_equal(mode_of("readable/file"), 0600);
	assert_int_equal(mkdir("all", 0755), 0);
	assert_int_equal(chmod("all", 0777), 0);
	assert_int_equal(replace("all/below/file", "x", &err), 0);
	assert_int_equal(mode_of("all/below"), 0777);
	assert_int_equal(mode_of("all/below/file"), 0666);
	/* As in /tmp, where nobody can replace another's. */
	assert_int_equal(chmod("all", 01777), 0);
	assert_int_equal(replace("all/file", "x", &err), 0);
	assert_int_equal(mode_of("all/file"), 0660);
	umask(mask);
}

static void is_not_for_a_group_that_is_not_the_directory_s(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("group", 0755), 0);
	/* Only root can give it away to any. */
	if (chown("group", (uid_t)-1, getegid() + 1) < 0)
		skip();
	assert_int_equal(chmod("group", 0775), 0);
	assert_int_equal(replace("group/file", "x", &err), 0);
	assert_int_equal(mode_of("group/file"), 0600);
	assert_int_equal(chmod("group", 02775), 0);
	assert_int_equal(replace("group/file", "x", &err), 0);
	assert_int_equal(mode_of("group/file"), 0660);
}

static void takes_the_longest_name(void **state)
{
	struct error err = ERROR_INIT;
	char name[256];

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	assert_int_equal(replace(name, "x", &err), 0);
	assert_content(name, "x");
}

static void replaces_a_link_and_not_its_target(void **state)
{
	struct error err = ERROR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(replace("target", "old", &err), 0);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(replace("link", "new", &err), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_content("target", "old");
	assert_content("link", "new");
}

static void cleans_up_where_the_rename_fails(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(replace("dir", "x", &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "to 'dir': Is a directory"));
	assert_names(".", "dir ");
	error_release(&err);
}

static void cleans_up_where_there_is_no_room(void **state)
{
	struct error err = ERROR_INIT;
	struct rlimit old, small;
	char data[4096] = "";
	int ret;

	(void)state;
	assert_int_equal(replace("file", "old", &err), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	ret = file_replace("file", data, sizeof(data), true, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(ret, ERR_FAILED);
	assert_non_null(strstr(err.text, "cannot write: File too large"));
	assert_content("file", "old");
	assert_names(".", "file ");
	error_release(&err);
}

static void syncs_the_file_then_renames_then_the_directory(void **state)
{
	struct error err = ERROR_INIT;
	struct buf calls = BUF_INIT;

	(void)state;
	plan.calls = &calls;
	assert_int_equal(file_replace("file", "x", 1, true, &err), 0);
	assert_string_equal(calls.ptr, "sync file rename sync dir ");
	buf_reset(&calls);
	assert_int_equal(file_replace("file", "y", 1, false, &err), 0);
	assert_string_equal(calls.ptr, "rename ");
	buf_release(&calls);
}

static void keeps_the_old_where_the_sync_fails(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(replace("file", "old", &err), 0);
	plan.fail_file_sync = true;
	assert_int_equal(replace("file", "new", &err), ERR_FAILED);
	assert_non_null(strstr(err.text, "cannot sync: Input/output error"));
	assert_content("file", "old");
	assert_names(".", "file ");
	plan.fail_file_sync = false;
	plan.fail_dir_sync = true;
	assert_int_equal(replace("file", "new", &err), ERR_FAILED);
	assert_string_equal(err.text, "cannot sync '.': Input/output error");
	assert_content("file", "new");
	assert_names(".", "file ");
	error_release(&err);
}

static void touches_no_file_that_it_did_not_make(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(replace(".tmp-0123456789abcdef", "mine", &err), 0);
	plan.random = (const unsigned char *)"\x01\x23\x45\x67"
					     "\x89\xab\xcd\xef";
	assert_int_equal(replace("file", "x", &err), ERR_EXISTS);
	assert_string_equal(err.text, "cannot create '.tmp-0123456789abcdef': "
				      "File exists");
	plan.random = NULL;
	assert_content(".tmp-0123456789abcdef", "mine");
	assert_names(".", ".tmp-0123456789abcdef ");
	error_release(&err);
}

static void says_why_it_cannot_be_made(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(replace("file", "x", &err), 0);
	assert_int_equal(replace("file/below", "x", &err), ERR_NOT_FOUND);
	assert_int_equal(replace("file/a/b", "x", &err), ERR_NOT_FOUND);
	assert_int_equal(file_sync_dir("none/file", &err), ERR_NOT_FOUND);
	assert_string_equal(err.text,
			    "cannot open 'none': No such file or directory");
	assert_int_equal(file_sync_dir("file", &err), 0);
	assert_int_equal(file_sync_dir("/file", &err), 0);
	assert_names(".", "file ");
	error_release(&err);
}

static _Noreturn void replace_in_turn(const char *path, const char *one,
				      const char *two)
{
	struct error err = ERROR_INIT;

	for (int i = 0; i < 2000; i++) {
		const char *text = i % 2 ? one : two;

		if (file_replace(path, text, strlen(text), false, &err) < 0)
			_exit(1);
	}
	_exit(0);
}

static void readers_see_the_old_or_the_new(void **state)
{
	struct error err = ERROR_INIT;
	struct buf one = BUF_INIT, two = BUF_INIT, seen = BUF_INIT;
	int status;
	pid_t pid;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		buf_addch(&one, '1');
		buf_addch(&two, '2');
	}
	buf_addch(&two, '2');
	assert_int_equal(replace("file", one.ptr, &err), 0);
	pid = fork();
	if (!pid)
		replace_in_turn("file", one.ptr, two.ptr);
	assert_true(pid > 0);
	do {
		buf_reset(&seen);
		assert_int_equal(buf_read_file(&seen, "file", 1 << 20, &err),
				 0);
		assert_true(!strcmp(seen.ptr, one.ptr) ||
			    !strcmp(seen.ptr, two.ptr));
	} while (!waitpid(pid, &status, WNOHANG));
	assert_int_equal(status, 0);
	assert_names(".", "file ");
	buf_release(&one);
	buf_release(&two);
	buf_release(&seen);
}

static void writes_all_through_a_small_pipe(void **state)
{
	struct error err = ERROR_INIT;
	struct buf data = BUF_INIT, got = BUF_INIT;
	int ends[2], status;
	pid_t pid;

	(void)state;
	for (int i = 0; i < 1000000; i++)
		buf_addch(&data, i % 253);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	pid = fork();
	if (!pid)
		_exit(file_write_all(ends[1], data.ptr, data.len, &err) < 0);
	assert_true(pid > 0);
	close(ends[1]);
	assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0);
	assert_int_equal(buf_read_fd(&got, ends[0], data.len, &err), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(got.len, data.len);
	assert_memory_equal(got.ptr, data.ptr, data.len);
	buf_release(&data);
	buf_release(&got);
}

static void write_says_what_failed(void **state)
{
	struct error err = ERROR_INIT;
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "x", 1, &err), ERR_FAILED);
	assert_string_equal(err.text, "cannot write: No space left on device");
	assert_int_equal(file_write_all(fd, "", 0, &err), 0);
	close(fd);
	assert_int_equal(file_write_all(-1, "x", 1, &err), ERR_FAILED);
	error_release(&err);
}

/* A child that takes the lock, says so, and holds it until it is killed. */
static pid_t start_holder(const char *path)
{
	int ends[2];
	char said;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		struct error err = ERROR_INIT;
		int fd;

		if (file_lock(&fd, path, 0, &err) < 0 ||
		    write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(ends[1]);
	assert_int_equal(read(ends[0], &said, 1), 1);
	close(ends[0]);
	return pid;
}

static void a_lock_keeps_others_out(void **state)
{
	struct error err = ERROR_INIT;
	pid_t pid = start_holder("a/lock");
	int64_t start = clock_monotonic_ms();
	int fd = -1, status;

	(void)state;
	assert_int_equal(file_lock(&fd, "a/lock", 0, &err), ERR_LOCKED);
	assert_string_equal(err.text, "'a/lock' is locked by another process");
	assert_int_equal(file_lock(&fd, "a/lock", 120, &err), ERR_LOCKED);
	assert_true(clock_monotonic_ms() - start >= 120);
	error_release(&err);
	/* Dead, it holds nothing. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(file_lock(&fd, "a/lock", 0, &err), 0);
	assert_null(err.text);
	file_unlock(fd);
	assert_names("a", "lock ");
}

static void a_second_lock_waits_for_the_first(void **state)
{
	struct error err = ERROR_INIT;
	struct timespec pause_100ms = {.tv_nsec = 100000000};
	int fd, status;
	pid_t pid;

	(void)state;
	assert_int_equal(file_lock(&fd, "lock", 0, &err), 0);
	pid = fork();
	if (!pid) {
		int own;

		_exit(file_lock(&own, "lock", 20000, &err) < 0);
	}
	assert_true(pid > 0);
	nanosleep(&pause_100ms, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	/* The child has a copy of our descriptor, which must not matter. */
	file_unlock(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	file_unlock(-1);
}

static void a_lock_is_of_the_file_that_is_there(void **state)
{
	struct error err = ERROR_INIT;
	struct stat held, named;
	int fd;

	(void)state;
	assert_int_equal(replace("lock", "", &err), 0);
	plan.remove_before_lock = "lock";
	assert_int_equal(file_lock(&fd, "lock", 0, &err), 0);
	assert_null(plan.remove_before_lock);
	assert_int_equal(fstat(fd, &held), 0);
	assert_int_equal(stat("lock", &named), 0);
	assert_int_equal(held.st_ino, named.st_ino);
	file_unlock(fd);
}

static int add_one(const char *path, struct error *err)
{
	struct buf buf = BUF_INIT;
	int ret = buf_read_file(&buf, path, 100, err);
	int count = atoi(buf.ptr);

	buf_reset(&buf);
	buf_addf(&buf, "%d", count + 1);
	if (!ret)
		ret = file_replace(path, buf.ptr, buf.len, false, err);
	buf_release(&buf);
	return ret;
}

static _Noreturn void count_under_lock(bool remove_lock)
{
	struct error err = ERROR_INIT;

	for (int i = 0; i < 500; i++) {
		int fd;

		if (file_lock(&fd, "lock", 60000, &err) < 0 ||
		    add_one("count", &err) < 0)
			_exit(1);
		if (remove_lock && i % 3 == 0)
			unlink("lock");
		file_unlock(fd);
	}
	_exit(0);
}

/* Half of them remove the lock file, as somebody who cleans up would. */
static void counts_right_with_many_at_once(void **state)
{
	struct error err = ERROR_INIT;
	int status;

	(void)state;
	assert_int_equal(replace("count", "0", &err), 0);
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			count_under_lock(i % 2);
	}
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_content("count", "2000");
}

static void random_hex_has_its_length(void **state)
{
	char text[2 * 100 + 2], seen[200][17];

	(void)state;
	for (size_t len = 0; len <= 100; len++) {
		memset(text, 'X', sizeof(text));
		random_hex(text, len);
		assert_int_equal(strspn(text, "0123456789abcdef"), 2 * len);
		assert_int_equal(text[2 * len], '\0');
		assert_int_equal(text[2 * len + 1], 'X');
	}
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		random_hex(seen[i], 8);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
}

#define PLANNED(test)                                                          \
	cmocka_unit_test_setup_teardown(test, enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED(replaces_and_leaves_nothing_beside),
		PLANNED(makes_directories),
		PLANNED(is_for_the_owner_only),
		PLANNED(is_for_those_who_may_write_to_its_directory),
		PLANNED(is_not_for_a_group_that_is_not_the_directory_s),
		PLANNED(takes_the_longest_name),
		PLANNED(replaces_a_link_and_not_its_target),
		PLANNED(cleans_up_where_the_rename_fails),
		PLANNED(cleans_up_where_there_is_no_room),
		PLANNED(syncs_the_file_then_renames_then_the_directory),
		PLANNED(keeps_the_old_where_the_sync_fails),
		PLANNED(touches_no_file_that_it_did_not_make),
		PLANNED(says_why_it_cannot_be_made),
		PLANNED(readers_see_the_old_or_the_new),
		cmocka_unit_test(writes_all_through_a_small_pipe),
		cmocka_unit_test(write_says_what_failed),
		PLANNED(a_lock_keeps_others_out),
		PLANNED(a_second_lock_waits_for_the_first),
		PLANNED(a_lock_is_of_the_file_that_is_there),
		PLANNED(counts_right_with_many_at_once),
		cmocka_unit_test(random_hex_has_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
