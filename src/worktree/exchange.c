#include "worktree/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"

static bool is_unsupported(int number)
{
	return number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
}

int exchange_names(int dir_fd, const struct writer_caps *caps, const char *a,
		   const char *b)
{
	if (caps->exchange && !renameat2(dir_fd, a, dir_fd, b, RENAME_EXCHANGE))
		return 0;
	if (!caps->exchange || is_unsupported(errno))
		errno = EINVAL;
	return -1;
}

static int refuse_if_there(int dir_fd, const char *name)
{
	struct stat st;

	if (!fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW))
		errno = EEXIST;
	return errno == ENOENT ? 0 : -1;
}

/* The name is taken by an empty file first, so that nobody else's is hit. */
static int publish_over_marker(int dir_fd, const char *from, const char *to)
{
	struct stat ours, st;
	int fd = openat(dir_fd, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0600);
	int rc, number;

	if (fd < 0)
		return -1;
	rc = fstat(fd, &ours);
	close(fd);
	if (!rc)
		rc = renameat(dir_fd, from, dir_fd, to);
	number = errno;
	if (rc < 0 && !fstatat(dir_fd, to, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_ino == ours.st_ino && !st.st_size)
		unlinkat(dir_fd, to, 0);
	errno = number;
	return rc;
}

static int publish_link(int dir_fd, const char *from, const char *to,
			size_t size)
{
	char *target = xmalloc(size + 2);
	ssize_t len = readlinkat(dir_fd, from, target, size + 1);
	int rc = -1;

	if (len >= 0) {
		target[len] = '\0';
		rc = symlinkat(target, dir_fd, to);
	}
	free(target);
	return rc < 0 ? -1 : unlinkat(dir_fd, from, 0);
}

static int publish_without(int dir_fd, const char *from, const char *to)
{
	struct stat st;

	if (fstatat(dir_fd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		if (refuse_if_there(dir_fd, to) < 0)
			return -1;
		return renameat(dir_fd, from, dir_fd, to);
	}
	if (!linkat(dir_fd, from, dir_fd, to, 0))
		return unlinkat(dir_fd, from, 0);
	if (errno == EEXIST || errno == ENOENT || errno == ENOSPC ||
	    errno == EDQUOT || errno == EROFS)
		return -1;
	if (S_ISLNK(st.st_mode))
		return publish_link(dir_fd, from, to, (size_t)st.st_size);
	return publish_over_marker(dir_fd, from, to);
}

int exchange_publish(int dir_fd, const struct writer_caps *caps,
		     const char *from, const char *to)
{
	if (caps->noreplace) {
		if (!renameat2(dir_fd, from, dir_fd, to, RENAME_NOREPLACE))
			return 0;
		if (!is_unsupported(errno))
			return -1;
	}
	return publish_without(dir_fd, from, to);
}

int exchange_take_away(int dir_fd, const struct writer_caps *caps,
		       const char *from, const char *to)
{
	if (caps->noreplace) {
		if (!renameat2(dir_fd, from, dir_fd, to, RENAME_NOREPLACE))
			return 0;
		if (!is_unsupported(errno))
			return -1;
	}
	/*
	 * Not link and unlink: between the two, somebody may put another file
	 * at `from`. Nobody but us uses `to`.
	 */
	if (refuse_if_there(dir_fd, to) < 0)
		return -1;
	return renameat(dir_fd, from, dir_fd, to);
}

/* A lease is worth something only if a writer prevents it. */
static bool probe_lease(int dir_fd, const char *name, int writer)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ok;

	ok = fd >= 0 && fcntl(fd, F_SETLEASE, F_RDLCK) < 0 && errno == EAGAIN;
	close(writer);
	ok = ok && !fcntl(fd, F_SETLEASE, F_RDLCK);
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool probe_exec_bit(int fd)
{
	struct stat st;

	return !fchmod(fd, 0700) && !fstat(fd, &st) &&
	       (st.st_mode & 0777) == 0700 && !fchmod(fd, 0600) &&
	       !fstat(fd, &st) && (st.st_mode & 0777) == 0600;
}

void exchange_probe(int dir_fd, const char *tag, struct writer_caps *out)
{
	char *a = xstrfmt(".checkpoint-%s-probe", tag);
	char *b = xstrfmt(".checkpoint-%s-probe-link", tag);
	int fd;

	*out = (struct writer_caps){true, true, true, true, true};
	unlinkat(dir_fd, a, 0);
	unlinkat(dir_fd, b, 0);
	fd = openat(dir_fd, a, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		out->exec_bit = probe_exec_bit(fd);
		out->lease = probe_lease(dir_fd, a, fd);
		out->symlinks = !symlinkat("probe", dir_fd, b);
		if (!out->symlinks) {
			fd = openat(dir_fd, b, O_WRONLY | O_CREAT | O_CLOEXEC,
				    0600);
			if (fd >= 0)
				close(fd);
		}
		out->noreplace =
			renameat2(dir_fd, a, dir_fd, b, RENAME_NOREPLACE) < 0 &&
			errno == EEXIST;
		out->exchange = !exchange_names(dir_fd, out, a, b);
		unlinkat(dir_fd, a, 0);
		unlinkat(dir_fd, b, 0);
	}
	free(a);
	free(b);
}
