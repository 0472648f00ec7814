#include "worktree/filter_scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"
#include "git/repository.h"

#define PREFIX "filter-"

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	/* What cannot go now goes with the next sweep. */
	remove(path);
	return 0;
}

static void remove_all(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Lock `dir`, and see that it is still there then; -1: somebody else has it. */
static int lock_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (!flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st) && st.st_nlink)
		return fd;
	close(fd);
	return -1;
}

static void sweep(const char *parent)
{
	DIR *list = opendir(parent);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		char *dir;
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		dir = path_join(parent, entry->d_name);
		fd = lock_dir(dir);
		if (fd >= 0) {
			remove_all(dir);
			close(fd);
		}
		free(dir);
	}
	if (list)
		closedir(list);
}

int filter_scratch_open(struct filter_scratch *scratch,
			const struct repository *repo, struct error *err)
{
	char *parent = repository_path(repo, "checkpoint.d");
	int rc;

	*scratch = (struct filter_scratch)FILTER_SCRATCH_INIT;
	rc = file_make_dir(parent, err);
	if (!rc)
		sweep(parent);
	/* A sweep of another process may take it before it is locked. */
	while (!rc && scratch->lock_fd < 0) {
		free(scratch->dir);
		scratch->dir = xstrfmt("%s/" PREFIX "XXXXXX", parent);
		if (!mkdtemp(scratch->dir)) {
			rc = error_errno(err, "cannot make directory in '%s'",
					 parent);
			free(scratch->dir);
			scratch->dir = NULL;
		} else {
			scratch->lock_fd = lock_dir(scratch->dir);
		}
	}
	free(parent);
	return rc;
}

void filter_scratch_release(struct filter_scratch *scratch)
{
	if (scratch->dir)
		remove_all(scratch->dir);
	if (scratch->lock_fd >= 0)
		close(scratch->lock_fd);
	free(scratch->dir);
	*scratch = (struct filter_scratch)FILTER_SCRATCH_INIT;
}

int filter_scratch_file(const struct filter_scratch *scratch, struct error *err)
{
	int fd;

	return file_open_unnamed(&fd, scratch->dir, err) < 0 ? -1 : fd;
}
