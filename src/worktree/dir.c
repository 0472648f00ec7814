#include "worktree/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define FILE_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

/* One call where the kernel can refuse links by itself; -2: it cannot. */
static int open_at_once(int top_fd, const char *path, uint64_t flags)
{
#ifdef SYS_openat2
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	long fd;

	if (strlen(path) >= PATH_MAX)
		return -2;
	fd = syscall(SYS_openat2, top_fd, path, &how, sizeof(how));
	if (fd >= 0)
		return (int)fd;
	if (errno == ENOSYS || errno == EPERM || errno == EINVAL ||
	    errno == EAGAIN)
		return -2;
	return -1;
#else
	(void)top_fd;
	(void)path;
	(void)flags;
	return -2;
#endif
}

static int open_by_component(int top_fd, const char *path, size_t len)
{
	int fd = openat(top_fd, ".", DIR_FLAGS);
	size_t pos = 0;

	while (fd >= 0 && pos < len) {
		const char *slash = memchr(path + pos, '/', len - pos);
		size_t part = slash ? (size_t)(slash - path) - pos : len - pos;
		char name[NAME_MAX + 1];
		int next, saved;

		if (part > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(name, path + pos, part);
		name[part] = '\0';
		next = part ? openat(fd, name, DIR_FLAGS)
			    : fcntl(fd, F_DUPFD_CLOEXEC, 0);
		saved = errno;
		close(fd);
		errno = saved;
		fd = next;
		pos += part + 1;
	}
	return fd;
}

int dir_open(int top_fd, const char *path)
{
	int fd;

	if (!*path)
		return openat(top_fd, ".", DIR_FLAGS);
	fd = open_at_once(top_fd, path, DIR_FLAGS);
	return fd != -2 ? fd : open_by_component(top_fd, path, strlen(path));
}

int dir_open_parent(int top_fd, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int fd, saved;

	*name = slash ? slash + 1 : path;
	if (!slash)
		return dir_open(top_fd, "");
	dir = xstrndup(path, (size_t)(slash - path));
	fd = dir_open(top_fd, dir);
	saved = errno;
	free(dir);
	errno = saved;
	return fd;
}

int dir_open_file(int top_fd, const char *path)
{
	const char *name;
	int fd = open_at_once(top_fd, path, FILE_FLAGS);
	int dir, saved;

	if (fd != -2)
		return fd;
	dir = dir_open_parent(top_fd, path, &name);
	if (dir < 0)
		return -1;
	fd = openat(dir, name, FILE_FLAGS);
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

int dir_stat(int top_fd, const char *path, struct stat *out)
{
	const char *name;
	int dir = dir_open_parent(top_fd, path, &name);
	int ret, saved;

	if (dir < 0)
		return -1;
	ret = fstatat(dir, name, out, AT_SYMLINK_NOFOLLOW);
	saved = errno;
	close(dir);
	errno = saved;
	return ret;
}
