#include "worktree/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "worktree/hold.h"
#include "worktree/nest.h"
#include "worktree/spot.h"

/* What is in the directory `dir_fd` as `name`; all of its path is `temp`. */
struct leftover {
	int dir_fd;
	const char *name;
	const char *path; /* for which it was made */
	const char *temp;
};

static int sweep_one(const struct leftover *left, writer_leftover found,
		     void *context, bool lease, struct error *err)
{
	struct hold hold = HOLD_INIT;
	int rc;

	rc = hold_take(&hold, left->dir_fd, left->name, lease, left->temp, err);
	if (!rc)
		rc = found(context, left->path,
			   S_ISLNK(hold.stat.st_mode) ? -1 : hold.fd,
			   left->temp, err);
	if (rc > 0) {
		rc = 0;
		if (!hold_is_at(&hold, left->dir_fd, left->name) ||
		    !hold_is_alone(&hold))
			rc = error_set(err, ERR_CHANGED,
				       "'%s' has changed just now", left->temp);
		else if (unlinkat(left->dir_fd, left->name, 0) < 0)
			rc = error_errno(err, "cannot remove '%s'", left->temp);
	}
	hold_release(&hold);
	return rc;
}

static int sweep_file(const struct writer *writer, const struct spot *spot,
		      writer_leftover found, void *context, struct error *err)
{
	size_t dir_len = (size_t)(spot->place.name - spot->place.path);
	char *temp =
		xstrfmt("%.*s%s", (int)dir_len, spot->place.path, spot->temp);
	const struct leftover left = {spot->dir->fd, spot->temp,
				      spot->place.path, temp};
	int rc = sweep_one(&left, found, context, writer->caps.lease, err);

	free(temp);
	return rc;
}

/* A nest: what is in it belongs into the directory that it was to be. */
static int sweep_nest(const struct writer *writer, const struct spot *spot,
		      writer_leftover found, void *context, struct error *err)
{
	int fd = openat(spot->dir->fd, spot->temp,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *handle = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *dirent;
	int rc = 0;

	if (!handle && fd >= 0)
		close(fd);
	while (handle && !rc && (dirent = readdir(handle))) {
		const char *name = dirent->d_name;
		char *path, *temp;
		struct leftover left;

		/* We make no directories in one. */
		if (dirent->d_type == DT_DIR || !strcmp(name, ".") ||
		    !strcmp(name, ".."))
			continue;
		path = xstrfmt("%s/%s", spot->place.path, name);
		temp = xstrfmt("%.*s%s/%s",
			       (int)(spot->place.name - spot->place.path),
			       spot->place.path, spot->temp, name);
		left = (struct leftover){fd, name, path, temp};
		rc = sweep_one(&left, found, context, writer->caps.lease, err);
		free(path);
		free(temp);
	}
	if (handle) {
		closedir(handle);
		/* What somebody put there keeps it. */
		unlinkat(spot->dir->fd, spot->temp, AT_REMOVEDIR);
	}
	return rc;
}

/* Of the file that is number `n`, or of the directory whose nest is. */
static int sweep(struct writer *writer, const char *path, unsigned n, bool nest,
		 writer_leftover found, void *context, struct error *err)
{
	struct spot spot;
	int rc;

	rc = spot_find(writer, path, n, &spot, err);
	/* ERR_CHANGED: where its directory is to be, there still is a file, or
	 * a repository of its own; we have not been in there. */
	if (rc == ERR_CHANGED) {
		error_release(err);
		rc = ERR_NOT_FOUND;
	} else if (!rc && nest) {
		nest_name(&spot);
		rc = sweep_nest(writer, &spot, found, context, err);
	} else if (!rc) {
		rc = sweep_file(writer, &spot, found, context, err);
	}
	spot_close(writer, &spot);
	if (rc == ERR_NOT_FOUND) {
		error_release(err);
		rc = 0;
	}
	return rc;
}

int writer_sweep(struct writer *writer, const char *path, unsigned n,
		 writer_leftover found, void *context, struct error *err)
{
	const char *slash = strrchr(path, '/');
	int rc = sweep(writer, path, n, false, found, context, err);
	char *dir;

	if (rc < 0 || !slash)
		return rc;
	dir = xstrndup(path, (size_t)(slash - path));
	rc = sweep(writer, dir, n, true, found, context, err);
	free(dir);
	return rc;
}
