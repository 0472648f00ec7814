#include "core/restore/planning.h"

#include "base/alloc.h"
#include "core/record/pathspec.h"
#include "git/tree.h"
#include "worktree/dir.h"

static bool is_unread(const struct omitted_path *left_out)
{
	return left_out->reason == OMIT_UNREADABLE ||
	       left_out->reason == OMIT_CHANGED;
}

static const struct omitted_path *find_unread(const struct omitted *omitted,
					      const char *path)
{
	const struct omitted_path *found = omitted_find(omitted, path);

	return found && is_unread(found) ? found : NULL;
}

bool planning_was_unread(const struct planning *planning, const char *path)
{
	return find_unread(&planning->target->omitted, path);
}

bool planning_keep_unread(struct planning *planning, const char *path)
{
	const struct omitted_path *found =
		find_unread(&planning->target->omitted, path);
	struct stat st;

	if (!found || dir_stat(planning->now->scan->top_fd, path, &st) < 0)
		return false;
	planning_add(planning, path, PLAN_KEEP)->reason = found->reason;
	return true;
}

/* A directory that is closed to us holds nobody knows what. */
static int refuse_dir(struct planning *planning, const char *path,
		      struct error *err)
{
	char *dir = xstrndup(path, strlen(path) - 1);
	struct oid oid;

	if (planning_entry(planning, dir, &oid, err))
		planning_refuse(err, dir, "is a directory that cannot be read");
	free(dir);
	return err->code;
}

int planning_unread(struct planning *planning, struct error *err)
{
	const struct omitted *omitted = &planning->now->omitted;

	for (size_t i = 0; i < omitted->nr; i++) {
		const char *path = omitted->items[i].path;
		struct oid blob;
		uint32_t mode;

		if (!is_unread(&omitted->items[i]) ||
		    planning_was_unread(planning, path) ||
		    plan_find(planning->plan, path) ||
		    !pathspec_matches(planning->pathspecs, path))
			continue;
		if (path[strlen(path) - 1] == '/') {
			if (refuse_dir(planning, path, err) < 0)
				return err->code;
			continue;
		}
		mode = planning_entry(planning, path, &blob, err);
		if (!err->code && mode && mode != MODE_TREE &&
		    mode != MODE_GITLINK)
			planning_file(planning, path, mode, &blob, err);
		if (err->code)
			return err->code;
	}
	return 0;
}
