#include "core/restore/restore_index.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "core/restore/new_index.h"
#include "core/restore/new_index_stat.h"
#include "core/restore/plan.h"
#include "git/index.h"
#include "git/index_seen.h"
#include "git/object.h"
#include "git/process.h"
#include "git/repository.h"

struct writing {
	struct snapshot *now;
	const struct target *target;
	const struct plan *plan;
	const struct strlist *pathspecs;
	struct new_index index;
};

/* git calls an entry racy whose file is not older than the index. */
static void wait_for_tick(const struct plan *plan)
{
	struct timespec newest = {0, 0};

	for (size_t i = 0; i < plan->nr; i++) {
		const struct index_stat *after = &plan->items[i].after;

		if (after->mtime_sec > newest.tv_sec ||
		    (after->mtime_sec == newest.tv_sec &&
		     after->mtime_nsec > newest.tv_nsec)) {
			newest.tv_sec = after->mtime_sec;
			newest.tv_nsec = after->mtime_nsec;
		}
	}
	clock_wait_past(&newest);
}

/* What only git can write: split and sparse indexes, and its two caches. */
static int add_extensions(const struct writing *writing,
			  struct index_lock *lock, struct error *err)
{
	const struct index *index = writing->now->scan->index;
	char *name = xstrfmt("GIT_INDEX_FILE=%s", index_lock_path(lock));
	const char *argv[6] = {"update-index", "--force-write-index"};
	const char *env[] = {name, NULL};
	struct git_command command = {
		.repo = writing->now->repo, .argv = argv, .env = env};
	size_t nr = 2;
	int ret = 0;

	if (index->split)
		argv[nr++] = "--split-index";
	if (index->untracked_cache)
		argv[nr++] = "--untracked-cache";
	if (index->fsmonitor)
		argv[nr++] = "--fsmonitor";
	if (nr > 2 || index->sparse)
		ret = git_run(&command, NULL, NULL, err);
	free(name);
	return ret;
}

/* The next walk need not sum up what was summed up to be written. Where git
 * wrote it, it has to. */
static void note_seen(const struct writing *writing, const struct stat *after)
{
	const struct index *index = writing->now->scan->index;
	struct error ignored = ERROR_INIT;
	struct index_seen seen;

	if (index->split || index->untracked_cache || index->fsmonitor ||
	    index->sparse)
		return;
	index_seen_fill(&seen, after);
	index_seen_write(writing->now->repo->git_dir, &seen, &ignored);
	error_release(&ignored);
}

static int write_index(const struct writing *writing, struct index_lock *lock,
		       struct error *err)
{
	const struct index *index = writing->now->scan->index;
	const struct index_extra *extra = &writing->target->index_extra;
	struct index_tree *tree = NULL;
	unsigned version = writing->pathspecs->nr && index->exists
				   ? index->version
				   : extra->version;
	int ret = 0;

	/* The tree of a whole is known; of a mixture it is not. */
	if (!writing->pathspecs->nr && !extra->nr_stages && !extra->nr_intents)
		ret = index_tree_update(&tree, writing->now->repo, index->tree,
					&writing->target->stored.index_tree,
					err);
	if (!ret)
		ret = index_lock_write(lock, writing->index.entries,
				       writing->index.nr, index, version,
				       !index->exists || index->checksummed,
				       tree, err);
	if (!ret) {
		/* Mostly that took longer than a tick. */
		wait_for_tick(writing->plan);
		ret = index_lock_touch(lock, err);
	}
	if (!ret)
		ret = add_extensions(writing, lock, err);
	index_tree_free(tree);
	return ret;
}

/* What an entry that is to be added later names: git add -N writes it, and git
 * fsck asks for it. */
static int make_empty_blob(struct repository *repo, struct error *err)
{
	static const char *const argv[] = {"hash-object", "-w", "--stdin",
					   NULL};
	const struct git_command command = {
		.repo = repo, .argv = argv, .input = ""};

	if (object_exists(repo, &blob_empty_id))
		return 0;
	return git_run(&command, NULL, NULL, err);
}

int restore_index(struct index_lock *lock, struct snapshot *now,
		  const struct target *target, const struct plan *plan,
		  const struct strlist *pathspecs, struct error *err)
{
	struct writing writing = {now, target, plan, pathspecs, NEW_INDEX_INIT};
	struct new_index *index = &writing.index;
	struct stat after;
	int ret = new_index_build(index, now, target, pathspecs, err);

	if (!ret)
		new_index_stat(index, now, plan);
	if (!ret && index->changed && target->index_extra.nr_intents)
		ret = make_empty_blob(now->repo, err);
	if (!ret && index->changed)
		ret = write_index(&writing, lock, err);
	if (!ret && index->changed)
		ret = index_lock_commit(lock, &after, err);
	else
		index_lock_rollback(lock);
	if (!ret && index->changed)
		note_seen(&writing, &after);
	new_index_release(index);
	return ret;
}
