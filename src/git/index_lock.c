#include "git/index.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/index_file.h"

/* As many as git follows. */
#define LINKS_MAX 5

struct index_lock {
	char *path; /* the index itself, not a link to it */
	char *lock_path;
};

static void lock_free(struct index_lock *lock)
{
	free(lock->path);
	free(lock->lock_path);
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

int index_lock(struct index_lock **out, const char *path, struct error *err)
{
	struct index_lock *lock = xcalloc(1, sizeof(*lock));
	int fd, ret;

	lock->path = xstrdup(path);
	ret = follow_links(&lock->path, err);
	if (ret < 0)
		goto failed;
	lock->lock_path = xstrfmt("%s.lock", lock->path);
	fd = open(lock->lock_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  0666);
	if (fd < 0) {
		ret = error_errno(err, "cannot create '%s'", lock->lock_path);
		if (ret == ERR_EXISTS) {
			ret = err->code = ERR_LOCKED;
			error_hint(err, "another git process seems to be "
					"running in this repository; wait "
					"for it to end");
			error_hint(err, "if there is none, one has crashed: "
					"remove the file and try again");
		}
		goto failed;
	}
	/* The name is the lock. git may put another file in its place. */
	close(fd);
	*out = lock;
	return 0;
failed:
	lock_free(lock);
	return ret;
}

const char *index_lock_path(const struct index_lock *lock)
{
	return lock->lock_path;
}

int index_lock_write(struct index_lock *lock, const struct index_entry *entries,
		     size_t nr, unsigned version, bool checksummed,
		     const struct index_tree *tree, struct error *err)
{
	int fd = open(lock->lock_path,
		      O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
	int ret;

	if (fd < 0)
		return error_errno(err, "cannot open '%s'", lock->lock_path);
	ret = index_file_write(fd, entries, nr, version, checksummed, tree,
			       err);
	if (ret < 0)
		error_prefix(err, "cannot write '%s'", lock->lock_path);
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot write '%s'", lock->lock_path);
	return ret;
}

/* A crash must leave the old index or all of the new one. */
static int sync_file(const char *path, struct error *err)
{
	struct stat st;
	int ret = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return error_errno(err, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0 || fsync(fd) < 0)
		ret = error_errno(err, "cannot sync '%s'", path);
	else if (!st.st_size)
		ret = error_set(err, ERR_FAILED, "nothing was written to '%s'",
				path);
	close(fd);
	return ret;
}

int index_lock_commit(struct index_lock *lock, struct error *err)
{
	int ret = sync_file(lock->lock_path, err);

	if (!ret && rename(lock->lock_path, lock->path) < 0)
		ret = error_errno(err, "cannot rename '%s' to '%s'",
				  lock->lock_path, lock->path);
	if (ret < 0)
		unlink(lock->lock_path);
	lock_free(lock);
	return ret;
}

void index_lock_rollback(struct index_lock *lock)
{
	if (!lock)
		return;
	unlink(lock->lock_path);
	lock_free(lock);
}
