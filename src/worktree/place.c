#include "worktree/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "worktree/exchange.h"
#include "worktree/hold.h"
#include "worktree/writer.h"

/* How often others may interfere before we leave things as they are. */
#define MAX_TRIES 100

static int changed(const struct place *place, struct error *err)
{
	return error_set(err, ERR_CHANGED,
			 "'%s' has changed since it was saved", place->path);
}

static int kept_both(const struct place *place, struct error *err)
{
	int dir_len = (int)(place->name - place->path);

	return error_set(err, ERR_CHANGED,
			 "'%s' was changed twice while it was replaced; the "
			 "older version is kept as '%.*s%s'",
			 place->path, dir_len, place->path, place->temp);
}

static int drop_temp(const struct place *place, struct error *err)
{
	if (!unlinkat(place->dir_fd, place->temp, 0))
		return 0;
	return error_errno(err, "cannot remove '%s' beside '%s'", place->temp,
			   place->path);
}

/* Give up before anything has happened: `rc` and `err` say why. */
static int withdraw(const struct place *place, int rc)
{
	int number = errno;

	unlinkat(place->dir_fd, place->temp, 0);
	errno = number;
	return rc;
}

int place_new(const struct place *place, struct error *err)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		if (!exchange_publish(place->dir_fd, place->caps, place->temp,
				      place->name))
			return 0;
		if (errno != EEXIST)
			return withdraw(place,
					error_errno(err, "cannot create '%s'",
						    place->path));
		if (unlinkat(place->dir_fd, place->name, AT_REMOVEDIR) < 0 &&
		    errno != ENOENT)
			break;
	}
	return withdraw(place, error_set(err, ERR_CHANGED,
					 "'%s' is there, and was not when it "
					 "was saved",
					 place->path));
}

/*
 * Somebody had opened the held file by its name before it was taken from there,
 * and came to write after it was removed. What he writes is saved from the
 * nameless file to `temp`.
 */
static int rescue(const struct place *place, struct hold *hold,
		  struct error *err)
{
	char *block = xmalloc(65536);
	off_t pos = 0;
	ssize_t got = -1;
	int fd, rc = -1;

	/* Where he takes longer than that, what there is so far is saved. */
	hold_yield(hold);
	fd = openat(place->dir_fd, place->temp,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && !fchmod(fd, hold->stat.st_mode & 0777)) {
		while ((got = pread(hold->fd, block, 65536, pos)) > 0) {
			if (file_write_all(fd, block, (size_t)got, err) < 0)
				break;
			pos += got;
		}
	}
	if (fd >= 0)
		rc = close(fd);
	if (rc < 0 || got)
		rc = error_errno(err,
				 "cannot save what was written to '%s' "
				 "while it was replaced",
				 place->path);
	free(block);
	return rc;
}

/* What is held is at `name` as it was: nobody has touched or opened it. */
static bool is_untouched(const struct place *place, const char *name,
			 const struct hold *hold)
{
	struct stat st;

	return !fstatat(place->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_ino == hold->stat.st_ino &&
	       st.st_dev == hold->stat.st_dev &&
	       st.st_size == hold->stat.st_size &&
	       st.st_mode == hold->stat.st_mode &&
	       st.st_mtim.tv_sec == hold->stat.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == hold->stat.st_mtim.tv_nsec &&
	       hold_is_alone(hold);
}

/* The same without an exchange: only over what is ours. Who had opened that by
 * its name just before, and writes to it, has what he wrote beside. */
static int rename_back(const struct place *place, struct hold *ours,
		       struct error *err)
{
	if (is_untouched(place, place->name, ours) &&
	    !renameat(place->dir_fd, place->temp, place->dir_fd, place->name)) {
		if (hold_is_alone(ours))
			return changed(place, err);
		if (rescue(place, ours, err) < 0)
			return err->code;
		return kept_both(place, err);
	}
	if (!exchange_publish(place->dir_fd, place->caps, place->temp,
			      place->name))
		return changed(place, err);
	return kept_both(place, err);
}

/*
 * What is at `temp` is somebody's, and goes back to its place, from which our
 * own file comes out. If something newer comes out, that goes in again, and so
 * on, until it is what we put there ourselves the last time.
 */
static int put_back(const struct place *place, struct hold *ours,
		    struct error *err)
{
	struct stat going_in, put_last = {0}, came_out;

	for (int i = 0; i < MAX_TRIES; i++) {
		if (fstatat(place->dir_fd, place->temp, &going_in,
			    AT_SYMLINK_NOFOLLOW) < 0)
			return error_errno(err,
					   "cannot look at '%s' beside '%s'",
					   place->temp, place->path);
		if (exchange_names(place->dir_fd, place->caps, place->temp,
				   place->name) < 0) {
			if (errno == EINVAL)
				return rename_back(place, ours, err);
			if (errno != ENOENT)
				break;
			/* Somebody removed what was at the place. */
			if (!exchange_publish(place->dir_fd, place->caps,
					      place->temp, place->name))
				return changed(place, err);
			continue;
		}
		if (is_untouched(place, place->temp, ours)) {
			if (drop_temp(place, err) < 0)
				return err->code;
			if (hold_is_alone(ours))
				return changed(place, err);
			if (rescue(place, ours, err) < 0)
				return err->code;
		} else if (fstatat(place->dir_fd, place->temp, &came_out,
				   AT_SYMLINK_NOFOLLOW) < 0) {
			return changed(place, err);
		} else if (came_out.st_ino == put_last.st_ino &&
			   came_out.st_dev == put_last.st_dev) {
			return kept_both(place, err);
		}
		put_last = going_in;
	}
	return kept_both(place, err);
}

/* What was expected is at `temp`, or gone from the place: it goes for good,
 * unless somebody has come to write to it. 1: it has to go back. */
static int discard(const struct place *place, struct hold *old,
		   struct error *err)
{
	if (!hold_is_at(old, place->dir_fd, place->temp) || !hold_is_alone(old))
		return 1;
	if (drop_temp(place, err) < 0)
		return err->code;
	if (hold_is_alone(old))
		return 0;
	return rescue(place, old, err) < 0 ? err->code : 1;
}

/* Without an exchange: what is held may be renamed over for as long as nobody
 * has changed it; the name is looked at last. */
static int rename_over(const struct place *place, struct hold *old,
		       struct hold *ours, struct error *err)
{
	if (!hold_is_at(old, place->dir_fd, place->name))
		return withdraw(place, changed(place, err));
	if (renameat(place->dir_fd, place->temp, place->dir_fd, place->name) <
	    0)
		return withdraw(place, error_errno(err, "cannot replace '%s'",
						   place->path));
	if (hold_is_alone(old))
		return 0;
	if (rescue(place, old, err) < 0)
		return err->code;
	return put_back(place, ours, err);
}

static int replace(const struct place *place, struct hold *old,
		   struct hold *ours, struct error *err)
{
	int rc;

	if (!hold_is_alone(old))
		return withdraw(place, changed(place, err));
	if (exchange_names(place->dir_fd, place->caps, place->temp,
			   place->name) < 0) {
		if (errno == EINVAL)
			return rename_over(place, old, ours, err);
		if (errno == ENOENT)
			return withdraw(place, changed(place, err));
		return withdraw(place, error_errno(err, "cannot replace '%s'",
						   place->path));
	}
	rc = discard(place, old, err);
	return rc == 1 ? put_back(place, ours, err) : rc;
}

/* Take hold of what is at the place, and compare. */
static int take_expected(const struct place *place,
			 const struct writer_expect *expect, struct hold *hold,
			 struct error *err)
{
	int rc = hold_take(hold, place->dir_fd, place->name, place->caps->lease,
			   place->path, err);

	if (rc < 0)
		return rc;
	rc = hold_matches(hold, expect, place->path, err);
	if (rc < 0)
		return rc;
	return rc ? 0 : changed(place, err);
}

int place_over(const struct place *place, const struct writer_expect *expect,
	       struct error *err)
{
	struct hold old = HOLD_INIT, ours = HOLD_INIT;
	int rc;

	rc = take_expected(place, expect, &old, err);
	if (rc == ERR_NOT_FOUND)
		rc = changed(place, err);
	if (!rc)
		rc = hold_take(&ours, place->dir_fd, place->temp,
			       place->caps->lease, place->path, err);
	if (rc < 0)
		rc = withdraw(place, rc);
	else
		rc = replace(place, &old, &ours, err);
	hold_release(&ours);
	hold_release(&old);
	return rc;
}

int place_remove(const struct place *place, const struct writer_expect *expect,
		 struct error *err)
{
	struct hold old = HOLD_INIT;
	int rc;

	rc = take_expected(place, expect, &old, err);
	if (rc < 0)
		goto done;
	if (!hold_is_alone(&old)) {
		rc = changed(place, err);
		goto done;
	}
	if (exchange_take_away(place->dir_fd, place->caps, place->name,
			       place->temp) < 0) {
		rc = errno == ENOENT ? changed(place, err)
				     : error_errno(err, "cannot remove '%s'",
						   place->path);
		goto done;
	}
	rc = discard(place, &old, err);
	if (rc == 1)
		rc = exchange_publish(place->dir_fd, place->caps, place->temp,
				      place->name) < 0
			     ? kept_both(place, err)
			     : changed(place, err);
done:
	hold_release(&old);
	return rc;
}
