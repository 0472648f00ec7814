#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/path.h"

/* The directory of `path`, which the caller must free(). */
static char *directory_of(const char *path)
{
	const char *name = path_basename(path);

	if (name == path)
		return xstrdup(".");
	/* The slash of "/name" is the directory. */
	return xstrndup(path, name - path > 1 ? (size_t)(name - path) - 1 : 1);
}

/* Of those bits, what others than its owner get who may write to `dir`: they
 * could replace what is in it anyway. */
static mode_t bits_of_writers(const char *dir, gid_t group, mode_t bits)
{
	mode_t writers = 0;
	struct stat st;

	if (stat(dir, &st) < 0)
		return 0;
	if (st.st_mode & S_IWGRP && st.st_gid == group)
		writers |= S_IRWXG;
	if (st.st_mode & S_IWOTH && !(st.st_mode & S_ISVTX))
		writers |= S_IRWXO;
	return bits & writers;
}

/* `path` was just made in `dir`. A file system may have no permissions: then
 * they are as they are. */
static void share(const char *path, const char *dir, mode_t bits)
{
	struct stat st;

	if (!stat(path, &st) && (bits = bits_of_writers(dir, st.st_gid, bits)))
		(void)!chmod(path, (st.st_mode & 07777) | bits);
}

int file_make_dir(const char *path, struct error *err)
{
	bool made = !mkdir(path, 0777);
	char *above = directory_of(path);
	int ret = 0;

	if (!made && errno == ENOENT && strcmp(above, path) != 0) {
		ret = file_make_dir(above, err);
		made = !ret && !mkdir(path, 0777);
	}
	if (made)
		share(path, above, 0077);
	else if (!ret && errno != EEXIST)
		ret = error_errno(err, "cannot make directory '%s'", path);
	free(above);
	return ret;
}

/* open(2) for writing a new file, or one of ours, with its directories where
 * they miss. */
static int open_made(int *out_fd, const char *path, int flags,
		     enum file_access access, struct error *err)
{
	char *dir = directory_of(path);
	int ret = 0;

	*out_fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);
	if (*out_fd < 0 && errno == ENOENT) {
		ret = access == FILE_SHARED ? file_make_dir(dir, err)
					    : path_make_dirs(dir, 0777, err);
		if (ret < 0)
			goto done;
		*out_fd = open(path, flags | O_CREAT | O_CLOEXEC, 0600);
	}
	if (*out_fd < 0)
		ret = error_errno(err, "cannot create '%s'", path);
	else if (access == FILE_SHARED)
		share(path, dir, 0066);
done:
	free(dir);
	return ret;
}

int file_open(int *out_fd, const char *path, int flags, struct error *err)
{
	*out_fd = open(path, flags | O_CLOEXEC);
	if (*out_fd >= 0)
		return 0;
	if (errno != ENOENT)
		return error_errno(err, "cannot open '%s'", path);
	return open_made(out_fd, path, flags, FILE_SHARED, err);
}

int file_write_all(int fd, const void *data, size_t len, struct error *err)
{
	const char *at = data;

	while (len) {
		struct pollfd wait = {.fd = fd, .events = POLLOUT};
		ssize_t wrote = write(fd, at, len);

		if (wrote >= 0) {
			at += wrote;
			len -= (size_t)wrote;
		} else if (errno == EAGAIN) {
			/* A failure of poll() shows in the next write(). */
			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return error_errno(err, "cannot write");
		}
	}
	return 0;
}

ssize_t file_read_piece(void *fd, void *data, size_t len, struct error *err)
{
	ssize_t got;

	do
		got = read(*(int *)fd, data, len);
	while (got < 0 && errno == EINTR);
	return got < 0 ? error_errno(err, "cannot read") : got;
}

ssize_t file_read_at(int fd, void *data, size_t len, uint64_t offset)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = pread(fd, (char *)data + have, len - have,
				    (off_t)(offset + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (!got)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int sync_fd(int fd)
{
	int ret;

	do
		ret = fsync(fd);
	while (ret < 0 && errno == EINTR);
	return ret;
}

int file_sync(int fd, struct error *err)
{
	return sync_fd(fd) < 0 ? error_errno(err, "cannot sync") : 0;
}

int file_sync_dir(const char *path, struct error *err)
{
	char *dir = directory_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	/* EINVAL: a file system whose directories cannot be synced. */
	if (fd < 0)
		ret = error_errno(err, "cannot open '%s'", dir);
	else if (sync_fd(fd) < 0 && errno != EINVAL)
		ret = error_errno(err, "cannot sync '%s'", dir);
	if (fd >= 0)
		close(fd);
	free(dir);
	return ret;
}

/* Its name does not hold that of `path`, which may be as long as names can be.
 */
int file_open_beside(int *out_fd, char **temporary, const char *path,
		     enum file_access access, struct error *err)
{
	int dir_len = (int)(path_basename(path) - path);

	for (int tries = 1;; tries++) {
		struct error now = ERROR_INIT;
		char suffix[17];
		int ret;

		random_hex(suffix, 8);
		*temporary = xstrfmt("%.*s.tmp-%s", dir_len, path, suffix);
		ret = open_made(out_fd, *temporary, O_RDWR | O_EXCL, access,
				&now);
		if (!ret)
			return 0;
		free(*temporary);
		*temporary = NULL;
		if (ret != ERR_EXISTS || tries == 8)
			return error_move(err, &now);
		error_release(&now);
	}
}

int file_open_unnamed(int *out_fd, const char *dir, struct error *err)
{
	char *path, *temporary;
	int ret;

	*out_fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (*out_fd >= 0)
		return 0;
	/* Not every file system can. */
	path = path_join(dir, "unnamed");
	ret = file_open_beside(out_fd, &temporary, path, FILE_PRIVATE, err);
	if (!ret)
		unlink(temporary);
	free(path);
	free(temporary);
	return ret;
}

static int sync_and_close(int fd, bool sync, struct error *err)
{
	int ret = 0;

	if (sync)
		ret = file_sync(fd, err);
	/* Some file systems tell only here that there was no room. */
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot close");
	return ret;
}

static int rename_over(const char *temporary, const char *path, bool sync,
		       struct error *err)
{
	if (rename(temporary, path) < 0)
		return error_errno(err, "cannot rename '%s' to '%s'", temporary,
				   path);
	return sync ? file_sync_dir(path, err) : 0;
}

static int publish(int fd, const char *temporary, const char *path, bool sync,
		   struct error *err)
{
	if (sync_and_close(fd, sync, err) < 0)
		return error_prefix(err, "'%s'", temporary);
	return rename_over(temporary, path, sync, err);
}

int file_publish(int fd, const char *temporary, const char *path,
		 struct error *err)
{
	return publish(fd, temporary, path, true, err);
}

int file_put_in_place(int fd, const char *temporary, const char *path,
		      struct error *err)
{
	return publish(fd, temporary, path, false, err);
}

/* `mode` NULL: that of a file of ours. */
static int replace(const char *path, const void *data, size_t len, bool sync,
		   const mode_t *mode, struct error *err)
{
	char *temporary = NULL;
	int fd;
	int ret = file_open_beside(&fd, &temporary, path,
				   mode ? FILE_PRIVATE : FILE_SHARED, err);

	if (ret < 0)
		return ret;
	if (mode && fchmod(fd, *mode) < 0)
		ret = error_errno(err, "cannot set its permissions");
	else
		ret = file_write_all(fd, data, len, err);
	if (!ret)
		ret = sync_and_close(fd, sync, err);
	else
		close(fd);
	if (ret < 0)
		error_prefix(err, "'%s'", temporary);
	else
		ret = rename_over(temporary, path, sync, err);
	if (ret < 0)
		unlink(temporary);
	free(temporary);
	return ret;
}

int file_replace(const char *path, const void *data, size_t len, bool sync,
		 struct error *err)
{
	return replace(path, data, len, sync, NULL, err);
}

int file_replace_mode(const char *path, const void *data, size_t len,
		      mode_t mode, struct error *err)
{
	return replace(path, data, len, true, &mode, err);
}

/*
 * Whether the locked descriptor is still what `path` names: somebody may have
 * removed the file between our open(2) and our flock(2), and a lock on a
 * removed file keeps nobody out.
 */
static bool is_still_there(int fd, const char *path)
{
	struct stat held, named;

	return !fstat(fd, &held) && !stat(path, &named) &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

static int try_lock(int *out_fd, const char *path, struct error *err)
{
	int fd, ret;

	for (;;) {
		ret = file_open(&fd, path, O_RDWR, err);
		if (ret < 0)
			return ret;
		do
			ret = flock(fd, LOCK_EX | LOCK_NB);
		while (ret < 0 && errno == EINTR);
		if (ret < 0)
			break;
		if (is_still_there(fd, path)) {
			*out_fd = fd;
			return 0;
		}
		close(fd);
	}
	if (errno == EWOULDBLOCK)
		ret = error_set(err, ERR_LOCKED,
				"'%s' is locked by another process", path);
	else
		ret = error_errno(err, "cannot lock '%s'", path);
	close(fd);
	return ret;
}

int file_lock(int *out_fd, const char *path, int wait_ms, struct error *err)
{
	int64_t end = clock_monotonic_ms() + (wait_ms > 0 ? wait_ms : 0);
	long pause_ms = 1;

	for (;;) {
		struct error now = ERROR_INIT;
		int ret = try_lock(out_fd, path, &now);
		int64_t left = end - clock_monotonic_ms();
		struct timespec pause;

		if (!ret)
			return 0;
		if (ret != ERR_LOCKED || left <= 0)
			return error_move(err, &now);
		error_release(&now);
		if (pause_ms > left)
			pause_ms = (long)left;
		pause = (struct timespec){.tv_nsec = pause_ms * 1000000};
		nanosleep(&pause, NULL);
		if (pause_ms < 32)
			pause_ms *= 2;
	}
}

void file_unlock(int fd)
{
	if (fd < 0)
		return;
	/* close(2) alone would not do while a child holds a copy. */
	flock(fd, LOCK_UN);
	close(fd);
}

static void random_bytes(unsigned char *out, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t now = getrandom(out + got, len - got, 0);

		if (now > 0)
			got += (size_t)now;
		else if (now < 0 && errno != EINTR)
			break;
	}
	/*
	 * A kernel without getrandom(2), or a sandbox that forbids it. Names
	 * made of these bytes are never trusted to be free: they are created
	 * with O_EXCL or by compare-and-swap.
	 */
	for (uint64_t state = 0; got < len; got++) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		state ^= (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 32);
		state = (state ^ (state >> 31)) * 0x9e3779b97f4a7c15ULL;
		out[got] = (unsigned char)(state >> 56);
	}
}

void random_hex(char *out, size_t len)
{
	unsigned char bytes[32];

	while (len) {
		size_t now = len < sizeof(bytes) ? len : sizeof(bytes);

		random_bytes(bytes, now);
		hex_encode(out, bytes, now);
		out += 2 * now;
		len -= now;
	}
	*out = '\0';
}
