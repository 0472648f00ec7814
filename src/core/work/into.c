#include "core/work/into.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/record/stored.h"
#include "core/restore/restore.h"
#include "git/process.h"
#include "git/repository.h"
#include "git/tree.h"

#define MAX_ENTRIES UINT64_C(50000000)

/* `dir` as the user sees it from where he stands. */
static char *absolute(const struct repository *repo, const char *dir)
{
	if (*dir == '/')
		return xstrdup(dir);
	return xstrfmt("%s/%s%s", repo->worktree, repo->prefix, dir);
}

static int add_worktree(struct repository *repo, const struct oid *base,
			const char *dir, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	return git_ask(repo, NULL, err, "worktree", "add", "-q",
		       "--no-checkout", "--detach", dir, oid_hex(base, hex),
		       NULL);
}

static void remove_worktree(struct repository *repo, const char *dir)
{
	struct error ignored = ERROR_INIT;

	/* The error that is being returned is the one that matters. */
	git_ask(repo, NULL, &ignored, "worktree", "remove", "--force", dir,
		NULL);
	error_release(&ignored);
}

/* A repository is opened for the directory we are in. */
static int open_there(const char *dir, struct repository **out,
		      struct error *err)
{
	static const char *const own[] = {"GIT_DIR", "GIT_WORK_TREE",
					  "GIT_INDEX_FILE", "GIT_PREFIX",
					  "GIT_COMMON_DIR"};

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		unsetenv(own[i]);
	if (chdir(dir) < 0)
		return error_errno(err, "cannot enter '%s'", dir);
	return repository_open(out, err);
}

/* Nothing is there yet: every file of the checkpoint would be made. */
static int plan_file(void *context, const char *path,
		     const struct tree_entry *entry, struct error *err)
{
	struct plan *plan = context;

	(void)err;
	ARRAY_GROW(plan->items, plan->nr, plan->alloc);
	plan->items[plan->nr++] = (struct plan_item){
		.path = xstrdup(path),
		.action =
			entry->mode == MODE_GITLINK ? PLAN_MKDIR : PLAN_CREATE,
		.mode = entry->mode,
		.blob = entry->oid};
	return 0;
}

int restore_into(struct repository *repo, const struct restore_request *request,
		 const char *dir, struct restore_result *out, struct error *err)
{
	struct restore_request there = *request;
	struct repository *new_repo = NULL;
	char *path = absolute(repo, dir);
	struct stored stored;
	int ret;

	ret = stored_open(repo, &request->target, &stored, err);
	if (!ret && oid_is_zero(&stored.base))
		ret = error_set(err, ERR_REFUSED,
				"the checkpoint has no commit to make a "
				"worktree of");
	if (!ret && request->dry_run) {
		checkpoint_copy(&out->target, &stored.name);
		ret = tree_walk(repo, &stored.tree, MAX_ENTRIES, plan_file,
				&out->plan, err);
	} else if (!ret) {
		ret = add_worktree(repo, &stored.base, path, err);
		if (!ret)
			ret = open_there(path, &new_repo, err);
		there.mode = RESTORE_NEW_WORKTREE;
		if (!ret)
			ret = restore_run(new_repo, &there, out, err);
		if (ret < 0)
			remove_worktree(repo, path);
	}
	repository_free(new_repo);
	stored_release(&stored);
	free(path);
	return ret;
}
