#include "core/restore/restore_expose.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/protected.h"
#include "core/restore/plan.h"
#include "git/index.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/dir.h"
#include "worktree/ignore.h"

static bool changes_rules(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++)
		if (plan->items[i].action != PLAN_KEEP &&
		    !strcmp(path_basename(plan->items[i].path), ".gitignore"))
			return true;
	return false;
}

/* What is visible now, and was not saved: 1. */
static int is_exposed(struct ignore *ignore, const struct index *index,
		      int top_fd, const char *path, struct error *err)
{
	size_t len = strlen(path);
	bool is_dir = path[len - 1] == '/';
	char *plain = xstrndup(path, len - is_dir);
	struct stat st;
	int ret = 0;

	if (!dir_stat(top_fd, plain, &st) && !index_find(index, plain) &&
	    S_ISDIR(st.st_mode) == is_dir) {
		ret = ignore_path(ignore, top_fd, plain, is_dir, err);
		if (ret >= 0)
			ret = !ret;
	}
	free(plain);
	return ret;
}

static int collect(struct ignore *ignore, const struct index *index, int top_fd,
		   const struct snapshot *now, const struct target *target,
		   struct strlist *paths, struct strlist *exposed,
		   struct error *err)
{
	struct strlist kept = STRLIST_INIT;
	int got = 0;

	for (size_t i = 0; got >= 0 && i < paths->nr; i++) {
		got = is_exposed(ignore, index, top_fd, paths->items[i], err);
		if (got > 0)
			strlist_add(&kept, paths->items[i]);
	}
	for (size_t i = 0; got >= 0 && i < now->omitted.nr; i++) {
		const struct omitted_path *item = &now->omitted.items[i];
		struct error missing = ERROR_INIT;
		struct oid oid;
		uint32_t mode;

		if (item->reason != OMIT_IGNORED ||
		    strlist_has(&kept, item->path))
			continue;
		/* What the checkpoint itself has there is no stranger. */
		if (!tree_find(now->repo, &target->stored.tree, item->path,
			       &mode, &oid, &missing) &&
		    mode != MODE_TREE)
			continue;
		error_release(&missing);
		got = is_exposed(ignore, index, top_fd, item->path, err);
		if (got > 0) {
			strlist_add(&kept, item->path);
			strlist_add(exposed, item->path);
		}
	}
	strlist_release(paths);
	*paths = kept;
	return got < 0 ? got : 0;
}

int restore_expose(struct repository *repo, const struct snapshot *now,
		   const struct plan *plan, const struct target *target,
		   struct strlist *exposed, struct error *err)
{
	struct strlist paths = STRLIST_INIT;
	struct ignore *ignore = NULL;
	struct index *index = NULL;
	int top_fd = -1, ret;

	ret = protected_read(repo, &paths, err);
	if (ret < 0 || (!paths.nr && !changes_rules(plan)))
		goto done;
	top_fd = open(repo->worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top_fd < 0) {
		ret = error_errno(err, "cannot open '%s'", repo->worktree);
		goto done;
	}
	ret = index_read(&index, repo, repo->index_file, err);
	if (!ret)
		ret = ignore_open(&ignore, repo, index, err);
	if (!ret)
		ret = collect(ignore, index, top_fd, now, target, &paths,
			      exposed, err);
	if (!ret)
		ret = protected_write(repo, &paths, err);
done:
	ignore_free(ignore);
	index_free(index);
	if (top_fd >= 0)
		close(top_fd);
	strlist_release(&paths);
	return ret;
}
