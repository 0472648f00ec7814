#include "git/ref_twin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/ref_name.h"
#include "git/repository.h"

/* No ref has a colon in its name; git-check-ref-format(1). */
static void swap(char *name, char from, char to)
{
	for (; *name; name++)
		if (*name == from)
			*name = to;
}

/* Whether the open file is what is there under this name. */
static bool is_at(const struct stat *held, int dir, const char *path)
{
	struct stat st;

	return !fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_dev == held->st_dev && st.st_ino == held->st_ino;
}

/* Take what is nobody's, false where it is somebody's. */
static bool hold(int fd)
{
	int ret;

	do
		ret = flock(fd, LOCK_EX | LOCK_NB);
	while (ret < 0 && errno == EINTR);
	return !ret;
}

/* -- what the dead have left --------------------------------------------- */

/* The lock that a twin of this name is for; NULL: none. */
static char *lock_of(const struct repository *repo, const char *name)
{
	char *ref = xstrdup(name), *path = NULL, *lock = NULL;

	swap(ref, ':', '/');
	if (ref_name_is_valid(ref))
		path = ref_name_path(repo, ref);
	else if (!strcmp(name, "packed-refs"))
		path = repository_common_path(repo, name);
	if (path)
		lock = xstrfmt("%s.lock", path);
	free(path);
	free(ref);
	return lock;
}

static void sweep_one(const struct repository *repo, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat held;

	if (fd < 0)
		return;
	/* Who holds it is the only one that may remove it, so while we do the
	 * name is of this file, or free and taken by another. */
	if (hold(fd) && !fstat(fd, &held) && S_ISREG(held.st_mode) &&
	    is_at(&held, dir, name)) {
		char *lock = lock_of(repo, name);

		if (lock && is_at(&held, AT_FDCWD, lock))
			unlink(lock);
		free(lock);
		unlinkat(dir, name, 0);
	}
	close(fd);
}

/* It is nearly always empty, and what cannot be read is swept next time. */
static void sweep(const struct repository *repo, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			sweep_one(repo, dirfd(dir), entry->d_name);
	closedir(dir);
}

/* -- making one ----------------------------------------------------------- */

static int make_dir(const struct repository *repo, const char *dir,
		    struct error *err)
{
	char *above = repository_common_path(repo, "checkpoint.d");
	int ret = path_make_dirs(dir, 0777, err);

	if (!ret)
		ret = repository_share(repo, above, err);
	if (!ret)
		ret = repository_share(repo, dir, err);
	free(above);
	return ret;
}

/* A new file that we hold. Somebody who sweeps can be faster than our
 * flock(2); then it is gone, and another has to be made. */
static int make_file(struct ref_twin *twin, const struct repository *repo,
		     const char *dir, struct error *err)
{
	for (;;) {
		struct stat st;
		int fd = open(twin->path,
			      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

		if (fd < 0 && errno == ENOENT) {
			if (make_dir(repo, dir, err) < 0)
				return err->code;
			continue;
		}
		if (fd < 0 && errno == EEXIST)
			return ERR_LOCKED;
		if (fd < 0 && errno == ENAMETOOLONG)
			return ERR_UNSUPPORTED;
		if (fd < 0)
			return error_errno(err, "cannot create '%s'",
					   twin->path);
		if (hold(fd) && !fstat(fd, &st) &&
		    is_at(&st, AT_FDCWD, twin->path)) {
			twin->fd = fd;
			return 0;
		}
		close(fd);
	}
}

static int fill(const struct ref_twin *twin, const struct repository *repo,
		const char *text, bool sync, struct error *err)
{
	if (file_write_all(twin->fd, text, strlen(text), err) < 0)
		return error_prefix(err, "cannot write '%s'", twin->path);
	if (sync && fsync(twin->fd) < 0)
		return error_errno(err, "cannot sync '%s'", twin->path);
	return repository_share(repo, twin->path, err);
}

int ref_twin_make(struct ref_twin *twin, const struct repository *repo,
		  const char *name, const char *text, bool sync,
		  struct error *err)
{
	char *dir = repository_common_path(repo, "checkpoint.d/refs");
	char *file = xstrdup(name);
	int ret;

	*twin = (struct ref_twin)REF_TWIN_INIT;
	sweep(repo, dir);
	swap(file, '/', ':');
	twin->path = path_join(dir, file);
	ret = make_file(twin, repo, dir, err);
	if (ret < 0) {
		free(twin->path);
		twin->path = NULL;
	} else {
		ret = fill(twin, repo, text, sync, err);
		if (ret < 0)
			ref_twin_drop(twin);
	}
	free(file);
	free(dir);
	return ret;
}

static bool has_no_links(int number)
{
	return number == EPERM || number == EOPNOTSUPP || number == ENOSYS ||
	       number == EMLINK || number == EXDEV;
}

int ref_twin_take_lock(const struct ref_twin *twin, const char *lock_path)
{
	if (!link(twin->path, lock_path))
		return 0;
	if (errno == EEXIST)
		return ERR_LOCKED;
	return has_no_links(errno) ? ERR_UNSUPPORTED : -1;
}

void ref_twin_drop(struct ref_twin *twin)
{
	if (!twin->path)
		return;
	unlink(twin->path);
	close(twin->fd);
	free(twin->path);
	*twin = (struct ref_twin)REF_TWIN_INIT;
}
