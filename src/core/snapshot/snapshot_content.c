#include "core/snapshot/snapshot_content.h"

#include <stdatomic.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_settle.h"
#include "core/snapshot/snapshot_unchanged.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/cache.h"
#include "worktree/convert.h"
#include "worktree/plain.h"

struct reading {
	struct snapshot *snapshot;
	struct content_source source;
	struct content_source as_is; /* for ignored files, which L keeps */
	struct convert_config config;
	struct attr *attr;
	struct plain *plain;
	uint64_t most_new; /* bytes of files that may be new */
	atomic_uint nr_read;
};

/* Files are read in the order of paths: after so many, what those before were
 * looked up in, and they themselves, may leave memory. */
#define READ_AT_ONCE 16384u

/* -- what is to be read -------------------------------------------------- */

static int gather(void *context, struct scan_dir *dir, struct scan_item *item,
		  struct error *err)
{
	struct reading *reading = context;

	(void)dir;
	(void)err;
	snapshot_add_file(reading->snapshot, item);
	if (scan_is_untracked_file(item))
		reading->most_new += item->stat.size;
	return 0;
}

/* -- more than was asked for --------------------------------------------- */

static bool is_new(const struct snapshot *snapshot,
		   const struct snapshot_file *file)
{
	const struct scan_item *item = file->item;
	struct cache_entry known;

	return scan_is_untracked_file(item) &&
	       !cache_find(snapshot->cache, item->path, &item->stat, &known);
}

/* The largest first. */
static int compare_size(const void *a, const void *b)
{
	const struct scan_item *x = *(struct scan_item *const *)a;
	const struct scan_item *y = *(struct scan_item *const *)b;

	if (x->stat.size != y->stat.size)
		return x->stat.size > y->stat.size ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void drop_omitted(struct snapshot *snapshot)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->nr_files; i++)
		if (snapshot->files[i].item->kind != SCAN_OMITTED)
			snapshot->files[kept++] = snapshot->files[i];
	snapshot->nr_files = kept;
}

/* Leave out the largest of the new files, which have `total` bytes, until the
 * others are within the limit. */
static void leave_out(struct snapshot *snapshot, uint64_t total, uint64_t limit)
{
	struct scan_item **items = NULL;
	size_t nr = 0, alloc = 0;

	for (size_t i = 0; i < snapshot->nr_files; i++) {
		if (!is_new(snapshot, &snapshot->files[i]))
			continue;
		ARRAY_GROW(items, nr, alloc);
		items[nr++] = snapshot->files[i].item;
	}
	if (nr)
		qsort(items, nr, sizeof(struct scan_item *), compare_size);
	for (size_t i = 0; i < nr && total > limit; i++) {
		total -= items[i]->stat.size;
		items[i]->kind = SCAN_OMITTED;
		items[i]->reason = OMIT_TOO_LARGE;
	}
	snapshot->left_out = true;
	drop_omitted(snapshot);
	free(items);
}

/*
 * Hold new data within the limit before any of it is read: refuse, or leave
 * the largest files out.
 */
static int limit_new_bytes(const struct reading *reading,
			   const struct snapshot_options *options,
			   struct error *err)
{
	struct snapshot *snapshot = reading->snapshot;
	uint64_t total = 0;

	/* Mostly all files together, new or not, are no more than that. */
	if (!options->max_new_bytes ||
	    reading->most_new <= options->max_new_bytes)
		return 0;
	for (size_t i = 0; i < snapshot->nr_files; i++) {
		if (is_new(snapshot, &snapshot->files[i]))
			total += snapshot->files[i].item->stat.size;
		snapshot_pass_file(snapshot, i);
	}
	if (total <= options->max_new_bytes)
		return 0;
	if (!options->leave_out_largest) {
		error_set(err, ERR_REFUSED,
			  "%llu bytes of new untracked files, more than "
			  "checkpoint.maxNewBytes (%llu)",
			  (unsigned long long)total,
			  (unsigned long long)options->max_new_bytes);
		return error_hint(err, "'--yes' saves them all; .gitignore or "
				       "checkpoint.exclude leaves some out");
	}
	leave_out(snapshot, total, options->max_new_bytes);
	return 0;
}

static int gather_all(struct reading *reading,
		      const struct snapshot_options *options, struct error *err)
{
	struct snapshot *snapshot = reading->snapshot;

	if (snapshot_may_convert(snapshot, &reading->source)) {
		/* That of a few directories is found out anew. */
		reading->plain = snapshot->sealed ? plain_parse("", 0)
						  : plain_read(snapshot->repo);
		if (snapshot_read_unchanged(snapshot, &reading->source,
					    reading->plain, err) < 0)
			return err->code;
	} else {
		/* No need to look for rules in each directory. */
		reading->source.attr = NULL;
	}
	/* Not before: items move where some are added. */
	if (scan_each_to_read(snapshot->scan, gather, reading, err) < 0)
		return err->code;
	if (limit_new_bytes(reading, options, err) < 0)
		return err->code;
	snapshot_sort_files(snapshot);
	return 0;
}

/* -- reading ------------------------------------------------------------- */

static int read_one(void *context, size_t i, struct error *err)
{
	struct reading *reading = context;
	struct snapshot_file *file = &reading->snapshot->files[i];
	struct scan_item *item = file->item;
	struct content content = {0};

	if (!scan_is_to_be_read(item)) /* snapshot_read_unchanged() has it */
		return 0;
	if (atomic_fetch_add(&reading->nr_read, 1) % READ_AT_ONCE == 0) {
		cache_rest(reading->snapshot->cache);
		snapshot_rest(reading->snapshot);
	}
	if (content_read(item->kind == SCAN_IGNORED ? &reading->as_is
						    : &reading->source,
			 item->path, &item->stat, item->entry, &content,
			 err) < 0)
		content_release(&content);
	else
		snapshot_settle(reading->snapshot, file, &content);
	return err->code;
}

static int open_reading(struct reading *reading, struct snapshot *snapshot,
			struct error *err)
{
	struct scan *scan = snapshot->scan;

	reading->snapshot = snapshot;
	if (convert_config_read(&reading->config, snapshot->repo->config, err) <
		    0 ||
	    attr_open(&reading->attr, snapshot->repo, scan->index, scan->top_fd,
		      ATTR_WORKTREE, err) < 0)
		return err->code;
	attr_limit(reading->attr, &scan->attribute_dirs);
	reading->source = (struct content_source){
		.repo = snapshot->repo,
		.top_fd = scan->top_fd,
		.attr = reading->attr,
		.config = &reading->config,
		.cache = snapshot->cache,
		.pack = snapshot->pack,
		.trust_mode = scan->rules.trust_mode,
	};
	reading->as_is = reading->source;
	reading->as_is.attr = NULL;
	return 0;
}

int snapshot_read_content(struct snapshot *snapshot,
			  const struct snapshot_options *options,
			  struct error *err)
{
	struct reading reading = {0};
	int ret = open_reading(&reading, snapshot, err);

	if (!ret)
		ret = gather_all(&reading, options, err);
	if (!ret)
		ret = thread_for(snapshot->nr_files, read_one, &reading, err);
	if (!ret)
		ret = snapshot_settle_filtered(snapshot, &reading.source,
					       reading.plain, err);
	cache_rest(snapshot->cache);
	snapshot->plain = reading.plain;
	attr_free(reading.attr);
	return ret;
}
