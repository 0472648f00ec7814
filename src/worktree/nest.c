#include "worktree/nest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/strlist.h"
#include "worktree/spot.h"

struct nest {
	struct writer *writer;
	struct spot spot;
	int fd; /* O_PATH */
	struct strlist names;
};

void nest_name(struct spot *spot)
{
	size_t len = strlen(spot->temp);

	snprintf(spot->temp + len, sizeof(spot->temp) - len, ".new");
}

/* -1: somebody else has to say why it cannot be made. */
static int make_dir(const struct spot *spot)
{
	struct stat st;
	int fd;

	if (!fstatat(spot->dir->fd, spot->place.name, &st,
		     AT_SYMLINK_NOFOLLOW) ||
	    errno != ENOENT || mkdirat(spot->dir->fd, spot->temp, 0777) < 0)
		return -1;
	fd = openat(spot->dir->fd, spot->temp,
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		unlinkat(spot->dir->fd, spot->temp, AT_REMOVEDIR);
	return fd;
}

int nest_open(struct nest **out, struct writer *writer, const char *dir,
	      unsigned n, struct error *err)
{
	struct nest *nest;
	struct spot spot;
	int fd = -1;

	*out = NULL;
	if (!writer->caps.noreplace)
		return 0;
	if (spot_open(writer, dir, n, true, &spot, err) < 0)
		return err->code;
	nest_name(&spot);
	fd = make_dir(&spot);
	if (fd < 0) {
		spot_close(writer, &spot);
		return 0;
	}
	nest = xcalloc(1, sizeof(*nest));
	nest->writer = writer;
	nest->fd = fd;
	nest->spot = spot;
	nest->spot.place.temp = nest->spot.temp;
	*out = nest;
	return 0;
}

int nest_put(struct nest *nest, const char *path,
	     const struct writer_content *content, struct stat *after,
	     struct error *err)
{
	const char *name = path_basename(path);
	int fd, rc = 0;

	if (!path_is_safe(path))
		return error_set(err, ERR_INVALID, "unsafe path '%s'", path);
	fd = spot_create(nest->writer, nest->fd, name, content);
	if (fd < 0)
		return error_errno(err, "cannot create '%s'", path);
	strlist_add(&nest->names, name);
	if (spot_is_link(nest->writer, content)) {
		if (fstatat(nest->fd, name, after, AT_SYMLINK_NOFOLLOW) < 0)
			rc = error_errno(err, "cannot look at '%s'", path);
		return rc;
	}
	rc = spot_fill(nest->writer, path, fd, content, after, err);
	if (close(fd) < 0 && !rc)
		rc = error_errno(err, "cannot write '%s'", path);
	return rc;
}

bool nest_publish(struct nest *nest)
{
	const struct spot *spot = &nest->spot;

	if (renameat2(spot->dir->fd, spot->temp, spot->dir->fd,
		      spot->place.name, RENAME_NOREPLACE) < 0)
		return false;
	close(nest->fd);
	nest->fd = -1;
	return true;
}

void nest_close(struct nest *nest)
{
	if (!nest)
		return;
	if (nest->fd >= 0) {
		for (size_t i = 0; i < nest->names.nr; i++)
			unlinkat(nest->fd, nest->names.items[i], 0);
		unlinkat(nest->spot.dir->fd, nest->spot.temp, AT_REMOVEDIR);
		close(nest->fd);
	}
	strlist_release(&nest->names);
	spot_close(nest->writer, &nest->spot);
	free(nest);
}
