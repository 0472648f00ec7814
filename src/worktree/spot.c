#include "worktree/spot.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

int spot_open(struct writer *writer, const char *path, unsigned n, bool make,
	      struct spot *spot, struct error *err)
{
	const char *name = path_basename(path);
	size_t dir_len = name == path ? 0 : (size_t)(name - path) - 1;
	int rc;

	*spot = (struct spot){0};
	if (!path_is_safe(path))
		return error_set(err, ERR_INVALID, "unsafe path '%s'", path);
	rc = writer_dirs_get(writer->dirs, path, dir_len, make, &spot->dir,
			     err);
	if (rc < 0)
		return rc;
	snprintf(spot->temp, sizeof(spot->temp), ".checkpoint-%s-%u",
		 writer->tag, n);
	spot->place = (struct place){.caps = &writer->caps,
				     .dir_fd = spot->dir->fd,
				     .path = path,
				     .name = name,
				     .temp = spot->temp};
	return 0;
}

void spot_close(struct writer *writer, struct spot *spot)
{
	if (spot->dir)
		writer_dirs_put(writer->dirs, spot->dir);
	spot->dir = NULL;
}

int spot_find(struct writer *writer, const char *path, unsigned n,
	      struct spot *spot, struct error *err)
{
	for (int i = 0; i < SPOT_MAX_TRIES; i++) {
		int rc = spot_open(writer, path, n, false, spot, err);

		if (rc < 0 || !writer_dirs_is_gone(writer->dirs, spot->dir))
			return rc;
		spot_close(writer, spot);
	}
	return error_set(err, ERR_CHANGED, "cannot find '%s'", path);
}

void spot_prune(struct writer *writer, const char *path, const char *keep_dir)
{
	char *dir = xstrdup(path), *slash;
	size_t keep_len = strlen(keep_dir);
	struct error ignored = ERROR_INIT;

	while ((slash = strrchr(dir, '/'))) {
		struct spot spot;
		bool ended;

		if (!strncmp(dir, keep_dir, keep_len) &&
		    (size_t)(slash - dir) + 1 <= keep_len)
			break;
		*slash = '\0';
		if (spot_open(writer, dir, 0, false, &spot, &ignored) < 0)
			break;
		ended = unlinkat(spot.dir->fd, spot.place.name, AT_REMOVEDIR) <
				0 &&
			errno != ENOENT;
		spot_close(writer, &spot);
		if (ended)
			break;
	}
	error_release(&ignored);
	free(dir);
}
