#include "git/operation_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/operation.h"
#include "git/operation_names.h"
#include "git/repository.h"

#define MAX_FILE_BYTES ((size_t)64 << 20)
#define MAX_DEPTH 8

struct reading {
	struct operation *out;
	bool all; /* what is not seen is an error */
};

/* Not to be seen: `path` is not what the operation's files are. */
static int pass_over(const struct reading *reading, const char *path,
		     const char *what, struct error *err)
{
	return reading->all ? error_set(err, ERR_REFUSED, "'%s' %s", path, what)
			    : 0;
}

static void add_file(struct operation *out, const char *path, struct buf *text)
{
	struct operation_file *file;

	ARRAY_GROW(out->files, out->nr_files, out->alloc_files);
	file = &out->files[out->nr_files++];
	file->path = xstrdup(path);
	file->text = *text;
	*text = (struct buf)BUF_INIT;
}

/* Add the file `name` of the directory `dir`, if it is there. */
static int read_file(const struct reading *reading, int dir, const char *name,
		     const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int fd = openat(dir, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int ret = 0;

	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		/* A link, a socket. */
		if (errno == ELOOP || errno == ENXIO)
			return pass_over(reading, path, "is no file", err);
		return error_errno(err, "cannot open '%s'", path);
	}
	if (fstat(fd, &st) < 0) {
		ret = error_errno(err, "cannot read '%s'", path);
	} else if (!S_ISREG(st.st_mode)) {
		ret = pass_over(reading, path, "is no file", err);
	} else {
		ret = buf_read_fd(&text, fd, MAX_FILE_BYTES, err);
		if (ret < 0)
			error_prefix(err, "'%s'", path);
		else
			add_file(reading->out, path, &text);
	}
	close(fd);
	buf_release(&text);
	return ret;
}

static int read_dir(const struct reading *reading, int above, const char *name,
		    const char *path, int depth, struct error *err);

static int locked(const struct reading *reading, const char *path,
		  struct error *err)
{
	if (!reading->all)
		return 0;
	error_set(err, ERR_LOCKED, "'%s' is there: git is at work", path);
	return error_hint(err, "if no git is running, remove that file");
}

static int read_entry(const struct reading *reading, int dir, const char *name,
		      const char *above, int depth, struct error *err)
{
	char *path = xstrfmt("%s/%s", above, name);
	enum operation_format format;
	struct stat st;
	int ret = 0;

	if (operation_name_is_lock(path)) {
		ret = locked(reading, path, err);
	} else if (!operation_name_find(path, &format)) {
		ret = pass_over(reading, path, "is a name that is not safe",
				err);
	} else if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			ret = error_errno(err, "cannot read '%s'", path);
	} else if (S_ISDIR(st.st_mode)) {
		ret = read_dir(reading, dir, name, path, depth + 1, err);
	} else {
		ret = read_file(reading, dir, name, path, err);
	}
	free(path);
	return ret;
}

static int read_entries(const struct reading *reading, DIR *dir,
			const char *path, int depth, struct error *err)
{
	struct dirent *entry;
	int ret = 0;

	while (!ret && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = read_entry(reading, dirfd(dir), entry->d_name,
					 path, depth, err);
	if (!ret && errno)
		ret = error_errno(err, "cannot read '%s'", path);
	return ret;
}

static int read_dir(const struct reading *reading, int above, const char *name,
		    const char *path, int depth, struct error *err)
{
	int fd = openat(above, name,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
	DIR *dir = NULL;
	int ret;

	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno == ENOTDIR || errno == ELOOP)
			return pass_over(reading, path, "is no directory", err);
		return error_errno(err, "cannot open '%s'", path);
	}
	if (depth > MAX_DEPTH) {
		ret = error_set(err, ERR_INVALID, "'%s' is nested too deeply",
				path);
		goto done;
	}
	dir = fdopendir(fd);
	if (!dir) {
		ret = error_errno(err, "cannot open '%s'", path);
		goto done;
	}
	ret = read_entries(reading, dir, path, depth, err);
done:
	if (dir)
		closedir(dir);
	else
		close(fd);
	return ret;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct operation_file *)a)->path,
		      ((const struct operation_file *)b)->path);
}

static int read_unit(const struct reading *reading, int dir,
		     const struct operation_unit *unit, struct error *err)
{
	return unit->is_dir
		       ? read_dir(reading, dir, unit->name, unit->name, 0, err)
		       : read_file(reading, dir, unit->name, unit->name, err);
}

int operation_files_read_unit(int dir, const struct operation_unit *unit,
			      struct operation *out, struct error *err)
{
	const struct reading reading = {.out = out, .all = true};
	char *lock = xstrfmt("%s.lock", unit->name);
	int ret = 0;

	if (!faccessat(dir, lock, F_OK, AT_SYMLINK_NOFOLLOW))
		ret = locked(&reading, lock, err);
	free(lock);
	if (!ret)
		ret = read_unit(&reading, dir, unit, err);
	if (out->nr_files > 1)
		qsort(out->files, out->nr_files, sizeof(*out->files), compare);
	return ret;
}

int operation_files_read(struct repository *repo, struct operation *out,
			 struct error *err)
{
	const struct reading reading = {.out = out};
	int dir = open(repo->git_dir, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	int ret = 0;

	if (dir < 0)
		return error_errno(err, "cannot open '%s'", repo->git_dir);
	for (size_t i = 0; i < OPERATION_UNITS && !ret; i++)
		ret = read_unit(&reading, dir, &operation_units[i], err);
	close(dir);
	if (out->nr_files > 1)
		qsort(out->files, out->nr_files, sizeof(*out->files), compare);
	return ret;
}

void operation_files_release(struct operation *operation)
{
	for (size_t i = 0; i < operation->nr_files; i++) {
		free(operation->files[i].path);
		buf_release(&operation->files[i].text);
	}
	free(operation->files);
	operation->files = NULL;
	operation->nr_files = operation->alloc_files = 0;
}
