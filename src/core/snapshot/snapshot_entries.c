#include "core/snapshot/snapshot_entries.h"

#include "base/alloc.h"
#include "base/sorted.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_tree.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/tree.h"
#include "git/tree_memory.h"
#include "worktree/cache.h"

#define FEW 8

void snapshot_entries_release(struct snapshot_entries *entries)
{
	free(entries->items);
	*entries = (struct snapshot_entries){0};
}

void snapshot_entries_add(struct snapshot_entries *entries, const char *name,
			  size_t len, uint32_t mode, const struct oid *oid)
{
	ARRAY_GROW(entries->items, entries->nr, entries->alloc);
	entries->items[entries->nr++] =
		(struct snapshot_entry){name, len, mode, *oid, NULL};
}

void snapshot_entries_add_indexed(struct snapshot_entries *entries,
				  const char *name,
				  const struct index_entry *entry)
{
	snapshot_entries_add(entries, name, strlen(name), entry->mode,
			     index_entry_oid(entry));
	entries->items[entries->nr - 1].from = entry;
}

static int compare(const void *a, const void *b)
{
	const struct snapshot_entry *x = a, *y = b;

	return tree_name_compare(x->name, x->len, x->mode == MODE_TREE, y->name,
				 y->len, y->mode == MODE_TREE);
}

/* Where the one belongs that follows `nr` others, which are sorted. */
static void insert(struct snapshot_entry *items, size_t nr)
{
	const struct snapshot_entry entry = items[nr];
	const size_t at =
		sorted_place(&entry, items, nr, sizeof(*items), compare);

	memmove(items + at + 1, items + at, (nr - at) * sizeof(*items));
	items[at] = entry;
}

/* Mostly they come from a tree, or the index, and a few others after them. */
static void sort(struct snapshot_entries *entries)
{
	struct snapshot_entry *items = entries->items;
	size_t sorted = 1;

	while (sorted < entries->nr &&
	       compare(&items[sorted - 1], &items[sorted]) < 0)
		sorted++;
	if (entries->nr > sorted + FEW)
		qsort(items, entries->nr, sizeof(*items), compare);
	else
		for (; sorted < entries->nr; sorted++)
			insert(items, sorted);
}

void snapshot_note_tree(struct snapshot *snapshot, const struct oid *tree)
{
	ARRAY_GROW(snapshot->made, snapshot->nr_made, snapshot->alloc_made);
	snapshot->made[snapshot->nr_made++] = *tree;
}

/* A tree that the cache's checkpoint has is there, with all that is in it. */
static int write_raw(struct snapshot *snapshot,
		     const struct snapshot_entries *entries,
		     const struct buf *raw, const struct oid *was,
		     struct tree_memory *memory, struct oid *out,
		     struct error *err)
{
	if (object_hash(out, OBJECT_TREE, raw->ptr, raw->len, err) < 0)
		return err->code;
	snapshot_note_tree(snapshot, out);
	if (cache_has_tree(snapshot->cache, out) ||
	    (was && oid_equal(was, out))) {
		if (memory)
			tree_memory_put(memory, raw, out);
		return 0;
	}
	for (size_t i = 0; i < entries->nr && !snapshot->index_is_held; i++) {
		const struct index_entry *from = entries->items[i].from;

		if (from &&
		    snapshot_expect_object(snapshot, index_entry_oid(from),
					   from->mode, from->path, err) < 0)
			return err->code;
	}
	return tree_memory_add(memory, snapshot->pack, raw, out, err);
}

int snapshot_entries_write(struct snapshot *snapshot,
			   struct snapshot_entries *entries,
			   const struct oid *was, struct tree_memory *memory,
			   struct oid *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	int ret;

	sort(entries);
	for (size_t i = 0; i < entries->nr; i++)
		tree_add(&raw, entries->items[i].mode, entries->items[i].name,
			 entries->items[i].len, &entries->items[i].oid);
	ret = write_raw(snapshot, entries, &raw, was, memory, out, err);
	buf_release(&raw);
	return ret;
}
