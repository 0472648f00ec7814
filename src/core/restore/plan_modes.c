/*
 * The part of a plan that is about permissions, and about what a link is on
 * disk.
 */
#include "core/restore/planning.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "git/tree.h"
#include "worktree/dir.h"

bool planning_is_link_as_file(const struct planning *planning, const char *path)
{
	const struct target *target = planning->target;

	return !planning->now->scan->rules.has_symlinks &&
	       worktree_modes_find(&target->worktree_extra.modes, path);
}

static void plan_mode(struct planning *planning, const char *path,
		      uint32_t mode)
{
	const struct worktree_extra *now = &planning->now->worktree_extra;
	size_t len = strlen(path);
	bool is_dir = path[len - 1] == '/';
	unsigned wanted =
		target_permissions(planning->target, path, mode == MODE_EXEC);
	struct plan_item *item;

	if (plan_find(planning->plan, path) ||
	    !pathspec_matches(planning->pathspecs, path) ||
	    planning_was_unread(planning, path))
		return;
	if (wanted == worktree_extra_mode(now, path, mode == MODE_EXEC))
		return;
	if (!is_dir) {
		struct snapshot_path found;

		snapshot_find(planning->now, path, &found);
		if (!found.present || found.mode == MODE_LINK)
			return;
	}
	item = planning_add(planning, path, PLAN_CHMOD);
	item->permissions = (int)wanted;
	item->mode = mode;
}

/* The directories above `path`, the nearest first, up to one that is known. */
static void plan_dir_modes(struct planning *planning, const char *path)
{
	char *dir = xstrdup(path);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		slash[1] = '\0';
		if (strmap_put(&planning->dirs, dir, planning))
			break;
		plan_mode(planning, dir, 0);
		*slash = '\0';
	}
	free(dir);
}

static int plan_mode_of_entry(void *context, const char *path,
			      const struct tree_entry *entry, struct error *err)
{
	(void)err;
	plan_dir_modes(context, path);
	if (entry->mode == MODE_FILE || entry->mode == MODE_EXEC)
		plan_mode(context, path, entry->mode);
	return 0;
}

void planning_new_dirs(struct planning *planning)
{
	const int top_fd = planning->now->scan->top_fd;
	const mode_t mask = umask(077);
	size_t nr = planning->plan->nr;
	struct strmap seen = STRMAP_INIT;

	umask(mask);
	for (size_t i = 0; i < nr; i++) {
		char *dir = xstrdup(planning->plan->items[i].path);
		bool makes = planning->plan->items[i].action == PLAN_CREATE;
		char *slash;

		while (makes && (slash = strrchr(dir, '/'))) {
			unsigned wanted;
			struct stat st;

			*slash = '\0';
			if (strmap_put(&seen, dir, planning) ||
			    (!dir_stat(top_fd, dir, &st) &&
			     S_ISDIR(st.st_mode)))
				break;
			slash[0] = '/';
			slash[1] = '\0';
			wanted = target_permissions(planning->target, dir,
						    false);
			if (wanted != (0777 & ~mask))
				planning_add(planning, dir, PLAN_CHMOD)
					->permissions = (int)wanted;
			slash[0] = '\0';
		}
		free(dir);
	}
	strmap_release(&seen, NULL);
}

/* A link whose content is the same may be a plain file on one side. */
static void plan_link(struct planning *planning, const char *path,
		      const struct oid *blob)
{
	struct snapshot_path found;

	snapshot_find(planning->now, path, &found);
	if (found.present && found.mode == MODE_LINK &&
	    pathspec_matches(planning->pathspecs, path) &&
	    !plan_find(planning->plan, path) &&
	    !planning_was_unread(planning, path) &&
	    planning_is_link_as_file(planning, path) !=
		    !!worktree_modes_find(&planning->now->worktree_extra.modes,
					  path))
		planning_put(planning, path, PLAN_WRITE, MODE_LINK, blob);
}

static int plan_listed_mode(struct planning *planning, const char *path,
			    struct error *err)
{
	const struct worktree_modes *then =
		&planning->target->worktree_extra.modes;
	size_t len = strlen(path);
	char *name = xstrndup(path, len - (path[len - 1] == '/'));
	struct oid oid;
	uint32_t mode = 0;

	if (path_is_safe(name))
		mode = planning_entry(planning, name, &oid, err);
	if (mode == MODE_LINK)
		plan_link(planning, path, &oid);
	/* A directory that the target does not know keeps what it has. */
	if (path[len - 1] == '/'
		    ? mode == MODE_TREE || worktree_modes_find(then, path)
		    : mode == MODE_FILE || mode == MODE_EXEC)
		plan_mode(planning, path, mode);
	free(name);
	return err->code;
}

static int plan_listed_modes(struct planning *planning,
			     const struct worktree_modes *modes,
			     struct error *err)
{
	for (size_t i = 0; i < modes->nr; i++)
		if (plan_listed_mode(planning, modes->items[i].path, err) < 0)
			return err->code;
	return 0;
}

/* Permissions of what stays otherwise as it is. */
int planning_modes(struct planning *planning, struct error *err)
{
	const struct worktree_extra *now = &planning->now->worktree_extra;
	const struct worktree_extra *then = &planning->target->worktree_extra;

	if (now->file_mode != then->file_mode ||
	    now->exec_mode != then->exec_mode ||
	    now->dir_mode != then->dir_mode) {
		if (tree_walk(planning->now->repo,
			      &planning->target->stored.tree,
			      PLANNING_MAX_ENTRIES, plan_mode_of_entry,
			      planning, err) < 0)
			return err->code;
	}
	if (plan_listed_modes(planning, &now->modes, err) < 0)
		return err->code;
	return plan_listed_modes(planning, &then->modes, err);
}
