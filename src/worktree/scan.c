#include "worktree/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "git/config.h"
#include "git/index_ahead.h"
#include "git/index_seen.h"
#include "git/repository.h"
#include "worktree/dir.h"
#include "worktree/recall.h"
#include "worktree/roster.h"
#include "worktree/scan_dir.h"
#include "worktree/sealed.h"
#include "worktree/told.h"

/* Items and paths in the heap, all threads together: as many as most
 * repositories ever have. */
#define HEAP_BYTES ((size_t)8 << 20)
/* Up to one in so many rosters may be out of date. */
#define ROSTERS_STALE 64
/* While so many are written, what they lie in is in memory. */
#define ROSTERS_AT_ONCE 128

static const char *const reason_names[OMIT_NR] = {
	[OMIT_IGNORED] = "ignored",	     [OMIT_TOO_LARGE] = "too-large",
	[OMIT_NESTED] = "nested-repository", [OMIT_SUBMODULE] = "submodule",
	[OMIT_UNSAFE_NAME] = "unsafe-name",  [OMIT_SPECIAL] = "special-file",
	[OMIT_UNREADABLE] = "unreadable",    [OMIT_PROTECTED] = "protected",
	[OMIT_EXCLUDED] = "excluded",	     [OMIT_CHANGED] = "changed",
};

const char *omit_reason_name(enum omit_reason reason)
{
	return reason_names[reason];
}

int omit_reason_parse(const char *name)
{
	for (int i = 0; i < OMIT_NR; i++)
		if (!strcmp(reason_names[i], name))
			return i;
	return -1;
}

int scan_stat_rules(struct index_stat_rules *out, struct repository *repo,
		    struct error *err)
{
	const char *check = config_get(repo->config, "core.checkstat");

	out->check_stat = !check || strcmp(check, "minimal");
	if (config_get_bool(repo->config, "core.trustctime", true,
			    &out->trust_ctime, err) < 0 ||
	    config_get_bool(repo->config, "core.filemode", true,
			    &out->trust_mode, err) < 0 ||
	    config_get_bool(repo->config, "core.symlinks", true,
			    &out->has_symlinks, err) < 0)
		return err->code;
	return 0;
}

static int scan_task(void *context, struct thread_queue *queue, void *task,
		     struct error *err)
{
	return scan_dir_read(context, task, queue, err);
}

struct scan_memory scan_take_memory(struct scan *scan)
{
	struct scan_memory memory = {
		.dirs = ARENA_INIT,
		.items = {.spill_dir = scan->repo->git_dir, .heap = scan->heap},
	};

	pthread_mutex_lock(&scan->lock);
	if (scan->nr_memories)
		memory = scan->memories[--scan->nr_memories];
	pthread_mutex_unlock(&scan->lock);
	return memory;
}

void scan_give_memory(struct scan *scan, struct scan_memory memory)
{
	pthread_mutex_lock(&scan->lock);
	ARRAY_GROW(scan->memories, scan->nr_memories, scan->alloc_memories);
	scan->memories[scan->nr_memories++] = memory;
	pthread_mutex_unlock(&scan->lock);
}

struct scan_dir *scan_dir_new(struct arena *memory, size_t path_len)
{
	const size_t path_at = offsetof(struct scan_dir, path);
	size_t size = path_at + path_len + 1;
	struct scan_dir *dir;

	if (size < sizeof(*dir))
		size = sizeof(*dir);
	dir = arena_get(memory, size, 8);
	memset(dir, 0, size);
	dir->path_len = (uint32_t)path_len;
	return dir;
}

static struct scan_dir *new_top(struct scan *scan)
{
	struct scan_memory memory = scan_take_memory(scan);
	struct scan_dir *top = scan_dir_new(&memory.dirs, 0);

	scan_give_memory(scan, memory);
	top->end = (uint32_t)scan->index->nr;
	top->tree = scan->index->tree;
	return top;
}

/* git's setting for the same: whether directories' times can be relied on. */
static int open_rosters(struct scan *scan, struct error *err)
{
	const char *value =
		config_get(scan->repo->config, "core.untrackedcache");
	struct stat st;
	bool believe = true;

	if (value && strcmp(value, "keep") &&
	    config_get_bool(scan->repo->config, "core.untrackedcache", true,
			    &believe, err) < 0)
		return err->code;
	if (fstat(scan->top_fd, &st) < 0)
		return error_errno(err, "cannot stat '%s'",
				   scan->repo->worktree);
	scan->device = st.st_dev;
	scan->believes_times = believe && roster_may_trust(scan->top_fd);
	/* Where few directories are looked at, listing these is cheaper. */
	scan->rosters =
		scan->sealed ? rosters_parse("", 0) : rosters_read(scan->repo);
	clock_gettime(CLOCK_REALTIME_COARSE, &scan->start);
	return 0;
}

/* The index, or the part of it that a seal leaves to be looked at. */
static int read_index(struct scan *scan, struct error *err)
{
	struct repository *repo = scan->repo;
	struct index_seen seen;

	if (scan->sealed) {
		scan->index = sealed_read_index(scan->sealed, repo->index_file);
		if (!scan->index)
			return error_set(err, ERR_CHANGED,
					 "the index is another one");
		return 0;
	}
	if (index_ahead_take(&scan->index, repo, err) < 0)
		return err->code;
	index_seen_read(repo->git_dir, &seen);
	scan->seen_before =
		scan->index->exists && index_seen_is(&seen, &scan->index->file);
	return 0;
}

int scan_worktree(struct scan **out, struct repository *repo,
		  const struct scan_options *options, struct error *err)
{
	struct scan *scan = xcalloc(1, sizeof(*scan));

	pthread_mutex_init(&scan->lock, NULL);
	scan->heap = HEAP_BYTES / thread_count();
	scan->repo = repo;
	scan->options = *options;
	scan->sealed = options->sealed;
	/* Where no watch runs, nothing need be noted. */
	if (options->told && options->told->records)
		scan->told = options->told;
	scan->top_fd = open(repo->worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan->top_fd < 0) {
		error_errno(err, "cannot open '%s'", repo->worktree);
		goto done;
	}
	if (scan_stat_rules(&scan->rules, repo, err) < 0 ||
	    open_rosters(scan, err) < 0 || read_index(scan, err) < 0 ||
	    ignore_open(&scan->ignore, repo, scan->index, err) < 0)
		goto done;
	/* Without the inodes that the index keeps, nobody knows which of its
	 * files are written just now. */
	if (!scan->believes_times || !scan->rules.check_stat)
		scan->told = NULL;
	scan->same_index =
		scan->told && scan->index->exists &&
		index_seen_is(&recall_head(scan->told->recall)->index,
			      &scan->index->file);
	scan->permissions = xmalloc(
		array_bytes(scan->index->nr, sizeof(*scan->permissions)));
	memset(scan->permissions, 0xff,
	       array_bytes(scan->index->nr, sizeof(*scan->permissions)));
	scan->top = new_top(scan);
	if (thread_queue_run(scan->top, scan_task, NULL, scan, thread_count(),
			     err) < 0)
		goto done;
	rosters_rest(scan->rosters);
	strlist_sort(&scan->attribute_dirs);
	strlist_unique(&scan->attribute_dirs);
	strlist_sort(&scan->ignore_dirs);
	strlist_unique(&scan->ignore_dirs);
	*out = scan;
	return 0;
done:
	scan_free(scan);
	return err->code;
}

static void free_dir(struct scan_dir *dir)
{
	struct scan_dir *child, *next;

	if (!dir)
		return;
	for (child = dir->children; child; child = next) {
		next = child->next;
		free_dir(child);
	}
	if (dir->alloc_items)
		free(dir->items);
	free(dir->was);
	if (dir->fresh_recalled) {
		free((char *)dir->recalled->names);
		free((char *)dir->recalled->files);
		free((struct recalled *)dir->recalled);
	}
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	free_dir(scan->top);
	ignore_free(scan->ignore);
	rosters_free(scan->rosters);
	index_free(scan->index);
	free(scan->permissions);
	free(scan->links);
	strlist_release(&scan->attribute_dirs);
	strlist_release(&scan->ignore_dirs);
	strlist_release(&scan->own_dirs);
	for (size_t i = 0; i < scan->nr_memories; i++) {
		arena_release(&scan->memories[i].dirs);
		arena_release(&scan->memories[i].items);
	}
	free(scan->memories);
	pthread_mutex_destroy(&scan->lock);
	if (scan->top_fd >= 0)
		close(scan->top_fd);
	free(scan);
}

struct gathering {
	const struct scan *scan;
	const struct roster **items;
	size_t nr, alloc;
	size_t fresh;
	size_t written;
};

static void gather_rosters(struct gathering *gathering,
			   const struct scan_dir *dir)
{
	if (dir->roster) {
		ARRAY_GROW(gathering->items, gathering->nr, gathering->alloc);
		gathering->items[gathering->nr++] = dir->roster;
		gathering->fresh += dir->fresh_roster;
	}
	for (const struct scan_dir *child = dir->children; child;
	     child = child->next)
		gather_rosters(gathering, child);
}

static const struct roster *next_roster(void *context)
{
	struct gathering *gathering = context;

	/* They lie between items, each with pages of these beside it. */
	if (gathering->written % ROSTERS_AT_ONCE == ROSTERS_AT_ONCE - 1)
		scan_rest(gathering->scan);
	return gathering->items[gathering->written++];
}

/* The next walk need not sum up the same index again. */
static int write_seen(const struct scan *scan, struct error *err)
{
	const struct index *index = scan->index;
	struct index_seen seen;

	index_seen_read(scan->repo->git_dir, &seen);
	if (!index->exists || !index->settled ||
	    index_seen_is(&seen, &index->file))
		return 0;
	index_seen_fill(&seen, &index->file);
	return index_seen_write(scan->repo->git_dir, &seen, err);
}

int scan_remember(const struct scan *scan, struct error *err)
{
	size_t known = rosters_count(scan->rosters);
	struct gathering gathering = {.scan = scan};
	int ret = 0;

	if (scan->told && told_remember(scan->told, scan, err) < 0)
		return err->code;
	gather_rosters(&gathering, scan->top);
	/* Listing a few anew each time is cheaper than writing all. Where most
	 * directories were not looked at, there are none of these. */
	if (!(scan->told && scan->told->believes) &&
	    gathering.fresh > known / ROSTERS_STALE)
		ret = rosters_write(scan->repo, scan->rosters, next_roster,
				    &gathering, gathering.nr, err);
	free(gathering.items);
	return ret < 0 ? ret : write_seen(scan, err);
}
