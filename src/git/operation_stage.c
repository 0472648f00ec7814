#include "git/operation_stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/operation.h"
#include "git/repository.h"

#define TOP "checkpoint.d"
#define NAME "operation"

/* -- directories --------------------------------------------------------- */

/* Give what was just made the repository's permissions. */
static int share(struct repository *repo, const char *name, struct error *err)
{
	char *path = repository_path(repo, name);
	int ret = repository_share(repo, path, err);

	free(path);
	return ret;
}

static int open_dir(int above, const char *name, struct error *err)
{
	int fd = openat(above, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? error_errno(err, "cannot open directory '%s'", name)
		      : fd;
}

/* Open the directory `name` of `above`, which is made if it is missing. */
static int make_dir(int above, const char *name, struct error *err)
{
	if (mkdirat(above, name, 0777) < 0 && errno != EEXIST)
		return error_errno(err, "cannot make directory '%s'", name);
	return open_dir(above, name, err);
}

static int remove_all(int above, const char *name, struct error *err);

static int remove_entries(DIR *dir, struct error *err)
{
	struct dirent *entry;
	int ret = 0;

	while (!ret && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = remove_all(dirfd(dir), entry->d_name, err);
	if (!ret && errno)
		ret = error_errno(err, "cannot read a directory");
	return ret;
}

/* Remove a file, or a directory with all that is in it. */
static int remove_all(int above, const char *name, struct error *err)
{
	DIR *dir;
	int fd, ret;

	if (!unlinkat(above, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_errno(err, "cannot remove '%s'", name);
	fd = open_dir(above, name, err);
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		ret = error_errno(err, "cannot open directory '%s'", name);
		close(fd);
		return ret;
	}
	ret = remove_entries(dir, err);
	closedir(dir);
	if (!ret && unlinkat(above, name, AT_REMOVEDIR) < 0)
		ret = error_errno(err, "cannot remove '%s'", name);
	return ret;
}

/* -- the stage ----------------------------------------------------------- */

static int make_stage(struct operation_stage *stage, struct error *err)
{
	int dir = make_dir(stage->top, NAME, err);
	int ret;

	if (dir < 0)
		return dir;
	ret = stage->new_dir = make_dir(dir, "new", err);
	if (ret >= 0)
		ret = stage->old_dir = make_dir(dir, "old", err);
	close(dir);
	return ret < 0 ? ret : 0;
}

static void close_all(const struct operation_stage *stage)
{
	const int all[] = {stage->top, stage->new_dir, stage->old_dir};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i] >= 0)
			close(all[i]);
}

int operation_stage_clear(struct repository *repo, struct error *err)
{
	char *path = repository_path(repo, TOP);
	int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int ret = 0;

	if (top >= 0) {
		ret = remove_all(top, NAME, err);
		close(top);
	}
	free(path);
	return ret;
}

int operation_stage_open(struct operation_stage *stage, struct repository *repo,
			 struct error *err)
{
	int git_dir, ret;

	*stage = (struct operation_stage){repo, -1, -1, -1, false};
	git_dir = open(repo->git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (git_dir < 0)
		return error_errno(err, "cannot open '%s'", repo->git_dir);
	ret = stage->top = make_dir(git_dir, TOP, err);
	close(git_dir);
	if (ret >= 0)
		ret = share(repo, TOP, err);
	if (!ret)
		ret = remove_all(stage->top, NAME, err);
	if (!ret)
		ret = make_stage(stage, err);
	if (ret < 0)
		close_all(stage);
	return ret;
}

void operation_stage_keep(struct operation_stage *stage, struct error *err)
{
	char name[sizeof(NAME "-") + 16] = NAME "-";

	stage->kept = true;
	random_hex(name + strlen(name), 8);
	/* Where that fails it is kept under the name it has. */
	if (renameat(stage->top, NAME, stage->top, name) < 0)
		snprintf(name, sizeof(name), NAME);
	error_hint(err, "what was there is in '%s/" TOP "/%s'",
		   stage->repo->git_dir, name);
}

int operation_stage_close(struct operation_stage *stage, int ret,
			  struct error *err)
{
	struct error ignored = ERROR_INIT;

	/* After another failure the next run may remove it as well. */
	if (!stage->kept && ret < 0)
		remove_all(stage->top, NAME, &ignored);
	else if (!stage->kept)
		ret = remove_all(stage->top, NAME, err);
	error_release(&ignored);
	close_all(stage);
	return ret;
}

/* -- files --------------------------------------------------------------- */

static int write_file(struct operation_stage *stage, int dir, const char *name,
		      const struct operation_file *file, struct error *err)
{
	char *below = xstrfmt("checkpoint.d/operation/new/%s", file->path);
	int fd = openat(dir, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0666);
	int ret;

	if (fd < 0) {
		ret = error_errno(err, "cannot write '%s'", file->path);
		goto done;
	}
	ret = file_write_all(fd, file->text.ptr, file->text.len, err);
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot write '%s'", file->path);
	if (!ret)
		ret = share(stage->repo, below, err);
done:
	free(below);
	return ret;
}

int operation_stage_add(struct operation_stage *stage,
			const struct operation_file *file, struct error *err)
{
	char *path = xstrdup(file->path), *name = path, *slash;
	int dir = stage->new_dir, ret = 0;

	while (!ret && (slash = strchr(name, '/'))) {
		char *below;
		int next;

		*slash = '\0';
		next = make_dir(dir, name, err);
		below = xstrfmt("checkpoint.d/operation/new/%s", path);
		ret = next < 0 ? next : share(stage->repo, below, err);
		free(below);
		if (dir != stage->new_dir)
			close(dir);
		dir = next;
		*slash = '/';
		name = slash + 1;
	}
	if (!ret)
		ret = write_file(stage, dir, name, file, err);
	if (dir >= 0 && dir != stage->new_dir)
		close(dir);
	free(path);
	return ret;
}
