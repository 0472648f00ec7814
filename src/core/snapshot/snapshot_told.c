#include "core/snapshot/snapshot_told.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "core/snapshot/lfs.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_steps.h"
#include "core/snapshot/snapshot_terms.h"
#include "core/snapshot/snapshot_walk.h"
#include "core/snapshot/watch_ask.h"
#include "git/index_seen.h"
#include "git/ref.h"
#include "git/repository.h"
#include "worktree/cache.h"
#include "worktree/sealed.h"

/* What was changed since the seal is read each time: a little. */
#define READ_BYTES (1u << 20)
#define READ_SHARE 16

struct taking {
	struct repository *repo;
	const struct snapshot_options *options;
	struct seal *seal;
	const struct seal_head *head;
	struct seal_rules *rules;
	size_t nr_rules;
	struct told told;
};

/* -- what must be the same ----------------------------------------------- */

static bool index_is_same(const struct taking *taking)
{
	struct stat st;

	return !stat(taking->repo->index_file, &st) &&
	       index_seen_is(&taking->head->moment.index, &st);
}

/* What is taken over is there while the checkpoint is. */
static bool is_held(const struct taking *taking, struct error *err)
{
	struct oid now;

	return !ref_read(taking->repo, taking->head->holder, &now, err) &&
	       oid_equal(&now, &taking->head->commit);
}

static bool terms_are_same(const struct taking *taking, struct error *err)
{
	unsigned char terms[SNAPSHOT_TERMS_SIZE];

	return !snapshot_terms(terms, taking->repo, taking->options, err) &&
	       !memcmp(terms, taking->head->terms, sizeof(terms));
}

/* Rules count for what is below, which is not looked at. */
static bool rules_are_same(struct taking *taking)
{
	int fd = open(taking->repo->worktree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool same = fd >= 0;
	struct stat st;

	for (size_t i = 0; same && i < taking->nr_rules; i++) {
		const struct cache_entry *was = &taking->rules[i].stat;

		same = !fstatat(fd, was->path, &st, AT_SYMLINK_NOFOLLOW) &&
		       stat_data_is(&was->stat, &st) &&
		       !writers_have(&taking->told.writers, was->stat.inode);
	}
	if (fd >= 0)
		close(fd);
	return same;
}

/* Only after the answer is it looked at what else a watch may not report. */
static bool may_take(struct taking *taking, struct error *err)
{
	const struct seal_head *head = taking->head;

	if (!index_is_same(taking) || !is_held(taking, err) ||
	    !seal_rules(taking->seal, &taking->rules, &taking->nr_rules))
		return false;
	if (watch_ask(&taking->told, taking->repo, true,
		      recall_of(&head->moment, head->links, head->nr_links),
		      err) < 0)
		return false;
	return taking->told.believes && rules_are_same(taking) &&
	       terms_are_same(taking, err);
}

/* -- what was found ------------------------------------------------------ */

static bool has_rules(const struct taking *taking, const char *dir,
		      bool attributes)
{
	size_t len = strlen(dir);

	for (size_t i = 0; i < taking->nr_rules; i++)
		if (taking->rules[i].attributes == attributes &&
		    !strncmp(taking->rules[i].stat.path, dir, len) &&
		    !strchr(taking->rules[i].stat.path + len, '/'))
			return true;
	return false;
}

/* Files with rules that were not there count for what is not looked at. */
static bool rules_are_known(const struct taking *taking,
			    const struct scan *scan)
{
	for (size_t i = 0; i < scan->attribute_dirs.nr; i++)
		if (!has_rules(taking, scan->attribute_dirs.items[i], true))
			return false;
	for (size_t i = 0; i < scan->ignore_dirs.nr; i++)
		if (!has_rules(taking, scan->ignore_dirs.items[i], false))
			return false;
	return true;
}

static void add_attribute_dirs(const struct taking *taking, struct scan *scan)
{
	for (size_t i = 0; i < taking->nr_rules; i++) {
		const char *path = taking->rules[i].stat.path;
		const char *slash = strrchr(path, '/');

		if (taking->rules[i].attributes)
			strlist_addn(&scan->attribute_dirs, path,
				     slash ? (size_t)(slash + 1 - path) : 0);
	}
	strlist_sort(&scan->attribute_dirs);
	strlist_unique(&scan->attribute_dirs);
}

struct adding_up {
	const struct snapshot *snapshot;
	uint64_t bytes;
	bool ignored;
};

static int add_up(void *context, struct scan_dir *dir, struct scan_item *item,
		  struct error *err)
{
	struct adding_up *adding = context;
	struct cache_entry known;

	(void)dir;
	(void)err;
	adding->ignored |= item->kind == SCAN_IGNORED;
	if ((item->kind == SCAN_CHANGED || item->kind == SCAN_UNTRACKED) &&
	    !cache_find(adding->snapshot->cache, item->path, &item->stat,
			&known))
		adding->bytes += item->stat.size;
	return 0;
}

static bool scan_fits(const struct taking *taking, struct snapshot *snapshot)
{
	struct scan *scan = snapshot->scan;
	struct adding_up adding = {.snapshot = snapshot};
	struct error none = ERROR_INIT;

	if (scan->unsealed || scan->doubtful || !scan->told ||
	    !rules_are_known(taking, scan))
		return false;
	scan_each(scan, add_up, &adding, &none);
	if (adding.ignored ||
	    adding.bytes > READ_BYTES + READ_SHARE * taking->head->nr_entries)
		return false;
	add_attribute_dirs(taking, scan);
	return true;
}

static bool defaults_are_same(const struct taking *taking,
			      const struct snapshot *snapshot)
{
	const struct worktree_extra *extra = &snapshot->worktree_extra;

	return extra->file_mode == taking->head->file_mode &&
	       extra->exec_mode == taking->head->exec_mode &&
	       extra->dir_mode == taking->head->dir_mode;
}

/* -- the whole ----------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct cache_entry *)a)->path,
		      ((const struct cache_entry *)b)->path);
}

/* What the seal knows of files in the directories that are looked at. */
static struct cache *make_cache(const struct sealed *sealed)
{
	struct cache_entry *entries = NULL, entry;
	struct cache *cache;
	size_t nr = 0, alloc = 0;

	for (size_t i = 0; i < sealed->nr; i++) {
		size_t at = 0;

		while (seal_cached(&sealed->looks[i], &at, &entry)) {
			ARRAY_GROW(entries, nr, alloc);
			entries[nr++] = entry;
		}
	}
	if (nr)
		qsort(entries, nr, sizeof(*entries), by_path);
	cache = cache_of(entries, nr);
	free(entries);
	return cache;
}

static bool take(struct taking *taking, struct snapshot *snapshot,
		 struct error *err)
{
	snapshot->told = taking->told;
	taking->told = (struct told){0};
	snapshot->sealed = xcalloc(1, sizeof(*snapshot->sealed));
	if (!sealed_choose(snapshot->sealed, taking->seal, &snapshot->told))
		return false;
	snapshot->cache = snapshot->own_cache = make_cache(snapshot->sealed);
	return !head_read(taking->repo, &snapshot->head, err) &&
	       !operation_read_files(taking->repo, &snapshot->operation, err) &&
	       !snapshot_walk(snapshot, taking->options, err) &&
	       scan_fits(taking, snapshot) &&
	       !snapshot_conclude(snapshot, taking->options, err) &&
	       defaults_are_same(taking, snapshot) &&
	       !lfs_may_need(taking->repo, snapshot);
}

int snapshot_take_told(struct snapshot **out, struct repository *repo,
		       const struct snapshot_options *options,
		       struct pack *pack, char **holder, struct oid *commit)
{
	struct taking taking = {.repo = repo, .options = options};
	struct error ignored = ERROR_INIT;
	struct snapshot *snapshot = NULL;
	bool taken = false;

	if (options->look_at_all || options->all_ignored || options->wanted ||
	    !watch_listens(repo))
		return 0;
	taking.seal = seal_open(repo);
	if (!taking.seal)
		return 0;
	taking.head = seal_head(taking.seal);
	if (may_take(&taking, &ignored)) {
		snapshot = snapshot_new(repo, pack, NULL);
		taken = take(&taking, snapshot, &ignored);
	}
	if (taken) {
		*holder = xstrdup(taking.head->holder);
		*commit = taking.head->commit;
		snapshot->seal = taking.seal;
		*out = snapshot;
	} else {
		/* Whatever it was, the usual way says it or gets over it. */
		snapshot_free(snapshot);
		seal_close(taking.seal);
	}
	error_release(&ignored);
	told_release(&taking.told);
	free(taking.rules);
	return taken;
}
