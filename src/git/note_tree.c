#include "git/note_tree.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/tree.h"

/* A flat tree of a million notes has 70 MiB. */
#define MAX_TREE ((uint64_t)256 << 20)
#define PAIR 2

/* Whether the note is on an object whose digits start with these. */
static bool is_pair(const struct tree_entry *entry)
{
	return entry->mode == MODE_TREE && entry->name_len == PAIR;
}

static bool is_blob(const struct tree_entry *entry)
{
	return entry->mode != MODE_TREE && entry->mode != MODE_GITLINK;
}

static bool has_name(const struct tree_entry *entry, const char *digits,
		     size_t len)
{
	return entry->name_len == len && !memcmp(entry->name, digits, len);
}

/* Like git where it finds two notes on one object. */
static int append_blob(struct repository *repo, const struct oid *blob,
		       uint64_t limit, struct buf *out, size_t start,
		       struct error *err)
{
	if (out->len > start && out->ptr[out->len - 1] != '\n')
		buf_addch(out, '\n');
	if (out->len > start)
		buf_addch(out, '\n');
	return object_read(repo, blob, OBJECT_BLOB, limit, out, err);
}

/* Append every form of the note below `tree`; `digits` are those left. */
static int read_below(struct repository *repo, const struct oid *tree,
		      const char *digits, uint64_t limit, struct buf *out,
		      size_t start, bool *found, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t len = strlen(digits), pos = 0;
	int ret = object_read(repo, tree, OBJECT_TREE, MAX_TREE, &raw, err);

	while (!ret && (ret = tree_next(&raw, &pos, &entry, err)) > 0) {
		ret = 0;
		if (is_blob(&entry) && has_name(&entry, digits, len)) {
			*found = true;
			ret = append_blob(repo, &entry.oid, limit, out, start,
					  err);
		} else if (is_pair(&entry) && len > PAIR &&
			   has_name(&entry, digits, PAIR)) {
			ret = read_below(repo, &entry.oid, digits + PAIR, limit,
					 out, start, found, err);
		}
	}
	buf_release(&raw);
	return ret;
}

int note_tree_read(struct repository *repo, const struct oid *tree,
		   const struct oid *target, uint64_t limit, struct buf *out,
		   struct error *err)
{
	char hex[OID_HEXSZ + 1];
	bool found = false;
	int ret;

	oid_hex(target, hex);
	ret = read_below(repo, tree, hex, limit, out, out->len, &found, err);
	if (!ret && !found)
		ret = error_set(err, ERR_NOT_FOUND, "no note on %s", hex);
	return ret;
}

/* Entries of the tree that is made, before they are in tree order. */
struct entry_list {
	struct tree_entry *items;
	size_t nr;
	size_t alloc;
};

static void add_entry(struct entry_list *list, uint32_t mode, const char *name,
		      size_t name_len, const struct oid *oid)
{
	ARRAY_GROW(list->items, list->nr, list->alloc);
	list->items[list->nr++] = (struct tree_entry){
		.mode = mode, .name = name, .name_len = name_len, .oid = *oid};
}

static int compare_entries(const void *a, const void *b)
{
	const struct tree_entry *x = a, *y = b;

	return tree_name_compare(x->name, x->name_len, x->mode == MODE_TREE,
				 y->name, y->name_len, y->mode == MODE_TREE);
}

struct editor {
	struct repository *repo;
	struct pack *pack;
	const struct note_edit *edits;	  /* sorted */
	const char (*hex)[OID_HEXSZ + 1]; /* their targets */
};

/* A run of edits whose targets have the same first `depth` digits. */
struct range {
	size_t first;
	size_t nr;
	size_t depth;
};

static int edit_tree(const struct editor *editor, const struct oid *tree,
		     struct range range, struct oid *out, struct error *err);

/* The part of `range` that goes on with the two digits at `digits`. */
static struct range narrow(const struct editor *editor, struct range range,
			   const char *digits)
{
	size_t first = range.first, end = range.first + range.nr;

	while (first < end &&
	       memcmp(editor->hex[first] + range.depth, digits, PAIR))
		first++;
	range.nr = 0;
	range.first = first;
	while (first + range.nr < end &&
	       !memcmp(editor->hex[first + range.nr] + range.depth, digits,
		       PAIR))
		range.nr++;
	range.depth += PAIR;
	return range;
}

static bool is_edited(const struct editor *editor, struct range range,
		      const struct tree_entry *entry)
{
	for (size_t i = range.first; i < range.first + range.nr; i++)
		if (has_name(entry, editor->hex[i] + range.depth,
			     OID_HEXSZ - range.depth))
			return true;
	return false;
}

/* Edit the tree of two digits; NULL: there is none yet. */
static int edit_pair(const struct editor *editor, const struct oid *tree,
		     struct range range, struct entry_list *list,
		     struct error *err)
{
	const char *name = editor->hex[range.first] + range.depth - PAIR;
	struct oid made;
	int ret = edit_tree(editor, tree, range, &made, err);

	if (!ret && !oid_is_zero(&made))
		add_entry(list, MODE_TREE, name, PAIR, &made);
	return ret;
}

/* What stays of the tree `raw`, and its trees of two digits edited. */
static int copy_entries(const struct editor *editor, const struct buf *raw,
			struct range range, bool *done, struct entry_list *list,
			struct error *err)
{
	struct tree_entry entry;
	size_t pos = 0;
	int ret;

	while ((ret = tree_next(raw, &pos, &entry, err)) > 0) {
		if (is_blob(&entry) && is_edited(editor, range, &entry))
			continue;
		if (is_pair(&entry) && range.depth + PAIR < OID_HEXSZ) {
			struct range below = narrow(editor, range, entry.name);

			for (size_t i = 0; i < below.nr; i++)
				done[below.first - range.first + i] = true;
			if (below.nr) {
				ret = edit_pair(editor, &entry.oid, below, list,
						err);
				if (ret < 0)
					return ret;
				continue;
			}
		}
		add_entry(list, entry.mode, entry.name, entry.name_len,
			  &entry.oid);
	}
	return ret;
}

/* New notes: a tree of two digits at the top, the blob below it. */
static int insert(const struct editor *editor, struct range range,
		  const bool *done, struct entry_list *list, struct error *err)
{
	size_t end = range.first + range.nr;
	int ret = 0;

	for (size_t i = range.first; i < end && !ret;) {
		const char *digits = editor->hex[i] + range.depth;
		struct range below;

		if (range.depth == PAIR) {
			if (!editor->edits[i].remove)
				add_entry(list, MODE_FILE, digits,
					  OID_HEXSZ - PAIR,
					  &editor->edits[i].blob);
			i++;
			continue;
		}
		below = narrow(editor, range, digits);
		if (!done[i - range.first])
			ret = edit_pair(editor, NULL, below, list, err);
		i += below.nr;
	}
	return ret;
}

static int write_tree(const struct editor *editor, struct entry_list *list,
		      struct oid *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	int ret;

	*out = (struct oid){{0}};
	if (!list->nr)
		return 0;
	qsort(list->items, list->nr, sizeof(*list->items), compare_entries);
	for (size_t i = 0; i < list->nr; i++)
		tree_add(&raw, list->items[i].mode, list->items[i].name,
			 list->items[i].name_len, &list->items[i].oid);
	ret = pack_add(editor->pack, OBJECT_TREE, raw.ptr, raw.len, out, err);
	buf_release(&raw);
	return ret;
}

/*
 * Only the top and the trees of its first pair get new notes; deeper ones, made
 * by others, are looked through for what is to go.
 */
static int edit_tree(const struct editor *editor, const struct oid *tree,
		     struct range range, struct oid *out, struct error *err)
{
	struct entry_list list = {0};
	struct buf raw = BUF_INIT;
	bool *done = xcalloc(range.nr, sizeof(*done));
	int ret = 0;

	if (tree)
		ret = object_read(editor->repo, tree, OBJECT_TREE, MAX_TREE,
				  &raw, err);
	if (!ret)
		ret = copy_entries(editor, &raw, range, done, &list, err);
	if (!ret && range.depth <= PAIR)
		ret = insert(editor, range, done, &list, err);
	if (!ret)
		ret = write_tree(editor, &list, out, err);
	free(list.items);
	free(done);
	buf_release(&raw);
	return ret;
}

static int compare_edits(const void *a, const void *b)
{
	return oid_compare(&((const struct note_edit *)a)->target,
			   &((const struct note_edit *)b)->target);
}

int note_tree_edit(struct repository *repo, struct pack *pack,
		   const struct oid *tree, struct note_edit *edits, size_t nr,
		   struct oid *out, struct error *err)
{
	char(*hex)[OID_HEXSZ + 1] =
		xmalloc(array_bytes(nr ? nr : 1, sizeof(*hex)));
	const struct editor editor = {repo, pack, edits,
				      (const char(*)[41])hex};
	struct range all = {.nr = nr};
	int ret;

	if (nr > 1)
		qsort(edits, nr, sizeof(*edits), compare_edits);
	for (size_t i = 0; i < nr; i++)
		oid_hex(&edits[i].target, hex[i]);
	ret = edit_tree(&editor, tree, all, out, err);
	free(hex);
	return ret;
}
