#include "core/snapshot/snapshot_unchanged.h"

#include "base/alloc.h"
#include "base/thread.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_settle.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/cache.h"
#include "worktree/content.h"
#include "worktree/convert.h"
#include "worktree/dir.h"
#include "worktree/plain.h"

/* A tracked file that is unchanged, and may be stored otherwise than on disk.
 */
struct look {
	struct scan_dir *dir;
	uint32_t at; /* its index entry */
};

/* So many are read, and settled, at a time. */
#define READ_AT_ONCE 4096

struct looking {
	struct snapshot *snapshot;
	const struct content_source *source;
	struct plain *plain;
	uint32_t *unknown;  /* how many entries before each are not plain */
	struct look *looks; /* those of a directory one behind the other */
	size_t nr_looks, alloc_looks;
	size_t first;		  /* of those that are read */
	struct content *contents; /* of these */
};

static int is_converted(struct looking *looking, const char *path, bool *out,
			struct error *err)
{
	struct attr_values values;
	struct convert convert;

	if (attr_lookup(looking->source->attr, path, &values, err) < 0 ||
	    convert_decide(&convert, looking->source->config, &values, err) < 0)
		return error_prefix(err, "'%s'", path);
	*out = !convert_is_none(&convert);
	return 0;
}

/*
 * Tell the tracked files that have to be looked at from those that were, and
 * are still the same. Returns how many there are.
 */
static uint32_t count_unknown(struct looking *looking)
{
	const struct scan *scan = looking->snapshot->scan;
	const struct index *index = scan->index;
	uint32_t nr = 0;

	looking->unknown =
		xmalloc(array_bytes(index->nr + 1, sizeof(*looking->unknown)));
	for (size_t at = 0; at < index->nr; at++) {
		const struct index_entry *entry = &index->entries[at];

		looking->unknown[at] = nr;
		nr += !entry->stage && scan->permissions[at] < SCAN_IS_LINK &&
		      !plain_has(looking->plain, entry);
	}
	return looking->unknown[index->nr] = nr;
}

static bool is_unknown(const struct looking *looking, size_t at)
{
	return looking->unknown[at + 1] > looking->unknown[at];
}

/* An item that says no more than that it was looked at. */
static void add_same(struct scan_dir *dir, const struct index_entry *entry)
{
	*scan_add_item(dir) =
		(struct scan_item){.kind = SCAN_SAME,
				   .path = entry->path,
				   .entry = entry,
				   .mode = (uint16_t)entry->mode,
				   .oid = *index_entry_oid(entry)};
}

static void add_look(struct looking *looking, struct scan_dir *dir, size_t at)
{
	ARRAY_GROW(looking->looks, looking->nr_looks, looking->alloc_looks);
	looking->looks[looking->nr_looks++] = (struct look){dir, (uint32_t)at};
}

/*
 * An unchanged tracked file that a conversion applies to: its bytes may be
 * others than its blob's, so they are looked at once, and cached.
 */
static int gather_converted(struct looking *looking, struct scan_dir *dir,
			    struct error *err)
{
	const struct index *index = looking->snapshot->scan->index;
	size_t item = 0, nr_items = dir->nr_items;

	if (looking->unknown[dir->first] == looking->unknown[dir->end])
		return 0;
	for (size_t at = dir->first; at < dir->end; at++) {
		const struct index_entry *entry = &index->entries[at];
		bool converted = false;

		if (!is_unknown(looking, at))
			continue;
		while (item < nr_items && (!dir->items[item].entry ||
					   dir->items[item].entry < entry))
			item++;
		if ((item < nr_items && dir->items[item].entry == entry) ||
		    strchr(entry->path + dir->path_len, '/'))
			continue;
		if (is_converted(looking, entry->path, &converted, err) < 0)
			return err->code;
		if (converted)
			add_look(looking, dir, at);
		else
			plain_add(looking->plain, entry);
	}
	for (struct scan_dir *child = dir->children; child; child = child->next)
		if (gather_converted(looking, child, err) < 0)
			return err->code;
	return 0;
}

static int read_same(const struct looking *looking, const char *path,
		     const struct index_entry *entry, struct content *out,
		     struct error *err)
{
	struct stat_data stat;
	struct stat st;

	if (dir_stat(looking->source->top_fd, path, &st) < 0 ||
	    !S_ISREG(st.st_mode)) {
		*out = (struct content){.state = CONTENT_VANISHED};
		return 0;
	}
	stat_data_fill(&stat, &st);
	return content_read_raw(looking->source, path, &stat, entry, out, err);
}

static const struct index_entry *entry_of(const struct looking *looking,
					  const struct look *look)
{
	return &looking->snapshot->scan->index->entries[look->at];
}

static int look_at_one(void *context, size_t i, struct error *err)
{
	struct looking *looking = context;
	const struct index_entry *entry =
		entry_of(looking, &looking->looks[looking->first + i]);

	return read_same(looking, entry->path, entry, &looking->contents[i],
			 err);
}

/* With most rules nearly all of them are. */
static bool is_plain(const struct content *content)
{
	return content->state == CONTENT_READ &&
	       oid_equal(&content->blob, &content->raw);
}

static int by_entry(const void *a, const void *b)
{
	const struct scan_item *x = a, *y = b;

	if (!x->entry || !y->entry)
		return !x->entry - !y->entry;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Items for those that are not plain, in the order that the walk left: tracked
 * ones first, as in the index. Only then do pointers to items last. */
static void add_items(struct looking *looking, const struct look *looks,
		      const struct content *contents, size_t nr)
{
	struct scan_dir *dir = looks->dir;

	for (size_t i = 0; i < nr; i++) {
		const struct index_entry *entry = entry_of(looking, &looks[i]);

		if (is_plain(&contents[i]))
			plain_add(looking->plain, entry);
		else
			add_same(dir, entry);
	}
	if (!dir->nr_items)
		return;
	scan_trim_items(dir);
	qsort(dir->items, dir->nr_items, sizeof(*dir->items), by_entry);
}

/* All of a directory have been read. */
static void settle(struct looking *looking, const struct look *looks,
		   struct content *contents, size_t nr)
{
	struct snapshot *snapshot = looking->snapshot;
	struct scan_item *item;

	add_items(looking, looks, contents, nr);
	item = looks->dir->items;
	for (size_t i = 0; i < nr; i++) {
		if (is_plain(&contents[i])) {
			content_release(&contents[i]);
			continue;
		}
		while (item->entry != entry_of(looking, &looks[i]))
			item++;
		item->stat = contents[i].stat;
		snapshot_add_file(snapshot, item);
		snapshot_settle(snapshot,
				&snapshot->files[snapshot->nr_files - 1],
				&contents[i]);
	}
}

/* How many from `first` on are of the same directory. */
static size_t count_alike(const struct looking *looking, size_t first)
{
	size_t end = first;

	while (end < looking->nr_looks &&
	       looking->looks[end].dir == looking->looks[first].dir)
		end++;
	return end - first;
}

/* Some, as many whole directories as that is. */
static int look_at_some(struct looking *looking, size_t nr, struct error *err)
{
	int ret;

	looking->contents = xcalloc(nr, sizeof(*looking->contents));
	ret = thread_for(nr, look_at_one, looking, err);
	for (size_t done = 0, alike; !ret && done < nr; done += alike) {
		alike = count_alike(looking, looking->first + done);
		settle(looking, &looking->looks[looking->first + done],
		       &looking->contents[done], alike);
	}
	for (size_t i = 0; ret && i < nr; i++)
		content_release(&looking->contents[i]);
	free(looking->contents);
	cache_rest(looking->snapshot->cache);
	return ret;
}

static int look_at_all(struct looking *looking, struct error *err)
{
	while (looking->first < looking->nr_looks) {
		size_t nr = 0;

		while (looking->first + nr < looking->nr_looks &&
		       nr < READ_AT_ONCE)
			nr += count_alike(looking, looking->first + nr);
		if (look_at_some(looking, nr, err) < 0)
			return err->code;
		looking->first += nr;
	}
	return 0;
}

bool snapshot_may_convert(const struct snapshot *snapshot,
			  const struct content_source *source)
{
	return snapshot->scan->attribute_dirs.nr ||
	       source->config->autocrlf != AUTOCRLF_FALSE ||
	       !attr_is_empty(source->attr);
}

int snapshot_read_unchanged(struct snapshot *snapshot,
			    const struct content_source *source,
			    struct plain *plain, struct error *err)
{
	struct scan_dir *top = snapshot->scan->top;
	struct looking looking = {
		.snapshot = snapshot, .source = source, .plain = plain};
	int ret = 0;

	if (count_unknown(&looking)) {
		ret = gather_converted(&looking, top, err);
		if (!ret)
			ret = look_at_all(&looking, err);
	}
	free(looking.unknown);
	free(looking.looks);
	return ret;
}
