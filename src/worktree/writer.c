#include "worktree/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/tree.h"
#include "worktree/exchange.h"
#include "worktree/hold.h"
#include "worktree/place.h"
#include "worktree/spot.h"
#include "worktree/writer_dir.h"

int writer_open(struct writer **out, const char *worktree, const char *tag,
		const struct writer_caps *without, struct error *err)
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
	writer->dirs = writer_dirs_new(fd);
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

/* The temporary, not yet written: a descriptor, or 0 for a link; -1 with
 * errno. */
static int create_temp(struct writer *writer, const struct spot *spot,
		       const struct writer_content *content, bool as_link)
{
	mode_t mode = 0666;

	if (as_link)
		return symlinkat(content->link, spot->dir->fd, spot->temp);
	if (content->permissions >= 0 && writer->caps.exec_bit)
		mode = 0600;
	else if (content->mode == MODE_EXEC)
		mode = 0777;
	return openat(spot->dir->fd, spot->temp,
		      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

static int write_content(struct writer *writer, const char *path, int fd,
			 const struct writer_content *content,
			 struct stat *written, struct error *err)
{
	int rc;

	if (content->mode == MODE_LINK)
		rc = file_write_all(fd, content->link, strlen(content->link),
				    err);
	else
		rc = content->write(content->context, fd, err);
	if (!rc && content->permissions >= 0 && writer->caps.exec_bit &&
	    fchmod(fd, (mode_t)content->permissions & 07777) < 0)
		rc = error_errno(err, "cannot set the mode of '%s'", path);
	if (!rc && written && fstat(fd, written) < 0)
		rc = error_errno(err, "cannot look at '%s'", path);
	if (close(fd) < 0 && !rc)
		rc = error_errno(err, "cannot write '%s'", path);
	return rc;
}

/* Make the temporary with its content. `written` (may be NULL) gets its
 * fstat(). */
static int make_temp(struct writer *writer, const char *path, unsigned n,
		     const struct writer_content *content, struct spot *spot,
		     struct stat *written, struct error *err)
{
	bool as_link = content->mode == MODE_LINK && content->permissions < 0 &&
		       writer->caps.symlinks;
	int fd = -1, rc;

	for (int i = 0; i < SPOT_MAX_TRIES; i++) {
		rc = spot_open(writer, path, n, true, spot, err);
		if (rc < 0)
			return rc;
		fd = create_temp(writer, spot, content, as_link);
		if (fd >= 0 || errno != ENOENT ||
		    !writer_dirs_is_gone(writer->dirs, spot->dir))
			break;
		spot_close(writer, spot);
		errno = ENOENT;
	}
	if (fd < 0)
		return error_errno(err, "cannot create '%s' for '%s'",
				   spot->temp, path);
	if (!as_link) {
		rc = write_content(writer, path, fd, content, written, err);
		if (rc < 0)
			unlinkat(spot->dir->fd, spot->temp, 0);
		return rc;
	}
	if (written && fstatat(spot->dir->fd, spot->temp, written,
			       AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "cannot look at '%s'", path);
	return 0;
}

/*
 * What lstat() says now, as long as it is still our file as we wrote it.
 * Otherwise what it said before it was renamed: with that in the index, git
 * looks into the file again, for its ctime is another.
 */
static void look_after(const struct spot *spot, struct stat *after)
{
	struct stat st;

	if (!fstatat(spot->dir->fd, spot->place.name, &st,
		     AT_SYMLINK_NOFOLLOW) &&
	    st.st_ino == after->st_ino && st.st_size == after->st_size &&
	    st.st_mtim.tv_sec == after->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == after->st_mtim.tv_nsec)
		*after = st;
}

int writer_put(struct writer *writer, const char *path, unsigned n,
	       const struct writer_expect *expect,
	       const struct writer_content *content, struct stat *after,
	       struct error *err)
{
	struct spot spot = {0};
	int rc;

	rc = make_temp(writer, path, n, content, &spot, after, err);
	if (rc < 0)
		goto done;
	rc = expect->absent ? place_new(&spot.place, err)
			    : place_over(&spot.place, expect, err);
	if (!rc && after)
		look_after(&spot, after);
done:
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

static int sweep_one(const struct spot *spot, writer_leftover found,
		     void *context, bool lease, struct error *err)
{
	size_t dir_len = (size_t)(spot->place.name - spot->place.path);
	char *temp =
		xstrfmt("%.*s%s", (int)dir_len, spot->place.path, spot->temp);
	struct hold hold = HOLD_INIT;
	int rc;

	rc = hold_take(&hold, spot->dir->fd, spot->temp, lease, temp, err);
	if (!rc)
		rc = found(context, spot->place.path, hold.fd, temp, err);
	if (rc > 0) {
		rc = 0;
		if (!hold_is_at(&hold, spot->dir->fd, spot->temp) ||
		    !hold_is_alone(&hold))
			rc = error_set(err, ERR_CHANGED,
				       "'%s' has changed just now", temp);
		else if (unlinkat(spot->dir->fd, spot->temp, 0) < 0)
			rc = error_errno(err, "cannot remove '%s'", temp);
	}
	hold_release(&hold);
	free(temp);
	return rc;
}

int writer_sweep(struct writer *writer, const char *path, unsigned n,
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
	} else if (!rc) {
		rc = sweep_one(&spot, found, context, writer->caps.lease, err);
	}
	spot_close(writer, &spot);
	if (rc == ERR_NOT_FOUND) {
		error_release(err);
		rc = 0;
	}
	return rc;
}
