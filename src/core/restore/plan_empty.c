#include "core/restore/planning.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "git/tree.h"

static bool is_filled(const struct plan *plan, const char *dir)
{
	for (size_t i = 0; i < plan->nr; i++)
		if (plan->items[i].action == PLAN_CREATE &&
		    path_is_below(plan->items[i].path, dir))
			return true;
	return false;
}

/* An empty directory that is to be filled, or to be a submodule's, stays:
 * somebody may stand in it. */
static int plan_empty_dir(struct planning *planning,
			  const struct worktree_mode *dir, struct error *err)
{
	struct oid oid;
	uint32_t mode = planning_entry(planning, dir->path, &oid, err);
	bool stays =
		mode == MODE_GITLINK ||
		(mode == MODE_TREE && is_filled(planning->plan, dir->path));
	unsigned wanted;
	char *slashed;

	if (err->code)
		return err->code;
	if (!stays) {
		planning_add(planning, dir->path, PLAN_RMDIR);
		return 0;
	}
	slashed = xstrfmt("%s/", dir->path);
	wanted = target_permissions(planning->target, slashed, false);
	if (wanted != dir->mode)
		planning_add(planning, slashed, PLAN_CHMOD)->permissions =
			(int)wanted;
	free(slashed);
	return 0;
}

int planning_empty_dirs(struct planning *planning, struct error *err)
{
	const unsigned mask = planning->target->foreign ? 0777 : 07777;
	const struct worktree_modes *now =
		&planning->now->worktree_extra.empty_dirs;
	const struct worktree_modes *then =
		&planning->target->worktree_extra.empty_dirs;

	for (size_t i = 0; i < now->nr; i++) {
		const char *path = now->items[i].path;

		if (!worktree_modes_find(then, path) &&
		    !omitted_find(&planning->target->omitted, path) &&
		    pathspec_matches(planning->pathspecs, path) &&
		    plan_empty_dir(planning, &now->items[i], err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < then->nr; i++) {
		const struct worktree_mode *dir = &then->items[i];
		const struct worktree_mode *known =
			worktree_modes_find(now, dir->path);

		if ((!known || known->mode != dir->mode) &&
		    path_is_safe(dir->path) &&
		    pathspec_matches(planning->pathspecs, dir->path) &&
		    planning_dir(planning, dir->path, (int)(dir->mode & mask),
				 err) < 0)
			return err->code;
	}
	return 0;
}
