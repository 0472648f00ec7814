#include "worktree/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "worktree/writer.h"

#define WAIT_MS 2000
/* The longest target that Linux file systems keep in a link. */
#define MAX_LINK 65536

enum lease { LEASE_NONE, LEASE_TAKEN, LEASE_BUSY };

static enum lease try_lease(int fd)
{
	if (fcntl(fd, F_SETSIG, SIGURG) < 0)
		return LEASE_NONE;
	if (!fcntl(fd, F_SETLEASE, F_RDLCK))
		return LEASE_TAKEN;
	return errno == EAGAIN ? LEASE_BUSY : LEASE_NONE;
}

static enum lease take_lease(int fd)
{
	struct timespec step = {0, 500000};
	int64_t deadline = 0;
	enum lease lease;

	while ((lease = try_lease(fd)) == LEASE_BUSY) {
		int64_t now = clock_monotonic_ms();

		if (!deadline)
			deadline = now + WAIT_MS;
		if (now >= deadline)
			break;
		nanosleep(&step, NULL);
		if (step.tv_nsec < 20000000)
			step.tv_nsec *= 2;
	}
	return lease;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static int open_held(int dir_fd, const char *name, const struct stat *st)
{
	int fd = -1;

	if (S_ISREG(st->st_mode)) {
		fd = openat(dir_fd, name,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				    O_CLOEXEC);
		if (fd >= 0 || errno != EACCES)
			return fd;
	}
	return openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int hold_take(struct hold *hold, int dir_fd, const char *name, bool lease,
	      const char *path, struct error *err)
{
	struct stat st;

	*hold = (struct hold)HOLD_INIT;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "cannot look at '%s'", path);
	/* Not opened: a device or a fifo may notice that. */
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return error_set(err, ERR_CHANGED, "'%s' is %s", path,
				 S_ISDIR(st.st_mode) ? "a directory now"
						     : "a special file");
	hold->fd = open_held(dir_fd, name, &st);
	if (hold->fd < 0) {
		if (errno == ELOOP)
			return error_set(err, ERR_CHANGED,
					 "'%s' has changed just now", path);
		return error_errno(err, "cannot open '%s'", path);
	}
	if (lease && S_ISREG(st.st_mode)) {
		enum lease got = take_lease(hold->fd);

		if (got == LEASE_BUSY) {
			hold_release(hold);
			return error_set(err, ERR_CHANGED,
					 "'%s' is being written", path);
		}
		hold->leased = got == LEASE_TAKEN;
	}
	if (fstat(hold->fd, &hold->stat) < 0) {
		error_errno(err, "cannot look at '%s'", path);
		hold_release(hold);
		return err->code;
	}
	if (!same_inode(&st, &hold->stat)) {
		hold_release(hold);
		return error_set(err, ERR_CHANGED, "'%s' has changed just now",
				 path);
	}
	return 0;
}

void hold_release(struct hold *hold)
{
	if (hold->fd >= 0)
		close(hold->fd);
	*hold = (struct hold)HOLD_INIT;
}

bool hold_is_alone(const struct hold *hold)
{
	/* Somebody who waits turns the lease into a promise to give it up. */
	return !hold->leased || fcntl(hold->fd, F_GETLEASE) == F_RDLCK;
}

bool hold_yield(struct hold *hold)
{
	if (!hold->leased)
		return true;
	fcntl(hold->fd, F_SETLEASE, F_UNLCK);
	return take_lease(hold->fd) == LEASE_TAKEN;
}

bool hold_is_at(const struct hold *hold, int dir_fd, const char *name)
{
	struct stat st;

	return !fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       same_inode(&st, &hold->stat);
}

static bool same_stat(const struct stat *st, const struct stat_data *data)
{
	struct stat_data now;

	stat_data_fill(&now, st);
	/* That of the descriptor is another one on some file systems. */
	now.device = data->device;
	return stat_data_equal(&now, data);
}

static int same_link(const struct hold *hold,
		     const struct writer_expect *expect, const char *path,
		     struct error *err)
{
	size_t room = hold->stat.st_size >= 0 && hold->stat.st_size < MAX_LINK
			      ? (size_t)hold->stat.st_size + 1
			      : MAX_LINK;
	char *link = xmalloc(room + 1);
	ssize_t len = readlinkat(hold->fd, "", link, room);
	int rc;

	if (len < 0) {
		rc = error_errno(err, "cannot read link '%s'", path);
	} else if ((size_t)len == room) {
		rc = error_set(err, ERR_FAILED, "link '%s' is too long", path);
	} else {
		link[len] = '\0';
		rc = expect->same(expect->context, -1, link, err);
	}
	free(link);
	return rc;
}

int hold_matches(const struct hold *hold, const struct writer_expect *expect,
		 const char *path, struct error *err)
{
	if (expect->absent || hold->stat.st_mode != expect->stat.mode)
		return 0;
	if (expect->settled && same_stat(&hold->stat, &expect->stat))
		return 1;
	if (!expect->same)
		return 0;
	if (S_ISLNK(hold->stat.st_mode))
		return same_link(hold, expect, path, err);
	if (fcntl(hold->fd, F_GETFL) & O_PATH) {
		errno = EACCES;
		return error_errno(err, "cannot read '%s'", path);
	}
	return expect->same(expect->context, hold->fd, NULL, err);
}
