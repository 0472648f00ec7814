#include "core/snapshot/snapshot.h"

#include "base/alloc.h"
#include "core/snapshot/snapshot_census.h"
#include "core/snapshot/snapshot_content.h"
#include "core/snapshot/snapshot_extra.h"
#include "core/snapshot/snapshot_seal.h"
#include "core/snapshot/snapshot_settle.h"
#include "core/snapshot/snapshot_steps.h"
#include "core/snapshot/snapshot_stock.h"
#include "core/snapshot/snapshot_terms.h"
#include "core/snapshot/snapshot_tree.h"
#include "core/snapshot/snapshot_walk.h"
#include "core/snapshot/watch_ask.h"
#include "git/commit.h"
#include "git/config.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_diff.h"
#include "git/tree_memory.h"
#include "worktree/cache.h"
#include "worktree/plain.h"
#include "worktree/sealed.h"

static int count_change(void *context, const struct tree_change *change,
			struct error *err)
{
	(void)change;
	(void)err;
	++*(int64_t *)context;
	return 0;
}

static int count_staged(struct snapshot *snapshot, struct error *err)
{
	return tree_diff(snapshot->repo, snapshot->trees, &snapshot->head_tree,
			 &snapshot->index_tree, UINT64_MAX, count_change,
			 &snapshot->count_staged, err);
}

/* -- the digest ---------------------------------------------------------- */

static int compute_digest(struct snapshot *snapshot, struct error *err)
{
	const struct digest_parts parts = {
		.tree = &snapshot->tree,
		.raw = &snapshot->raw_tree,
		.index = &snapshot->index_tree,
		.index_extra = &snapshot->index_extra_blob,
		.worktree_extra = &snapshot->worktree_extra_blob,
		.stages = &snapshot->stages_tree,
		.gitdir = &snapshot->gitdir_tree,
		.op_refs = &snapshot->operation.refs,
		.head_ref = snapshot->head.branch,
		.head = &snapshot->head.id,
	};

	return digest_compute(&parts, snapshot->digest, err);
}

/* -- the whole ----------------------------------------------------------- */

struct snapshot *snapshot_new(struct repository *repo, struct pack *pack,
			      struct cache *cache)
{
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));

	snapshot->repo = repo;
	snapshot->pack = pack;
	snapshot->files_room =
		(struct spill_array)SPILL_ARRAY_INIT(repo->git_dir);
	snapshot->cache = cache;
	snapshot->trees = tree_memory_new();
	snapshot->settling = snapshot_settling_new();
	index_extra_init(&snapshot->index_extra);
	worktree_extra_init(&snapshot->worktree_extra);
	worktree_extra_init(&snapshot->local_extra);
	return snapshot;
}

static int read_head_tree(struct snapshot *snapshot, struct error *err)
{
	struct commit commit;

	if (snapshot->head.unborn)
		return 0;
	if (commit_read(snapshot->repo, &snapshot->head.id, &commit, err) < 0)
		return err->code;
	snapshot->head_tree = commit.tree;
	commit_release(&commit);
	return 0;
}

int snapshot_conclude(struct snapshot *snapshot,
		      const struct snapshot_options *options, struct error *err)
{
	snapshot->keeps_trees = options->keep_trees;
	/* Here libgit2 is needed, and waited for. */
	if (repository_library(snapshot->repo, err) < 0 ||
	    operation_find_objects(snapshot->repo, &snapshot->operation, err) <
		    0 ||
	    snapshot_read_content(snapshot, options, err) < 0 ||
	    snapshot_take_stock(snapshot, err) < 0 ||
	    read_head_tree(snapshot, err) < 0 ||
	    snapshot_build_trees(snapshot, err) < 0 ||
	    snapshot_collect_extra(snapshot, err) < 0 ||
	    count_staged(snapshot, err) < 0)
		return err->code;
	snapshot_rest(snapshot);
	return compute_digest(snapshot, err);
}

/* Only where a watch runs is it worth to know what a seal holds under: before
 * anything is looked at. */
static int note_terms(struct snapshot *snapshot,
		      const struct snapshot_options *options, struct error *err)
{
	if (!snapshot->told.records || options->all_ignored ||
	    options->wanted ||
	    config_get(snapshot->repo->config, "checkpoint.include"))
		return 0;
	snapshot->may_seal = true;
	return snapshot_terms(snapshot->terms, snapshot->repo, options, err);
}

int snapshot_take(struct snapshot **out, struct repository *repo,
		  const struct snapshot_options *options, struct pack *pack,
		  struct cache *cache, struct error *err)
{
	struct snapshot *snapshot = snapshot_new(repo, pack, cache);

	if (head_read(repo, &snapshot->head, err) < 0 ||
	    operation_read_files(repo, &snapshot->operation, err) < 0 ||
	    watch_ask(&snapshot->told, repo, !options->look_at_all, NULL, err) <
		    0 ||
	    note_terms(snapshot, options, err) < 0 ||
	    snapshot_walk(snapshot, options, err) < 0 ||
	    snapshot_conclude(snapshot, options, err) < 0) {
		snapshot_free(snapshot);
		return err->code;
	}
	*out = snapshot;
	return 0;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	spill_array_release(&snapshot->files_room);
	census_free(snapshot->census);
	snapshot_settling_free(snapshot->settling);
	scan_free(snapshot->scan);
	told_release(&snapshot->told);
	tree_memory_free(snapshot->trees);
	free(snapshot->made);
	free(snapshot->recipes);
	plain_free(snapshot->plain);
	head_release(&snapshot->head);
	operation_release(&snapshot->operation);
	index_extra_release(&snapshot->index_extra);
	worktree_extra_release(&snapshot->worktree_extra);
	worktree_extra_release(&snapshot->local_extra);
	omitted_release(&snapshot->omitted);
	if (snapshot->sealed)
		sealed_release(snapshot->sealed);
	free(snapshot->sealed);
	cache_free(snapshot->own_cache);
	seal_close(snapshot->seal);
	free(snapshot);
}

/* -- what is kept of it -------------------------------------------------- */

/* The next that a cache has something to say of. */
struct caching {
	const struct snapshot *snapshot;
	size_t at;
};

static bool next_cached(void *context, struct cache_entry *out)
{
	struct caching *caching = context;
	const struct snapshot *snapshot = caching->snapshot;

	while (caching->at < snapshot->nr_files) {
		snapshot_pass_file(snapshot, caching->at);
		if (snapshot_file_cached(&snapshot->files[caching->at++], out))
			return true;
	}
	snapshot_rest(snapshot);
	return false;
}

static int compare_oid(const void *a, const void *b)
{
	return memcmp(a, b, OID_RAWSZ);
}

static int compare_recipe(const void *a, const void *b)
{
	const struct cache_recipe *x = a, *y = b;

	return memcmp(x->sum, y->sum, sizeof(x->sum));
}

static int write_cache(const struct snapshot *snapshot, const char *ref,
		       const struct oid *commit, struct error *err)
{
	struct caching caching = {.snapshot = snapshot};
	const struct cache_content content = {
		.next = next_cached,
		.context = &caching,
		.trees = snapshot->made,
		.nr_trees = snapshot->nr_made,
		.recipes = snapshot->recipes,
		.nr_recipes = snapshot->nr_recipes,
		.index_tree = snapshot->index_tree,
	};

	if (snapshot->nr_made)
		qsort(snapshot->made, snapshot->nr_made,
		      sizeof(*snapshot->made), compare_oid);
	if (snapshot->nr_recipes)
		qsort(snapshot->recipes, snapshot->nr_recipes,
		      sizeof(*snapshot->recipes), compare_recipe);
	return cache_write(snapshot->repo, ref, commit, &content, err);
}

int snapshot_write_cache(const struct snapshot *snapshot, const char *ref,
			 const struct oid *commit, struct error *err)
{
	/* What it took over stays as it is, and what it rests on as well. */
	if (snapshot->sealed)
		return 0;
	if (write_cache(snapshot, ref, commit, err) < 0 ||
	    (snapshot->plain &&
	     plain_write(snapshot->plain, snapshot->repo, err) < 0) ||
	    scan_remember(snapshot->scan, err) < 0)
		return err->code;
	return snapshot_seal(snapshot, ref, commit, err);
}
