#include "core/snapshot/workspace.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/protected.h"
#include "core/snapshot/snapshot.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/ref.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_diff.h"
#include "worktree/cache.h"
#include "worktree/dir.h"

#define ALTERNATES "GIT_ALTERNATE_OBJECT_DIRECTORIES"

/*
 * `ALTERNATES` with `dir` behind what the user has there. The colons that
 * separate directories may be in their names, too; git takes names in quotes.
 */
static char *alternates_with(const char *dir)
{
	const char *others = getenv(ALTERNATES);
	struct buf out = BUF_INIT;

	buf_addstr(&out, ALTERNATES "=");
	if (others && *others)
		buf_addf(&out, "%s:", others);
	buf_addch(&out, '"');
	for (; *dir; dir++) {
		if (*dir == '"' || *dir == '\\')
			buf_addch(&out, '\\');
		buf_addch(&out, *dir);
	}
	buf_addch(&out, '"');
	return buf_detach(&out);
}

/* The cache, if the checkpoint it was made for still holds its objects. */
static int read_cache(struct repository *repo, struct cache **out,
		      struct error *err)
{
	struct oid commit, now;
	char *holder = NULL;
	int ret;

	*out = cache_read(repo, &holder, &commit);
	if (!holder)
		return 0;
	ret = ref_read(repo, holder, &now, err);
	if (ret == ERR_NOT_FOUND || (!ret && !oid_equal(&now, &commit))) {
		cache_clear(*out);
		error_release(err);
		ret = 0;
	}
	free(holder);
	return ret;
}

/* -- what the rules leave out -------------------------------------------- */

struct left_out {
	int top_fd;
	struct buf paths; /* NUL behind each */
};

static int visit_change(void *context, const struct tree_change *change,
			struct error *err)
{
	struct left_out *left_out = context;
	struct stat st;

	(void)err;
	if (change->new_mode || change->old_mode == MODE_GITLINK ||
	    !path_is_safe(change->path) ||
	    dir_stat(left_out->top_fd, change->path, &st) < 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)))
		return 0;
	buf_add(&left_out->paths, change->path, strlen(change->path) + 1);
	return 0;
}

static int ask_beside(const struct workspace *workspace,
		      const struct repository *repo, const char *const *argv,
		      const struct buf *input, struct buf *out,
		      struct error *err)
{
	char *index =
		xstrfmt("GIT_INDEX_FILE=%s/index", workspace->scratch.dir);
	char *objects =
		xstrfmt("GIT_OBJECT_DIRECTORY=%s", workspace->objects_dir);
	char *alternates = alternates_with(repo->objects_dir);
	const char *const env[] = {index, objects, alternates, NULL};
	const struct git_command command = {
		.repo = repo,
		.argv = argv,
		.env = env,
		.input = input ? input->ptr : NULL,
		.input_len = input ? input->len : 0,
	};
	int ret = git_run(&command, out, NULL, err);

	free(index);
	free(objects);
	free(alternates);
	return ret;
}

/* Add paths to the tree as `git add --force` would, in an index of ours. */
static int add_paths(struct workspace *workspace, const struct repository *repo,
		     const struct buf *paths, struct error *err)
{
	char hex[OID_HEXSZ + 1];
	const char *const read_tree[] = {"read-tree",
					 oid_hex(&workspace->tree, hex), NULL};
	const char *const update_index[] = {
		"update-index", "--add",   "--remove", "--replace",
		"-z",		"--stdin", NULL};
	const char *const write_tree[] = {"write-tree", NULL};
	struct buf said = BUF_INIT;
	int ret;

	ret = ask_beside(workspace, repo, read_tree, NULL, NULL, err);
	if (!ret)
		ret = ask_beside(workspace, repo, update_index, paths, NULL,
				 err);
	if (!ret)
		ret = ask_beside(workspace, repo, write_tree, NULL, &said, err);
	buf_trim(&said);
	if (!ret &&
	    (said.len != OID_HEXSZ || !oid_parse(&workspace->tree, said.ptr)))
		ret = error_set(err, ERR_FAILED,
				"'git write-tree' did not name a tree");
	buf_release(&said);
	return ret;
}

static int add_left_out(struct workspace *workspace, struct repository *repo,
			const struct snapshot *snapshot,
			const struct oid *other, struct error *err)
{
	struct left_out left_out = {.paths = BUF_INIT};
	int ret;

	left_out.top_fd =
		open(repo->worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (left_out.top_fd < 0)
		return error_errno(err, "cannot open '%s'", repo->worktree);
	ret = tree_diff(repo, snapshot->trees, other, &snapshot->tree,
			UINT64_MAX, visit_change, &left_out, err);
	if (!ret && left_out.paths.len)
		ret = add_paths(workspace, repo, &left_out.paths, err);
	buf_release(&left_out.paths);
	close(left_out.top_fd);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

static int make_objects_dir(struct workspace *workspace,
			    struct repository *repo, struct error *err)
{
	char *dir;
	int ret = filter_scratch_open(&workspace->scratch, repo, err);

	if (ret < 0)
		return ret;
	workspace->objects_dir = path_join(workspace->scratch.dir, "objects");
	workspace->alternates = alternates_with(workspace->objects_dir);
	dir = path_join(workspace->objects_dir, "pack");
	ret = path_make_dirs(dir, 0777, err);
	free(dir);
	return ret;
}

int workspace_capture(struct workspace *out, struct repository *repo,
		      const struct oid *other, struct error *err)
{
	struct strlist protected_paths = STRLIST_INIT;
	const struct snapshot_options options = {
		.protected_paths = &protected_paths,
		.look_at_all = true,
		.keep_trees = other != NULL,
	};
	struct snapshot *snapshot = NULL;
	struct cache *cache = NULL;
	struct pack *pack = NULL;
	int ret;

	*out = (struct workspace){.scratch = FILTER_SCRATCH_INIT};
	if (make_objects_dir(out, repo, err) < 0)
		return err->code;
	ret = protected_read(repo, &protected_paths, err);
	if (!ret)
		ret = read_cache(repo, &cache, err);
	if (!ret)
		ret = pack_open_in(&pack, repo, out->objects_dir, err);
	if (!ret)
		ret = snapshot_take(&snapshot, repo, &options, pack, cache,
				    err);
	if (!ret) {
		out->tree = snapshot->tree;
		memcpy(out->digest, snapshot->digest, sizeof(out->digest));
	}
	if (!ret && other)
		ret = pack_finish(pack, err);
	if (!ret && other)
		ret = add_left_out(out, repo, snapshot, other, err);
	snapshot_free(snapshot);
	pack_free(pack);
	cache_free(cache);
	strlist_release(&protected_paths);
	return ret;
}

void workspace_release(struct workspace *workspace)
{
	filter_scratch_release(&workspace->scratch);
	free(workspace->objects_dir);
	free(workspace->alternates);
	*workspace = (struct workspace){.scratch = FILTER_SCRATCH_INIT};
}
