#include "core/snapshot/snapshot_tree.h"

#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_entries.h"
#include "core/snapshot/snapshot_recipe.h"
#include "core/snapshot/snapshot_was.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/cache.h"
#include "worktree/sealed.h"

int snapshot_expect_object(struct snapshot *snapshot, const struct oid *oid,
			   uint32_t mode, const char *path, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	/* git writes such an index only when told to, and no tree of it. */
	if (oid_is_zero(oid)) {
		error_set(err, ERR_FAILED, "the index has no object for '%s'",
			  path);
		return error_hint(err, "'git rm --cached' takes it out");
	}
	if (mode == MODE_GITLINK || snapshot->repo->partial ||
	    object_exists(snapshot->repo, oid) || pack_has(snapshot->pack, oid))
		return 0;
	error_set(err, ERR_NOT_FOUND, "object %s of '%s' is missing",
		  oid_hex(oid, hex), path);
	return error_hint(err, "the repository is damaged; see 'git fsck'");
}

/* -- from the index alone ------------------------------------------------ */

typedef bool (*entry_filter)(const struct index_entry *entry);

static bool is_staged(const struct index_entry *entry)
{
	return !entry->stage && !(entry->flags & INDEX_INTENT_TO_ADD);
}

/* The part of a directory that is not there that still counts as being there:
 * what a sparse checkout left out. */
static bool is_left_out(const struct index_entry *entry)
{
	return is_staged(entry) && (entry->flags & INDEX_SKIP_WORKTREE);
}

static size_t end_of_subdir(const struct index *index, size_t at, size_t end,
			    size_t len)
{
	const char *path = index->entries[at].path;

	while (at < end && !strncmp(index->entries[at].path, path, len))
		at++;
	return at;
}

/*
 * The tree of entries [first, end), which share `skip` bytes of path. `*empty`
 * says that no entry passed the filter.
 */
static int range_tree(struct snapshot *snapshot, size_t first, size_t end,
		      size_t skip, const struct index_tree *known,
		      entry_filter filter, struct oid *out, bool *empty,
		      struct error *err)
{
	const struct index *index = snapshot->scan->index;
	struct snapshot_entries entries = {0};
	int ret = 0;

	*empty = first == end;
	if (filter == is_staged && known && known->entries >= 0 &&
	    (snapshot->index_is_held ||
	     object_exists(snapshot->repo, &known->oid))) {
		*out = known->oid;
		return 0;
	}
	for (size_t at = first, next; !ret && at < end; at = next) {
		const struct index_entry *entry = &index->entries[at];
		const char *name = entry->path + skip;
		const char *slash = strchr(name, '/');
		size_t len = slash ? (size_t)(slash - name) : strlen(name);
		struct oid tree;
		bool none;

		next = at + 1;
		if (slash) {
			next = end_of_subdir(index, at, end, skip + len + 1);
			ret = range_tree(
				snapshot, at, next, skip + len + 1,
				known ? index_tree_child(known, name, len)
				      : NULL,
				filter, &tree, &none, err);
			if (!ret && !none)
				snapshot_entries_add(&entries, name, len,
						     MODE_TREE, &tree);
		} else if (filter(entry)) {
			snapshot_entries_add_indexed(&entries, name, entry);
		}
	}
	*empty = !entries.nr;
	if (!ret)
		ret = snapshot_entries_write(snapshot, &entries, NULL,
					     snapshot->trees, out, err);
	snapshot_entries_release(&entries);
	return ret;
}

/* -- from the scan ------------------------------------------------------- */

static int dir_tree(struct snapshot *snapshot, struct scan_dir *dir,
		    struct oid *out, bool *empty, struct error *err);

/* What an item puts into the tree: 1, nothing: 0. */
static int item_entry(const struct scan_item *item, uint32_t *mode,
		      struct oid *oid)
{
	switch (item->kind) {
	case SCAN_CHANGED:
	case SCAN_UNTRACKED:
	case SCAN_GITLINK:
	case SCAN_SAME:
		*mode = item->mode;
		*oid = item->oid;
		return 1;
	default:
		return 0;
	}
}

/* The tracked files of this directory itself, item by item where there is one:
 * the walk has left both in the order of the index. */
static void add_tracked(const struct snapshot *snapshot,
			const struct scan_dir *dir,
			struct snapshot_entries *entries)
{
	const struct index *index = snapshot->scan->index;
	size_t item = 0;

	for (size_t at = dir->first; at < dir->end; at++) {
		const struct index_entry *entry = &index->entries[at];
		const char *name = entry->path + dir->path_len;

		if (strchr(name, '/'))
			continue;
		while (item < dir->nr_items && (!dir->items[item].entry ||
						dir->items[item].entry < entry))
			item++;
		if (item < dir->nr_items && dir->items[item].entry == entry)
			continue; /* add_items() has it */
		if (is_staged(entry))
			snapshot_entries_add_indexed(entries, name, entry);
	}
}

static void add_items(const struct scan_dir *dir,
		      struct snapshot_entries *entries)
{
	for (size_t i = 0; i < dir->nr_items; i++) {
		const struct scan_item *item = &dir->items[i];
		const char *name = item->path + dir->path_len;
		uint32_t mode;
		struct oid oid;

		/* A nested repository is an item of the directory that it is,
		 * and an entry of the one above. */
		if (strlen(item->path) < dir->path_len)
			continue;
		if (item_entry(item, &mode, &oid))
			snapshot_entries_add(entries, name, strlen(name), mode,
					     &oid);
		else if (item->kind == SCAN_OMITTED && item->entry &&
			 is_staged(item->entry))
			snapshot_entries_add_indexed(entries, name,
						     item->entry);
	}
}

/* The commit of a directory that is a nested repository and nothing else. */
static const struct scan_item *own_gitlink(const struct scan_dir *dir)
{
	for (size_t i = 0; dir->nested && i < dir->nr_items; i++)
		if (dir->items[i].kind == SCAN_GITLINK &&
		    strlen(dir->items[i].path) < dir->path_len)
			return &dir->items[i];
	return NULL;
}

/* Whether a file or link stands where the directory was: git add takes it, and
 * drops what a sparse checkout had left out below that name. */
static bool is_replaced(const struct scan_dir *dir,
			const struct scan_dir *child)
{
	size_t len = child->path_len - 1;

	if (!child->missing)
		return false;
	for (size_t i = 0; i < dir->nr_items; i++) {
		const struct scan_item *item = &dir->items[i];
		uint32_t mode;
		struct oid oid;

		if (!strncmp(item->path, child->path, len) &&
		    !item->path[len] && item_entry(item, &mode, &oid))
			return true;
	}
	return false;
}

static int add_children(struct snapshot *snapshot, struct scan_dir *dir,
			struct snapshot_entries *entries, struct recipe *recipe,
			struct error *err)
{
	for (struct scan_dir *child = dir->children; child;
	     child = child->next) {
		const struct scan_item *gitlink = own_gitlink(child);
		const char *name = child->path + dir->path_len;
		size_t len = child->path_len - dir->path_len - 1;
		struct oid tree;
		bool empty;

		if (gitlink) {
			recipe_add_child(recipe, child, MODE_GITLINK,
					 &gitlink->oid);
			snapshot_entries_add(entries, name, len, MODE_GITLINK,
					     &gitlink->oid);
			continue;
		}
		if (is_replaced(dir, child)) {
			recipe_add_child(recipe, child, 0, NULL);
			continue;
		}
		if (dir_tree(snapshot, child, &tree, &empty, err) < 0)
			return err->code;
		recipe_add_child(recipe, child, MODE_TREE,
				 empty ? NULL : &tree);
		if (!empty)
			snapshot_entries_add(entries, name, len, MODE_TREE,
					     &tree);
	}
	return 0;
}

/*
 * Whether nobody need look for what the index has, one by one: in a repository
 * with a million files that is a search in 25 MB for each directory. What HEAD
 * has may be missing where git would fetch it.
 */
static bool is_index_held(const struct snapshot *snapshot)
{
	const struct index_tree *top = snapshot->scan->index->tree;

	/* The index is the one that the sealed checkpoint has. */
	if (snapshot->sealed)
		return true;
	if (!top || top->entries <= 0)
		return false;
	return cache_has_index(snapshot->cache, &top->oid) ||
	       (!snapshot->repo->partial &&
		oid_equal(&top->oid, &snapshot->head_tree));
}

/* Whether the index's own tree of the directory is there. */
static bool index_tree_is_there(const struct snapshot *snapshot,
				const struct scan_dir *dir)
{
	return snapshot->index_is_held ||
	       object_exists(snapshot->repo, &dir->tree->oid);
}

/* One that still holds, by what the seal says. */
static void keep_entry(void *entries, const struct tree_entry *entry)
{
	snapshot_entries_add(entries, entry->name, entry->name_len, entry->mode,
			     &entry->oid);
}

static int dir_tree(struct snapshot *snapshot, struct scan_dir *dir,
		    struct oid *out, bool *empty, struct error *err)
{
	struct snapshot_entries entries = {0};
	const struct oid *known = NULL;
	struct recipe recipe;
	struct buf was = BUF_INIT;
	int ret;

	if (dir->passed && !dir->children) {
		*empty = !dir->was;
		if (dir->was)
			*out = *dir->was;
		return 0;
	}
	*empty = true;
	if (!dir->differs && dir->tree && dir->tree->entries > 0 &&
	    index_tree_is_there(snapshot, dir)) {
		*out = dir->tree->oid;
		*empty = false;
		return 0;
	}
	if (dir->missing || dir->unreadable)
		return range_tree(snapshot, dir->first, dir->end, dir->path_len,
				  dir->tree,
				  dir->missing ? is_left_out : is_staged, out,
				  empty, err);
	recipe_start(&recipe, snapshot->scan, dir);
	ret = snapshot_was_list(snapshot, dir, &was, keep_entry, &entries, err);
	if (!ret)
		ret = add_children(snapshot, dir, &entries, &recipe, err);
	if (!ret)
		known = recipe_find(&recipe, snapshot);
	if (known) {
		*out = *known;
		*empty = false;
		snapshot_note_tree(snapshot, out);
	} else if (!ret) {
		add_tracked(snapshot, dir, &entries);
		add_items(dir, &entries);
		*empty = !entries.nr;
		if (entries.nr || !dir->parent)
			ret = snapshot_entries_write(
				snapshot, &entries, dir->was,
				snapshot->keeps_trees ? snapshot->trees : NULL,
				out, err);
	}
	if (!ret && !*empty)
		recipe_note(&recipe, snapshot, out);
	if (dir->nr_items)
		scan_pass_items(snapshot->scan, dir->nr_items);
	snapshot_entries_release(&entries);
	buf_release(&was);
	return ret;
}

int snapshot_build_trees(struct snapshot *snapshot, struct error *err)
{
	struct scan *scan = snapshot->scan;
	bool empty;

	snapshot->index_is_held = is_index_held(snapshot);
	if (snapshot->sealed) {
		const struct seal_head *head =
			seal_head(snapshot->sealed->seal);

		snapshot_was_set(scan->top, &head->tree);
		snapshot->index_tree = head->index_tree;
		return dir_tree(snapshot, scan->top, &snapshot->tree, &empty,
				err);
	}
	if (dir_tree(snapshot, scan->top, &snapshot->tree, &empty, err) < 0)
		return err->code;
	return range_tree(snapshot, 0, scan->index->nr, 0, scan->index->tree,
			  is_staged, &snapshot->index_tree, &empty, err);
}
