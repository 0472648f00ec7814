#include "core/restore/planning.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "git/repository.h"
#include "worktree/dir.h"

int planning_refuse(struct error *err, const char *path, const char *why)
{
	struct buf quoted = BUF_INIT;

	path_quote(&quoted, path);
	error_set(err, ERR_REFUSED, "'%s' %s", quoted.ptr, why);
	buf_release(&quoted);
	return error_hint(err, "move it away, restore other paths with "
			       "'-- <path>', or restore into a new worktree "
			       "with '--into=<dir>'");
}

/* -- what is in the way -------------------------------------------------- */

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && path[len] == '/';
}

/* Whether something that is not saved, or the repository, is below a
 * directory. */
static bool has_omitted_below(const struct snapshot *now, const char *dir)
{
	const struct strlist *own = &now->scan->own_dirs;

	for (size_t i = 0; i < now->omitted.nr; i++)
		if (is_below(now->omitted.items[i].path, dir))
			return true;
	for (size_t i = 0; i < own->nr; i++)
		if (is_below(own->items[i], dir))
			return true;
	return false;
}

/* A file or link at `path` that the target has no place for. */
static int clear_away(struct planning *planning, const char *path,
		      const struct stat *st, bool is_target, struct error *err)
{
	struct snapshot_path found;

	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return planning_refuse(err, path,
				       "is in the way, and is no file");
	snapshot_find(planning->now, path, &found);
	if (!found.present)
		strlist_add(&planning->plan->uncovered, path);
	if (!is_target && pathspec_matches(planning->pathspecs, path))
		planning_add(planning, path, PLAN_DELETE);
	else if (!is_target)
		return planning_refuse(err, path, "is in the way");
	return 0;
}

/* A component of `path` that is there and is no directory. */
static int look_above(struct planning *planning, const char *path,
		      struct error *err)
{
	struct buf prefix = BUF_INIT;
	struct stat st;
	int ret = 0;

	for (const char *slash = strchr(path, '/'); !ret && slash;
	     slash = strchr(slash + 1, '/')) {
		buf_reset(&prefix);
		buf_add(&prefix, path, (size_t)(slash - path));
		if (dir_stat(planning->now->scan->top_fd, prefix.ptr, &st) < 0)
			break;
		if (!S_ISDIR(st.st_mode)) {
			ret = clear_away(planning, prefix.ptr, &st, false, err);
			break;
		}
	}
	buf_release(&prefix);
	return ret;
}

/* dir_stat(), asked once for all that would be in a directory that is not
 * there: whole trees of them are what a restore mostly makes. */
static int stat_place(struct planning *planning, const char *path,
		      struct stat *out)
{
	const char *name;
	int dir, ret, saved;

	if (planning->missing &&
	    !strncmp(path, planning->missing, strlen(planning->missing))) {
		errno = ENOENT;
		return -1;
	}
	dir = dir_open_parent(planning->now->scan->top_fd, path, &name);
	if (dir < 0) {
		saved = errno;
		if (errno == ENOENT && name > path) {
			free(planning->missing);
			planning->missing =
				xstrndup(path, (size_t)(name - path));
		}
		errno = saved;
		return -1;
	}
	ret = fstatat(dir, name, out, AT_SYMLINK_NOFOLLOW);
	saved = errno;
	close(dir);
	errno = saved;
	return ret;
}

int planning_look_at_place(struct planning *planning, const char *path,
			   struct error *err)
{
	struct stat st;

	if (!stat_place(planning, path, &st)) {
		if (!S_ISDIR(st.st_mode))
			return clear_away(planning, path, &st, true, err);
		if (has_omitted_below(planning->now, path))
			return planning_refuse(
				err, path,
				"is a directory with files that no "
				"checkpoint holds, and a file in this "
				"one");
		return 0;
	}
	if (errno == ENOTDIR || errno == ELOOP)
		return look_above(planning, path, err);
	if (errno == ENOENT)
		return 0;
	return error_errno(err, "cannot look at '%s'", path);
}

int planning_absent(struct planning *planning, struct error *err)
{
	const struct strlist *absent = planning->target->absent;
	int ret = 0;

	for (size_t i = 0; !ret && absent && i < absent->nr; i++) {
		const char *path = absent->items[i];
		struct stat st;

		if (!path_is_safe(path) ||
		    !pathspec_matches(planning->pathspecs, path) ||
		    dir_stat(planning->now->scan->top_fd, path, &st) < 0 ||
		    S_ISDIR(st.st_mode))
			continue;
		ret = planning_look_for_nested(planning, path, err);
		if (!ret)
			ret = clear_away(planning, path, &st, false, err);
	}
	return ret;
}

int planning_dir(struct planning *planning, const char *path, int permissions,
		 struct error *err)
{
	const struct worktree_modes *empty =
		&planning->now->worktree_extra.empty_dirs;
	char *below = xstrfmt("%s/", path);
	struct stat st;

	if (planning_look_for_nested(planning, path, err) < 0)
		goto done;
	if (dir_stat(planning->now->scan->top_fd, path, &st) < 0) {
		if (errno == ENOTDIR || errno == ELOOP)
			look_above(planning, path, err);
		else if (errno != ENOENT)
			error_errno(err, "cannot look at '%s'", path);
	} else if (!S_ISDIR(st.st_mode)) {
		clear_away(planning, path, &st, false, err);
	} else if (permissions >= 0 &&
		   (st.st_mode & 07777) != (mode_t)permissions) {
		planning_add(planning, below, PLAN_CHMOD)->permissions =
			permissions;
	}
	/* It may be there, and go with the last file that goes from it. */
	if (!err->code && !worktree_modes_find(empty, path) &&
	    !has_omitted_below(planning->now, path))
		planning_add(planning,
			     plan_find(planning->plan, path) ? below : path,
			     PLAN_MKDIR)
			->permissions = permissions;
done:
	free(below);
	return err->code;
}

int planning_look_for_nested(struct planning *planning, const char *path,
			     struct error *err)
{
	const struct omitted_path *above =
		omitted_find(&planning->now->omitted, path);

	if (above &&
	    (above->reason == OMIT_NESTED || above->reason == OMIT_SUBMODULE))
		return planning_refuse(err, path,
				       "is inside a nested repository");
	if (repository_owns(planning->now->repo, path, strlen(path)))
		return planning_refuse(err, path,
				       "is inside the repository itself");
	return 0;
}
