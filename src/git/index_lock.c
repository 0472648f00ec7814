#include "git/index.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/index_file.h"

/* As many as git follows. */
#define LINKS_MAX 5

struct index_lock {
	char *path; /* the index itself, not a link to it */
	char *lock_path;
	char *token; /* or NULL */
};

static void lock_free(struct index_lock *lock)
{
	free(lock->path);
	free(lock->lock_path);
	free(lock->token);
	free(lock);
}

/*
 * Where links lead: the lock belongs beside the file itself, as git puts it,
 * and renaming must not replace a link. The last name need not exist.
 */
static int follow_links(char **path, struct error *err)
{
	char target[PATH_MAX];
	int links = 0;

	for (;;) {
		ssize_t len = readlink(*path, target, sizeof(target));
		const char *slash = strrchr(*path, '/');
		char *next;

		if (len < 0 && (errno == EINVAL || errno == ENOENT))
			return 0;
		if (len < 0)
			return error_errno(err, "cannot read link '%s'", *path);
		if (links++ == LINKS_MAX || len == sizeof(target))
			return error_set(err, ERR_FAILED,
					 "too many links at '%s'", *path);
		next = xstrfmt("%.*s%.*s",
			       target[0] == '/' || !slash
				       ? 0
				       : (int)(slash - *path + 1),
			       *path, (int)len, target);
		free(*path);
		*path = next;
	}
}

/* Make the lock. 0, or -1 with errno. */
static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	/* The name is the lock. git may put another file in its place. */
	return fd < 0 ? -1 : close(fd);
}

/* Likewise, as a second name of the token; false: that cannot be had here. */
static bool create_linked(struct index_lock *lock, const char *token, int *ret)
{
	int saved_errno;

	if (create(token) < 0)
		return false;
	*ret = link(token, lock->lock_path);
	if (!*ret) {
		lock->token = xstrdup(token);
		return true;
	}
	saved_errno = errno;
	unlink(token);
	errno = saved_errno;
	return errno == EEXIST;
}

static int report_lock(const struct index_lock *lock, struct error *err)
{
	int ret = error_errno(err, "cannot create '%s'", lock->lock_path);

	if (ret != ERR_EXISTS)
		return ret;
	err->code = ERR_LOCKED;
	error_hint(err, "another git process seems to be running in this "
			"repository; wait for it to end");
	return error_hint(err, "if there is none, one has crashed: remove the "
			       "file and try again");
}

int index_lock(struct index_lock **out, const char *path, const char *token,
	       struct error *err)
{
	struct index_lock *lock = xcalloc(1, sizeof(*lock));
	int ret, made = 0;

	lock->path = xstrdup(path);
	ret = follow_links(&lock->path, err);
	if (!ret) {
		lock->lock_path = xstrfmt("%s.lock", lock->path);
		if (!token || !create_linked(lock, token, &made))
			made = create(lock->lock_path);
		if (made < 0)
			ret = report_lock(lock, err);
	}
	if (ret < 0)
		lock_free(lock);
	else
		*out = lock;
	return ret;
}

void index_lock_drop_token(struct index_lock *lock)
{
	if (lock->token)
		unlink(lock->token);
	free(lock->token);
	lock->token = NULL;
}

int index_lock_sweep(const char *path, const char *token, struct error *err)
{
	struct stat known, found;
	char *lock_path = NULL, *index = xstrdup(path);
	int ret = follow_links(&index, err);

	if (ret < 0 || lstat(token, &known) < 0)
		goto done;
	lock_path = xstrfmt("%s.lock", index);
	if (!lstat(lock_path, &found) && found.st_dev == known.st_dev &&
	    found.st_ino == known.st_ino) {
		if (unlink(lock_path) < 0)
			ret = error_errno(err, "cannot remove '%s'", lock_path);
	} else if (known.st_nlink > 1) {
		goto done;
	}
	if (!ret && unlink(token) < 0)
		ret = error_errno(err, "cannot remove '%s'", token);
done:
	free(lock_path);
	free(index);
	return ret;
}

const char *index_lock_path(const struct index_lock *lock)
{
	return lock->lock_path;
}

int index_lock_write(struct index_lock *lock, const struct index_entry *entries,
		     size_t nr, const struct index *from, unsigned version,
		     bool checksummed, const struct index_tree *tree,
		     struct error *err)
{
	int fd = open(lock->lock_path,
		      O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	int ret;

	if (fd < 0)
		return error_errno(err, "cannot open '%s'", lock->lock_path);
	ret = index_file_write(fd, entries, nr, from, version, checksummed,
			       tree, err);
	if (ret < 0)
		error_prefix(err, "cannot write '%s'", lock->lock_path);
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot write '%s'", lock->lock_path);
	return ret;
}

int index_lock_touch(struct index_lock *lock, struct error *err)
{
	if (!utimensat(AT_FDCWD, lock->lock_path, NULL, AT_SYMLINK_NOFOLLOW))
		return 0;
	return error_errno(err, "cannot write '%s'", lock->lock_path);
}

/* A crash must leave the old index or all of the new one. Opened for that. */
static int open_and_sync(int *out_fd, const char *path, struct error *err)
{
	struct stat st;
	int ret = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*out_fd = fd;
	if (fd < 0)
		return error_errno(err, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0 || fsync(fd) < 0)
		ret = error_errno(err, "cannot sync '%s'", path);
	else if (!st.st_size)
		ret = error_set(err, ERR_FAILED, "nothing was written to '%s'",
				path);
	return ret;
}

int index_lock_commit(struct index_lock *lock, struct stat *after,
		      struct error *err)
{
	int fd;
	int ret = open_and_sync(&fd, lock->lock_path, err);

	index_lock_drop_token(lock);
	if (!ret && rename(lock->lock_path, lock->path) < 0)
		ret = error_errno(err, "cannot rename '%s' to '%s'",
				  lock->lock_path, lock->path);
	/* A rename is a change of the inode. */
	if (!ret && after && fstat(fd, after) < 0)
		memset(after, 0, sizeof(*after));
	if (ret < 0)
		unlink(lock->lock_path);
	if (fd >= 0)
		close(fd);
	lock_free(lock);
	return ret;
}

void index_lock_rollback(struct index_lock *lock)
{
	if (!lock)
		return;
	unlink(lock->lock_path);
	index_lock_drop_token(lock);
	lock_free(lock);
}
