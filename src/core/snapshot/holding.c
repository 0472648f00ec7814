#include "core/snapshot/holding.h"

#include "base/alloc.h"
#include "core/record/pathspec.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/tree.h"

struct searching {
	struct repository *repo;
	const struct strlist *pathspecs;
	struct oid_set *blobs;
	struct oid_set searched; /* trees without a match */
	bool found;
	bool unread; /* a part could not be read */
};

static void take(struct searching *searching, const struct oid *blob)
{
	searching->found = true;
	oid_set_add(searching->blobs, blob);
}

static int take_entry(void *context, const char *path,
		      const struct tree_entry *entry, struct error *err)
{
	(void)path;
	(void)err;
	if (entry->mode != MODE_GITLINK)
		take(context, &entry->oid);
	return 0;
}

static int look_at_entry(void *context, const char *path,
			 const struct tree_entry *entry, struct error *err)
{
	struct searching *searching = context;

	if (pathspec_matches(searching->pathspecs, path))
		return take_entry(context, path, entry, err);
	return 0;
}

/* That something is missing, or is no tree, is noted; other failures end it. */
static int tolerate(struct searching *searching, int ret, struct error *err)
{
	if (ret != ERR_NOT_FOUND && ret != ERR_INVALID)
		return ret;
	error_release(err);
	searching->unread = true;
	return 0;
}

/*
 * Find `path` below a tree. 1: there; 0: not. A tree that is missing on the way
 * is ERR_NOT_FOUND, which tree_find() alone does not tell from a missing path.
 */
static int find(struct repository *repo, const struct oid *tree,
		const char *path, uint32_t *mode, struct oid *out,
		struct error *err)
{
	struct oid at = *tree;

	*mode = MODE_TREE;
	for (;;) {
		size_t len = strcspn(path, "/");
		char *name = xstrndup(path, len);
		int ret = tree_find(repo, &at, name, mode, out, err);

		free(name);
		if (ret == ERR_NOT_FOUND && object_exists(repo, &at)) {
			error_release(err);
			return 0;
		}
		if (ret < 0 || !path[len])
			return ret < 0 ? ret : 1;
		if (*mode != MODE_TREE)
			return 0;
		at = *out;
		path += len + 1;
	}
}

/* All of a tree, for what is a pattern; or one file of it, or one directory. */
static int search_for(struct searching *searching, const struct oid *tree,
		      const char *pathspec, struct error *err)
{
	uint32_t mode = MODE_TREE;
	struct oid oid = *tree;
	int ret;

	if (strpbrk(pathspec, "*?["))
		return tree_walk(searching->repo, tree, UINT64_MAX,
				 look_at_entry, searching, err);
	if (*pathspec) {
		ret = find(searching->repo, tree, pathspec, &mode, &oid, err);
		if (ret <= 0)
			return ret;
	}
	if (mode == MODE_TREE)
		return tree_walk(searching->repo, &oid, UINT64_MAX, take_entry,
				 searching, err);
	if (mode != MODE_GITLINK)
		take(searching, &oid);
	return 0;
}

static int search_tree(struct searching *searching, const struct oid *tree,
		       struct error *err)
{
	bool found = searching->found;
	int ret = 0;

	if (oid_set_has(&searching->searched, tree))
		return 0;
	searching->found = false;
	for (size_t i = 0; !ret && i < searching->pathspecs->nr; i++)
		ret = search_for(searching, tree,
				 searching->pathspecs->items[i], err);
	if (!ret && !searching->found)
		oid_set_add(&searching->searched, tree);
	searching->found |= found;
	return tolerate(searching, ret, err);
}

/* The tree at `path` below the tree of a commit, if there is one. */
static int search_below(struct searching *searching, const struct oid *tree,
			const char *path, struct error *err)
{
	uint32_t mode;
	struct oid below;
	int ret = find(searching->repo, tree, path, &mode, &below, err);

	if (ret < 0)
		return tolerate(searching, ret, err);
	if (!ret || mode != MODE_TREE)
		return 0;
	return search_tree(searching, &below, err);
}

static int search_state(struct searching *searching, const struct oid *tree,
			struct error *err)
{
	static const char *const parts[] = {"stages/1", "stages/2", "stages/3",
					    "raw", "attachments"};
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(parts); i++)
		ret = search_below(searching, tree, parts[i], err);
	return ret;
}

/* C, I and S: each commit's last parent is the next. */
static int search_commits(struct searching *searching, struct oid oid,
			  struct error *err)
{
	int ret = 0;

	for (int depth = 0; !ret && depth < 3; depth++) {
		struct commit commit;

		ret = commit_read(searching->repo, &oid, &commit, err);
		if (ret < 0)
			return tolerate(searching, ret, err);
		ret = depth < 2 ? search_tree(searching, &commit.tree, err)
				: search_state(searching, &commit.tree, err);
		if (commit.nr_parents) {
			oid = commit.parents[commit.nr_parents - 1];
		} else if (depth < 2) {
			searching->unread = true;
			depth = 2;
		}
		commit_release(&commit);
	}
	return ret;
}

static int search_local(struct searching *searching,
			const struct checkpoint *checkpoint, struct error *err)
{
	char *name = checkpoint_ref(CHECKPOINT_LOCAL_REFS, checkpoint->session,
				    checkpoint->id);
	struct commit commit;
	struct oid oid;
	int ret = ref_read(searching->repo, name, &oid, err);

	free(name);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (!ret)
		ret = commit_read(searching->repo, &oid, &commit, err);
	if (ret < 0)
		return tolerate(searching, ret, err);
	ret = search_below(searching, &commit.tree, "ignored", err);
	commit_release(&commit);
	return ret;
}

int holding_checkpoints(struct repository *repo,
			const struct checkpoint_list *list,
			const struct strlist *pathspecs,
			struct checkpoint_list *out, struct oid_set *blobs,
			struct strlist *unread, struct error *err)
{
	struct searching searching = {
		.repo = repo, .pathspecs = pathspecs, .blobs = blobs};
	int ret = 0;

	for (size_t i = 0; !ret && i < list->nr; i++) {
		const struct checkpoint *checkpoint = &list->items[i];

		searching.found = searching.unread = false;
		ret = search_commits(&searching, checkpoint->commit, err);
		if (!ret && !checkpoint->remote)
			ret = search_local(&searching, checkpoint, err);
		if (searching.found)
			checkpoint_list_add(out, checkpoint);
		if (searching.unread)
			strlist_add(unread, checkpoint->ref);
	}
	oid_set_release(&searching.searched);
	return ret;
}
