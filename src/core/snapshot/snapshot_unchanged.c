#include "core/snapshot/snapshot_unchanged.h"

#include "base/alloc.h"
#include "base/thread.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_settle.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attr.h"
#include "worktree/content.h"
#include "worktree/convert.h"
#include "worktree/dir.h"
#include "worktree/plain.h"

/* A tracked file that is unchanged, and may be stored otherwise than on disk.
 */
struct look {
	struct scan_dir *dir;
	size_t at;		 /* its index entry */
	struct content *content; /* NULL: it is stored just as it is */
};

struct looking {
	struct snapshot *snapshot;
	const struct content_source *source;
	struct plain *plain;
	uint32_t *unknown;  /* how many entries before each are not plain */
	struct look *looks; /* in the order of the index, once all are there */
	size_t nr_looks, alloc_looks;
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
	*scan_add_item(dir) = (struct scan_item){.kind = SCAN_SAME,
						 .path = entry->path,
						 .entry = entry,
						 .mode = (uint16_t)entry->mode,
						 .oid = entry->data->oid};
}

static void add_look(struct looking *looking, struct scan_dir *dir, size_t at)
{
	ARRAY_GROW(looking->looks, looking->nr_looks, looking->alloc_looks);
	looking->looks[looking->nr_looks++] = (struct look){dir, at, NULL};
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

/* Nearly all of them turn out to be their blob, and nothing is kept of them:
 * memory is for those that are not. */
static int look_at_one(void *context, size_t i, struct error *err)
{
	struct looking *looking = context;
	struct look *look = &looking->looks[i];
	const struct index_entry *entry =
		&looking->snapshot->scan->index->entries[look->at];
	struct content content = {0};
	int ret = read_same(looking, entry->path, entry, &content, err);

	if (!ret && (content.state != CONTENT_READ ||
		     !oid_equal(&content.blob, &content.raw)))
		look->content = xmemdup(&content, sizeof(content));
	else
		content_release(&content);
	return ret;
}

static int by_place(const void *a, const void *b)
{
	const struct look *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static int look_at_all(struct looking *looking, struct error *err)
{
	const struct index *index = looking->snapshot->scan->index;
	int ret = thread_for(looking->nr_looks, look_at_one, looking, err);

	for (size_t i = 0; !ret && i < looking->nr_looks; i++) {
		const struct look *look = &looking->looks[i];

		if (look->content)
			add_same(look->dir, &index->entries[look->at]);
		else
			plain_add(looking->plain, &index->entries[look->at]);
	}
	if (looking->nr_looks)
		qsort(looking->looks, looking->nr_looks,
		      sizeof(*looking->looks), by_place);
	return ret;
}

/* The file of an item that add_same() made: it was read for that. */
static void add_looked_at(struct looking *looking, struct scan_item *item)
{
	const struct index *index = looking->snapshot->scan->index;
	const struct look wanted = {
		.at = (size_t)(item->entry - index->entries)};
	struct look *look = bsearch(&wanted, looking->looks, looking->nr_looks,
				    sizeof(*look), by_place);
	struct snapshot *snapshot = looking->snapshot;

	snapshot_add_file(snapshot, item);
	item->stat = look->content->stat;
	snapshot_settle(snapshot, &snapshot->files[snapshot->nr_files - 1],
			look->content);
	free(look->content);
	look->content = NULL;
}

static void free_looks(struct looking *looking)
{
	for (size_t i = 0; i < looking->nr_looks; i++) {
		if (!looking->looks[i].content)
			continue;
		content_release(looking->looks[i].content);
		free(looking->looks[i].content);
	}
	free(looking->looks);
}

static int by_entry(const void *a, const void *b)
{
	const struct scan_item *x = a, *y = b;

	if (!x->entry || !y->entry)
		return !x->entry - !y->entry;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Restore the order that the walk left: tracked ones first, as in the index.
 * Only then do pointers to items last. */
static void settle_items(struct looking *looking, struct scan_dir *dir)
{
	if (dir->nr_items)
		qsort(dir->items, dir->nr_items, sizeof(*dir->items), by_entry);
	for (size_t i = 0; i < dir->nr_items; i++)
		if (dir->items[i].kind == SCAN_SAME)
			add_looked_at(looking, &dir->items[i]);
	for (struct scan_dir *child = dir->children; child; child = child->next)
		settle_items(looking, child);
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
		if (!ret)
			settle_items(&looking, top);
	}
	free(looking.unknown);
	free_looks(&looking);
	return ret;
}
