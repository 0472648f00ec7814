/*
 * A directory of its own for a test, and git in it.
 *
 * scratch_enter() and scratch_leave() are cmocka's set-up and tear-down: the
 * test runs with an empty directory as its current one, and with none of the
 * user's configuration.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "base/buf.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)

static int scratch_remove(const char *path, const struct stat *st, int type,
			  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int scratch_enter(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct buf dir = BUF_INIT;
	char *made;

	buf_addf(&dir, "%s/checkpoint-unit-XXXXXX", tmp ? tmp : "/tmp");
	made = mkdtemp(dir.ptr);
	if (!made || chdir(made) < 0)
		return -1;
	*state = buf_detach(&dir);
	setenv("HOME", *state, 1);
	setenv("LC_ALL", "C", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CEILING_DIRECTORIES", "/", 1);
	setenv("GIT_DISCOVERY_ACROSS_FILESYSTEM", "1", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("GIT_CONFIG_GLOBAL");
	unsetenv("GIT_CONFIG_COUNT");
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_INDEX_FILE");
	return 0;
}

static inline int scratch_leave(void **state)
{
	char *dir = *state;
	int ret = chdir("/");

	if (!ret)
		ret = nftw(dir, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
	return ret;
}

/* What `command`, a line of shell, prints; it exits with `status`. */
static inline void scratch_run(struct buf *out, const char *command, int status)
{
	struct error err = ERROR_INIT;
	FILE *pipe = popen(command, "r");

	assert_non_null(pipe);
	assert_int_equal(buf_read_fd(out, fileno(pipe), SIZE_MAX / 2, &err), 0);
	assert_int_equal(WEXITSTATUS(pclose(pipe)), status);
}

static inline void scratch_write(const char *path, const struct buf *data)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data->ptr, 1, data->len, file), data->len);
	assert_int_equal(fclose(file), 0);
}

/* A generator whose numbers are the same in every run (xorshift64). */
static inline uint64_t scratch_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
