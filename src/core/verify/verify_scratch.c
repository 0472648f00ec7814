#include "core/verify/verify_scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/repository.h"

#define PARENT "checkpoint.d"
#define PREFIX "verify-"
#define WAIT_MS 10000

/* All that is in the directory `fd`, which is closed; by names of one part, so
 * that no path is too long. -1 with errno. */
static int empty_dir(int fd)
{
	DIR *handle = fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!handle) {
		close(fd);
		return -1;
	}
	while (!ret && (entry = readdir(handle))) {
		const char *name = entry->d_name;
		int below;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    !unlinkat(fd, name, 0))
			continue;
		below = openat(fd, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		ret = below < 0 ? -1 : empty_dir(below);
		if (!ret)
			ret = unlinkat(fd, name, AT_REMOVEDIR);
	}
	closedir(handle);
	return ret;
}

static int remove_tree(const char *dir, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || empty_dir(fd) < 0 || rmdir(dir) < 0)
		return error_errno(err, "cannot remove '%s'", dir);
	return 0;
}

/* Hold a directory as long as we live; -1: another process does. */
static int hold(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* What nobody holds was left behind. */
static int sweep(const char *parent, struct error *err)
{
	DIR *handle = opendir(parent);
	struct dirent *entry;
	int ret = 0;

	if (!handle)
		return error_errno(err, "cannot open '%s'", parent);
	while (!ret && (entry = readdir(handle))) {
		char *dir;
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)))
			continue;
		dir = path_join(parent, entry->d_name);
		fd = hold(dir);
		if (fd >= 0) {
			ret = remove_tree(dir, err);
			close(fd);
		}
		free(dir);
	}
	closedir(handle);
	return ret;
}

static int make(struct verify_scratch *scratch, const char *parent,
		struct error *err)
{
	scratch->dir = xstrfmt("%s/" PREFIX "XXXXXX", parent);
	if (!mkdtemp(scratch->dir)) {
		error_errno(err, "cannot create '%s'", scratch->dir);
		free(scratch->dir);
		scratch->dir = NULL;
		return err->code;
	}
	scratch->lock = hold(scratch->dir);
	scratch->top = path_join(scratch->dir, "top");
	scratch->index = path_join(scratch->dir, "index");
	if (scratch->lock < 0 || mkdir(scratch->top, 0700) < 0)
		return error_errno(err, "cannot create '%s'", scratch->top);
	return 0;
}

int verify_scratch_open(struct verify_scratch **out,
			const struct repository *repo, struct error *err)
{
	struct verify_scratch *scratch = xcalloc(1, sizeof(*scratch));
	char *parent = repository_path(repo, PARENT);
	char *lock_path = repository_path(repo, PARENT "/verify.lock");
	int fd = -1, ret;

	scratch->lock = -1;
	/* Between making a directory and holding it nobody may sweep. */
	ret = file_lock(&fd, lock_path, WAIT_MS, err);
	if (!ret)
		ret = sweep(parent, err);
	if (!ret)
		ret = make(scratch, parent, err);
	if (fd >= 0)
		file_unlock(fd);
	free(parent);
	free(lock_path);
	if (ret < 0) {
		verify_scratch_close(scratch);
		return ret;
	}
	*out = scratch;
	return 0;
}

int verify_scratch_clear(const struct verify_scratch *scratch,
			 struct error *err)
{
	int fd = open(scratch->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || empty_dir(fd) < 0)
		return error_errno(err, "cannot empty '%s'", scratch->top);
	return 0;
}

void verify_scratch_close(struct verify_scratch *scratch)
{
	struct error ignored = ERROR_INIT;

	if (!scratch)
		return;
	/* What stays is swept by the next. */
	if (scratch->dir && remove_tree(scratch->dir, &ignored) < 0)
		error_release(&ignored);
	if (scratch->lock >= 0)
		close(scratch->lock);
	free(scratch->dir);
	free(scratch->top);
	free(scratch->index);
	free(scratch);
}
