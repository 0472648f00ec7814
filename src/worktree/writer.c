#include "worktree/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "git/tree.h"
#include "worktree/exchange.h"
#include "worktree/hold.h"
#include "worktree/place.h"
#include "worktree/spot.h"
#include "worktree/writer_dir.h"

int writer_open(struct writer **out, const char *worktree, const char *git_dir,
		const char *tag, const struct writer_caps *without,
		struct error *err)
{
	struct writer *writer;
	int fd;

	/* The longest name there may be, less what we put around it. */
	if (strlen(tag) > 128 || strchr(tag, '/'))
		return error_set(err, ERR_INVALID, "bad writer tag '%s'", tag);
	fd = open(worktree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "cannot open worktree '%s'", worktree);
	writer = xcalloc(1, sizeof(*writer));
	writer->top_fd = fd;
	writer->tag = xstrdup(tag);
	writer->dirs = writer_dirs_new(fd, git_dir);
	exchange_probe(fd, tag, &writer->caps);
	if (without) {
		writer->caps.exchange &= !without->exchange;
		writer->caps.noreplace &= !without->noreplace;
		writer->caps.lease &= !without->lease;
		writer->caps.symlinks &= !without->symlinks;
		writer->caps.exec_bit &= !without->exec_bit;
	}
	*out = writer;
	return 0;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	writer_dirs_free(writer->dirs);
	close(writer->top_fd);
	free(writer->tag);
	free(writer);
}

const struct writer_caps *writer_caps(const struct writer *writer)
{
	return &writer->caps;
}

/* Make the temporary with its content. `out_fd` is open on it, or -1 where it
 * is a link; `written` gets its lstat(). */
static int make_temp(struct writer *writer, const char *path, unsigned n,
		     const struct writer_content *content, struct spot *spot,
		     int *out_fd, struct stat *written, struct error *err)
{
	int fd = -1, rc;

	for (int i = 0; i < SPOT_MAX_TRIES; i++) {
		rc = spot_open(writer, path, n, true, spot, err);
		if (rc < 0)
			return rc;
		fd = spot_create(writer, spot->dir->fd, spot->temp, content);
		if (fd >= 0 || errno != ENOENT ||
		    !writer_dirs_is_gone(writer->dirs, spot->dir))
			break;
		spot_close(writer, spot);
		errno = ENOENT;
	}
	if (fd < 0)
		return error_errno(err, "cannot create '%s' for '%s'",
				   spot->temp, path);
	if (!spot_is_link(writer, content)) {
		*out_fd = fd;
		rc = spot_fill(writer, path, fd, content, written, err);
		if (rc < 0)
			unlinkat(spot->dir->fd, spot->temp, 0);
		return rc;
	}
	if (fstatat(spot->dir->fd, spot->temp, written, AT_SYMLINK_NOFOLLOW) <
	    0)
		return error_errno(err, "cannot look at '%s'", path);
	return 0;
}

static int close_written(int *fd, const char *path, struct error *err)
{
	int rc = *fd < 0 ? 0 : close(*fd);

	*fd = -1;
	return rc < 0 ? error_errno(err, "cannot write '%s'", path) : 0;
}

/*
 * What lstat() says now, as long as it is still our file as we wrote it.
 * Otherwise what it said before it was renamed: with that in the index, git
 * looks into the file again, for its ctime is another. `fd` may still be open
 * on it: that another has taken its place by now shows in the inode.
 */
static void look_after(const struct spot *spot, int fd, struct stat *after)
{
	struct stat st;
	int rc = fd >= 0 ? fstat(fd, &st)
			 : fstatat(spot->dir->fd, spot->place.name, &st,
				   AT_SYMLINK_NOFOLLOW);

	if (!rc && st.st_ino == after->st_ino && st.st_size == after->st_size &&
	    st.st_mtim.tv_sec == after->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == after->st_mtim.tv_nsec)
		*after = st;
}

int writer_put(struct writer *writer, const char *path, unsigned n,
	       const struct writer_expect *expect,
	       const struct writer_content *content, struct stat *after,
	       struct error *err)
{
	/* A descriptor that is open for writing prevents the lease by which one
	 * is replaced, and may only tell when it is closed that the bytes are
	 * not there, on file systems that can do little else either. */
	bool keep_open = expect->absent && writer->caps.noreplace;
	struct spot spot = {0};
	struct stat written;
	int fd = -1, rc;

	rc = make_temp(writer, path, n, content, &spot, &fd, &written, err);
	if (!rc && !keep_open && close_written(&fd, path, err) < 0) {
		unlinkat(spot.dir->fd, spot.temp, 0);
		rc = err->code;
	}
	if (!rc)
		rc = expect->absent ? place_new(&spot.place, err)
				    : place_over(&spot.place, expect, err);
	if (!rc && after) {
		look_after(&spot, fd, &written);
		*after = written;
	}
	if (rc < 0 && fd >= 0)
		close(fd);
	else if (!rc)
		rc = close_written(&fd, path, err);
	spot_close(writer, &spot);
	return rc;
}

int writer_remove(struct writer *writer, const char *path, unsigned n,
		  const struct writer_expect *expect, const char *keep_dir,
		  struct error *err)
{
	struct spot spot;
	int rc;

	rc = spot_find(writer, path, n, &spot, err);
	if (!rc)
		rc = place_remove(&spot.place, expect, err);
	spot_close(writer, &spot);
	if (rc == ERR_NOT_FOUND) {
		error_release(err);
		rc = 0;
	}
	if (!rc)
		spot_prune(writer, path, keep_dir);
	return rc;
}

int writer_chmod(struct writer *writer, const char *path, int permissions,
		 const struct writer_expect *expect, struct error *err)
{
	struct hold hold = HOLD_INIT;
	struct spot spot;
	int rc;

	rc = spot_find(writer, path, 0, &spot, err);
	if (rc < 0)
		goto done;
	rc = hold_take(&hold, spot.dir->fd, spot.place.name, false, path, err);
	if (rc < 0)
		goto done;
	rc = hold_matches(&hold, expect, path, err);
	if (rc < 0)
		goto done;
	if (!rc || !S_ISREG(hold.stat.st_mode)) {
		rc = error_set(err, ERR_CHANGED,
			       "'%s' has changed since it was saved", path);
		goto done;
	}
	rc = 0;
	if (fchmod(hold.fd, (mode_t)permissions & 07777) < 0)
		rc = error_errno(err, "cannot set the mode of '%s'", path);
	else if (!hold_is_at(&hold, spot.dir->fd, spot.place.name))
		rc = error_set(err, ERR_CHANGED,
			       "'%s' was replaced while its mode was set",
			       path);
done:
	hold_release(&hold);
	spot_close(writer, &spot);
	return rc;
}
