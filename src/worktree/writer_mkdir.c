#include "worktree/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "worktree/spot.h"

/* mkdir(2) cannot give the set-group-id bit, and must not take what the parent
 * directory has handed down. */
static int set_dir_mode(const struct spot *spot, int permissions,
			struct error *err)
{
	struct stat st;
	int fd = openat(spot->dir->fd, spot->place.name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 || fstat(fd, &st) < 0 ||
	    fchmod(fd, ((mode_t)permissions & 0777) | (st.st_mode & S_ISGID)) <
		    0)
		rc = error_errno(err, "cannot set the mode of '%s'",
				 spot->place.path);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int make_dir(struct writer *writer, const char *path, int permissions,
		    struct error *err)
{
	bool exact = permissions >= 0 && writer->caps.exec_bit;
	struct spot spot = {0};
	struct stat st;
	int rc = 0;

	for (int i = 0; i < SPOT_MAX_TRIES; i++) {
		spot_close(writer, &spot);
		rc = spot_open(writer, path, 0, true, &spot, err);
		if (rc < 0)
			return rc;
		rc = mkdirat(spot.dir->fd, spot.place.name,
			     exact ? 0700 : 0777);
		if (!rc || errno != ENOENT ||
		    !writer_dirs_is_gone(writer->dirs, spot.dir))
			break;
		errno = ENOENT;
	}
	if (!rc && exact) {
		rc = set_dir_mode(&spot, permissions, err);
	} else if (rc < 0) {
		rc = error_errno(err, "cannot make directory '%s'", path);
		if (rc == ERR_EXISTS && !fstatat(spot.dir->fd, spot.place.name,
						 &st, AT_SYMLINK_NOFOLLOW)) {
			error_release(err);
			rc = S_ISDIR(st.st_mode)
				     ? 0
				     : error_set(err, ERR_CHANGED,
						 "'%s' is not a directory",
						 path);
		}
	}
	spot_close(writer, &spot);
	return rc;
}

/* `path` without the slash that a directory's may end in; to be freed. */
static char *without_slash(const char *path)
{
	size_t len = strlen(path);

	if (len && path[len - 1] == '/')
		len--;
	return xstrndup(path, len);
}

int writer_mkdir(struct writer *writer, const char *path, int permissions,
		 struct error *err)
{
	char *dir = without_slash(path);
	int rc = make_dir(writer, dir, permissions, err);

	free(dir);
	return rc;
}

int writer_rmdir(struct writer *writer, const char *path, struct error *err)
{
	char *dir = without_slash(path);
	struct spot spot;
	int rc;

	rc = spot_find(writer, dir, 0, &spot, err);
	if (rc == ERR_NOT_FOUND) {
		error_release(err);
		rc = 0;
	} else if (!rc &&
		   unlinkat(spot.dir->fd, spot.place.name, AT_REMOVEDIR) < 0 &&
		   errno != ENOENT && errno != ENOTDIR && errno != ENOTEMPTY &&
		   errno != EEXIST) {
		rc = error_errno(err, "cannot remove directory '%s'", dir);
	}
	spot_close(writer, &spot);
	free(dir);
	return rc;
}
