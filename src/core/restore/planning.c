#include "core/restore/planning.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_diff.h"
#include "worktree/dir.h"

/* -- items --------------------------------------------------------------- */

struct plan_item *planning_add(struct planning *planning, const char *path,
			       enum plan_action action)
{
	struct plan *plan = planning->plan;
	struct plan_item *item = plan_find(plan, path);

	if (item)
		return item;
	ARRAY_GROW(plan->items, plan->nr, plan->alloc);
	item = &plan->items[plan->nr++];
	*item = (struct plan_item){.path = xstrdup(path), .action = action};
	strmap_put(&plan->by_path, path, (void *)(uintptr_t)plan->nr);
	return item;
}

static void keep(struct planning *planning, const char *path,
		 enum omit_reason reason)
{
	planning_add(planning, path, PLAN_KEEP)->reason = reason;
}

void planning_put(struct planning *planning, const char *path,
		  enum plan_action action, uint32_t mode,
		  const struct oid *blob)
{
	struct plan_item *item = planning_add(planning, path, action);

	item->mode = mode;
	item->blob = *blob;
	item->permissions =
		mode == MODE_LINK && !planning_is_link_as_file(planning, path)
			? -1
			: (int)target_permissions(planning->target, path,
						  mode == MODE_EXEC);
}

/* -- trees --------------------------------------------------------------- */

static int plan_gitlink(struct planning *planning,
			const struct tree_change *change, struct error *err)
{
	char *dir = xstrfmt("%s/", change->path);
	const struct omitted_path *there =
		omitted_find(&planning->now->omitted, dir);

	free(dir);
	if (there && change->old_mode == MODE_GITLINK) {
		if (change->new_mode && change->new_mode != MODE_GITLINK)
			return planning_refuse(
				err, change->path,
				"is a nested repository, and a file in "
				"this checkpoint");
		keep(planning, change->path, OMIT_NESTED);
		return 0;
	}
	/* Without its repository here, a submodule is an empty directory. */
	if (!change->new_mode) {
		planning_add(planning, change->path, PLAN_RMDIR);
		return 0;
	}
	if (change->new_mode != MODE_GITLINK)
		return planning_file(planning, change->path, change->new_mode,
				     &change->new_oid, err);
	return planning_dir(planning, change->path, -1, err);
}

static int plan_deletion(struct planning *planning, const char *path)
{
	const struct omitted_path *left_out =
		omitted_find(&planning->target->omitted, path);
	struct snapshot_path found;

	if (plan_find(planning->plan, path))
		return 0;
	if (left_out) {
		keep(planning, path, left_out->reason);
		return 0;
	}
	snapshot_find(planning->now, path, &found);
	if (found.present)
		planning_add(planning, path, PLAN_DELETE);
	return 0;
}

int planning_file(struct planning *planning, const char *path, uint32_t mode,
		  const struct oid *blob, struct error *err)
{
	const char *name = path_basename(path);
	struct snapshot_path found;

	if (!path_is_safe(path) ||
	    (mode == MODE_LINK &&
	     path_component_is_dotgitmodules(name, strlen(name))))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: '%s' is no path for "
				 "a worktree",
				 path);
	if (!target_has_on_disk(planning->target, path))
		return plan_deletion(planning, path);
	if (planning_keep_unread(planning, path))
		return 0;
	if (planning_look_for_nested(planning, path, err) < 0)
		return err->code;
	snapshot_find(planning->now, path, &found);
	if (found.present) {
		planning_put(planning, path, PLAN_WRITE, mode, blob);
		return 0;
	}
	planning_put(planning, path, PLAN_CREATE, mode, blob);
	return planning_look_at_place(planning, path, err);
}

static int plan_change(void *context, const struct tree_change *change,
		       struct error *err)
{
	struct planning *planning = context;

	if (!pathspec_matches(planning->pathspecs, change->path))
		return 0;
	if (change->old_mode == MODE_GITLINK ||
	    change->new_mode == MODE_GITLINK)
		return plan_gitlink(planning, change, err);
	if (!change->new_mode)
		return plan_deletion(planning, change->path);
	return planning_file(planning, change->path, change->new_mode,
			     &change->new_oid, err);
}

/* -- ignored files that the checkpoint has ------------------------------- */

/*
 * They are in L alone. What is there now is not in the snapshot, for it is
 * ignored; so it counts as in the way until it is.
 */
static int plan_ignored(void *context, const char *path,
			const struct tree_entry *entry, struct error *err)
{
	struct planning *planning = context;
	const struct target *target = planning->target;
	struct snapshot_path found;
	struct plan_item *item;

	if (!pathspec_matches(planning->pathspecs, path))
		return 0;
	if (!path_is_safe(path) || entry->mode == MODE_GITLINK)
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: '%s' is no path for "
				 "a worktree",
				 path);
	if (planning_look_for_nested(planning, path, err) < 0)
		return err->code;
	snapshot_find(planning->now, path, &found);
	if (found.present && found.mode == entry->mode &&
	    oid_equal(&found.raw, &entry->oid)) {
		/* Nothing to do, and not to be deleted either. */
		planning_add(planning, path, PLAN_KEEP)->mode = entry->mode;
		return 0;
	}
	planning_put(planning, path, found.present ? PLAN_WRITE : PLAN_CREATE,
		     entry->mode, &entry->oid);
	item = plan_find(planning->plan, path);
	if (entry->mode != MODE_LINK)
		item->permissions = (int)worktree_extra_mode(
			&target->local_extra, path, entry->mode == MODE_EXEC);
	return found.present ? 0 : planning_look_at_place(planning, path, err);
}

/* -- what the trees do not say ------------------------------------------- */

uint32_t planning_entry(struct planning *planning, const char *path,
			struct oid *blob, struct error *err)
{
	uint32_t mode;

	if (tree_find(planning->now->repo, &planning->target->stored.tree, path,
		      &mode, blob, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return 0;
		error_release(err);
		return 0;
	}
	return mode;
}

/* The same blob, but other bytes on disk: by another conversion. */
static int plan_raw(struct planning *planning, const char *path,
		    struct error *err)
{
	const struct worktree_conversion *conversion =
		worktree_extra_conversion(&planning->target->worktree_extra,
					  path);
	struct snapshot_path found;
	struct oid blob;
	uint32_t mode;

	if (plan_find(planning->plan, path) ||
	    !pathspec_matches(planning->pathspecs, path))
		return 0;
	mode = planning_entry(planning, path, &blob, err);
	if (err->code || !mode || mode == MODE_GITLINK)
		return err->code;
	snapshot_find(planning->now, path, &found);
	if (found.present &&
	    oid_equal(&found.raw, conversion ? &conversion->raw : &blob))
		return 0;
	return planning_file(planning, path, mode, &blob, err);
}

static int plan_conversions(struct planning *planning,
			    const struct worktree_extra *extra,
			    struct error *err)
{
	for (size_t i = 0; i < extra->nr_conversions; i++)
		if (plan_raw(planning, extra->conversions[i].path, err) < 0)
			return err->code;
	return 0;
}

/* Files that a sparse checkout has on disk on one side only. */
static int plan_sparse(struct planning *planning,
		       const struct index_extra *extra, struct error *err)
{
	for (size_t i = 0; i < extra->nr_flags; i++) {
		const char *path = extra->flags[i].path;
		struct snapshot_path found;
		struct oid blob;
		uint32_t mode;

		if (!(extra->flags[i].flags & INDEX_SKIP_WORKTREE) ||
		    plan_find(planning->plan, path) ||
		    !pathspec_matches(planning->pathspecs, path))
			continue;
		snapshot_find(planning->now, path, &found);
		if (found.present == target_has_on_disk(planning->target, path))
			continue;
		mode = planning_entry(planning, path, &blob, err);
		if (!err->code && mode && mode != MODE_GITLINK)
			planning_file(planning, path, mode, &blob, err);
		if (err->code)
			return err->code;
	}
	return 0;
}

/* -- the whole ----------------------------------------------------------- */

static int compare_items(const void *a, const void *b)
{
	return strcmp(((const struct plan_item *)a)->path,
		      ((const struct plan_item *)b)->path);
}

/* Ignored files that are as the checkpoint has them are no news. */
static void drop_kept_ignored(struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->nr; i++) {
		if (plan->items[i].action == PLAN_KEEP && plan->items[i].mode)
			free(plan->items[i].path);
		else
			plan->items[kept++] = plan->items[i];
	}
	plan->nr = kept;
}

/* Trees give their files in order; only what else there is comes after. */
static bool is_sorted(const struct plan *plan)
{
	for (size_t i = 1; i < plan->nr; i++)
		if (compare_items(&plan->items[i - 1], &plan->items[i]) > 0)
			return false;
	return true;
}

static void sort_items(struct plan *plan)
{
	if (!is_sorted(plan))
		qsort(plan->items, plan->nr, sizeof(*plan->items),
		      compare_items);
	strmap_release(&plan->by_path, NULL);
	strlist_sort(&plan->uncovered);
	strlist_unique(&plan->uncovered);
}

/* Whether there is something at a path, or in the target's index. */
static bool is_known(struct snapshot *now, const struct target *target,
		     const char *path)
{
	struct error ignored = ERROR_INIT;
	struct snapshot_path found;
	struct stat st;
	struct oid oid;
	uint32_t mode;
	bool known;

	snapshot_find(now, path, &found);
	known = found.present || !dir_stat(now->scan->top_fd, path, &st) ||
		!tree_find(now->repo, &target->stored.tree, path, &mode, &oid,
			   &ignored) ||
		!tree_find(now->repo, &target->stored.index_tree, path, &mode,
			   &oid, &ignored);
	error_release(&ignored);
	return known;
}

int plan_expect(struct snapshot *now, const struct target *target,
		const struct strlist *pathspecs, struct error *err)
{
	for (size_t i = 0; i < pathspecs->nr; i++) {
		const char *spec = pathspecs->items[i];

		if (*spec && !strpbrk(spec, "*?[") &&
		    !is_known(now, target, spec))
			return error_set(err, ERR_FAILED,
					 "path '%s' is neither here nor in the "
					 "checkpoint",
					 spec);
	}
	return 0;
}

int plan_make(struct plan *out, struct snapshot *now,
	      const struct target *target, const struct strlist *pathspecs,
	      struct error *err)
{
	struct planning planning = {.plan = out,
				    .now = now,
				    .target = target,
				    .pathspecs = pathspecs,
				    .dirs = STRMAP_INIT};

	*out = (struct plan)PLAN_INIT;
	if (!oid_is_zero(&target->ignored_tree))
		tree_walk(now->repo, &target->ignored_tree,
			  PLANNING_MAX_ENTRIES, plan_ignored, &planning, err);
	if (err->code || planning_absent(&planning, err) < 0 ||
	    tree_diff(now->repo, now->trees, &now->tree, &target->stored.tree,
		      PLANNING_MAX_ENTRIES, plan_change, &planning, err) < 0 ||
	    plan_sparse(&planning, &now->index_extra, err) < 0 ||
	    plan_sparse(&planning, &target->index_extra, err) < 0 ||
	    planning_unread(&planning, err) < 0 ||
	    plan_conversions(&planning, &now->worktree_extra, err) < 0 ||
	    plan_conversions(&planning, &target->worktree_extra, err) < 0 ||
	    planning_modes(&planning, err) < 0 ||
	    planning_empty_dirs(&planning, err) < 0) {
		goto done;
	}
	planning_new_dirs(&planning);
	if (planning_open_dirs(&planning, err) < 0)
		goto done;
	drop_kept_ignored(out);
	sort_items(out);
done:
	strmap_release(&planning.dirs, NULL);
	free(planning.missing);
	return err->code;
}
