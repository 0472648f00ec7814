#include "git/tree.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/tree_memory.h"

static const struct {
	const char *text;
	uint32_t mode;
} modes[] = {
	{"100644", MODE_FILE}, {"40000", MODE_TREE},	 {"100755", MODE_EXEC},
	{"120000", MODE_LINK}, {"160000", MODE_GITLINK},
};

/*
 * What git makes of the mode's digits: of a file only the owner's execute bit
 * counts, zeros in front count for nothing. Trees of 2005 to 2009 have 100664
 * and 040000. 0: it is none of the five.
 */
static uint32_t parse_mode(const char *text, size_t len)
{
	uint32_t mode = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '7')
			return 0;
		mode = mode << 3 | (uint32_t)(text[i] - '0');
	}
	switch (mode & 0170000) {
	case 0100000:
		return mode & 0100 ? MODE_EXEC : MODE_FILE;
	case MODE_TREE:
	case MODE_LINK:
	case MODE_GITLINK:
		return mode & 0170000;
	default:
		return 0;
	}
}

/* Parse one entry at `*pos` by itself, and move `*pos` behind it. */
static int parse_entry(const struct buf *raw, size_t *pos,
		       struct tree_entry *entry, struct error *err)
{
	const char *at = raw->ptr + *pos;
	size_t left = raw->len - *pos;
	const char *space = memchr(at, ' ', left < 8 ? left : 8);
	const char *nul;

	if (!space)
		return error_set(err, ERR_INVALID, "tree entry without a mode");
	entry->mode = parse_mode(at, (size_t)(space - at));
	if (!entry->mode)
		return error_set(err, ERR_INVALID, "tree entry of mode '%.*s'",
				 (int)(space - at), at);
	entry->name = space + 1;
	left -= (size_t)(entry->name - at);
	nul = memchr(entry->name, '\0', left);
	if (!nul || left - (size_t)(nul - entry->name) < 1 + OID_RAWSZ)
		return error_set(err, ERR_INVALID, "tree entry is cut short");
	entry->name_len = (size_t)(nul - entry->name);
	if (!entry->name_len)
		return error_set(err, ERR_INVALID, "tree entry without a name");
	if (memchr(entry->name, '/', entry->name_len))
		return error_set(err, ERR_INVALID,
				 "tree entry '%s' has a slash in its name",
				 entry->name);
	memcpy(entry->oid.id, nul + 1, OID_RAWSZ);
	*pos = (size_t)(nul + 1 + OID_RAWSZ - raw->ptr);
	return 0;
}

int tree_name_compare(const char *a, size_t a_len, bool a_dir, const char *b,
		      size_t b_len, bool b_dir)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int order = memcmp(a, b, len);
	int a_next, b_next;

	if (order)
		return order;
	a_next = len < a_len ? (unsigned char)a[len] : a_dir ? '/' : 0;
	b_next = len < b_len ? (unsigned char)b[len] : b_dir ? '/' : 0;
	return a_next - b_next;
}

/*
 * The files of a tree that a directory of the same name may still follow:
 * "a", "a-b" and "a" with the slash of a directory are in order. All that
 * stands between the two starts with the name, so a file can be forgotten as
 * soon as one comes that does not; what is left is a stack.
 */
struct open_names {
	struct tree_entry *items;
	size_t nr;
	size_t alloc;
};

static bool is_double(struct open_names *open, const struct tree_entry *entry)
{
	while (open->nr) {
		const struct tree_entry *top = &open->items[open->nr - 1];

		if (top->name_len <= entry->name_len &&
		    !memcmp(top->name, entry->name, top->name_len))
			break;
		open->nr--;
	}
	if (entry->mode == MODE_TREE)
		return open->nr &&
		       open->items[open->nr - 1].name_len == entry->name_len;
	ARRAY_GROW(open->items, open->nr, open->alloc);
	open->items[open->nr++] = *entry;
	return false;
}

/* All that tree_next() promises about a tree. */
static int check_tree(const struct buf *raw, struct error *err)
{
	struct open_names open = {0};
	struct tree_entry last, entry;
	size_t pos = 0;
	int ret = 0;

	for (bool first = true; pos < raw->len; first = false, last = entry) {
		int order = -1;

		ret = parse_entry(raw, &pos, &entry, err);
		if (ret < 0)
			break;
		if (!first)
			order = tree_name_compare(last.name, last.name_len,
						  last.mode == MODE_TREE,
						  entry.name, entry.name_len,
						  entry.mode == MODE_TREE);
		if (order > 0)
			ret = error_set(err, ERR_INVALID,
					"tree entry '%s' is out of order",
					entry.name);
		else if (!order || is_double(&open, &entry))
			ret = error_set(err, ERR_INVALID,
					"tree has two entries '%s'",
					entry.name);
		if (ret < 0)
			break;
	}
	free(open.items);
	return ret;
}

int tree_next(const struct buf *raw, size_t *pos, struct tree_entry *entry,
	      struct error *err)
{
	int ret = 0;

	/* Order and doubles are properties of the whole. */
	if (!*pos)
		ret = check_tree(raw, err);
	if (ret < 0 || *pos >= raw->len)
		return ret;
	ret = parse_entry(raw, pos, entry, err);
	return ret < 0 ? ret : 1;
}

void tree_add(struct buf *raw, uint32_t mode, const char *name, size_t name_len,
	      const struct oid *oid)
{
	size_t i = 0;

	while (modes[i].mode != mode)
		i++;
	buf_addstr(raw, modes[i].text);
	buf_addch(raw, ' ');
	buf_add(raw, name, name_len);
	buf_addch(raw, '\0');
	buf_add(raw, oid->id, OID_RAWSZ);
}

/* Find one component in the tree `oid`; `entry` points into `raw`. */
static int find_entry(struct repository *repo, const struct oid *oid,
		      const char *name, size_t len, struct buf *raw,
		      struct tree_entry *entry, struct error *err)
{
	size_t pos = 0;
	int ret;

	buf_reset(raw);
	ret = object_read(repo, oid, OBJECT_TREE, TREE_MAX_BYTES, raw, err);
	if (ret < 0)
		return ret;
	while ((ret = tree_next(raw, &pos, entry, err)) > 0)
		if (entry->name_len == len && !memcmp(entry->name, name, len))
			return 1;
	return ret;
}

int tree_find(struct repository *repo, const struct oid *tree, const char *path,
	      uint32_t *mode, struct oid *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry = {.mode = MODE_TREE, .oid = *tree};
	const char *at = path;
	int ret = 0;

	do {
		size_t len = strcspn(at, "/");
		struct oid dir = entry.oid;

		ret = 0;
		if (entry.mode == MODE_TREE)
			ret = find_entry(repo, &dir, at, len, &raw, &entry,
					 err);
		at += len;
	} while (ret > 0 && *at++);
	if (!ret)
		ret = error_set(err, ERR_NOT_FOUND, "no path '%s' in the tree",
				path);
	if (ret > 0) {
		if (mode)
			*mode = entry.mode;
		if (out)
			*out = entry.oid;
		ret = 0;
	}
	buf_release(&raw);
	return ret;
}

struct walk {
	struct repository *repo;
	tree_visit visit;
	void *context;
	uint64_t entries;
	uint64_t max_entries;
	uint64_t held; /* bytes of the trees that are open */
	unsigned depth;
	struct buf path;
};

#define WALK_MAX_DEPTH 4096

static int walk_tree(struct walk *walk, const struct oid *oid,
		     struct error *err);

static int walk_entry(struct walk *walk, const struct tree_entry *entry,
		      struct error *err)
{
	size_t len = walk->path.len;
	int ret;

	if (walk->entries++ >= walk->max_entries)
		return error_set(err, ERR_INVALID,
				 "tree has more than %llu entries",
				 (unsigned long long)walk->max_entries);
	buf_add(&walk->path, entry->name, entry->name_len);
	if (entry->mode == MODE_TREE) {
		buf_addch(&walk->path, '/');
		ret = walk_tree(walk, &entry->oid, err);
	} else {
		ret = walk->visit(walk->context, walk->path.ptr, entry, err);
	}
	buf_setlen(&walk->path, len);
	return ret;
}

static int walk_tree(struct walk *walk, const struct oid *oid,
		     struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t pos = 0;
	int ret;

	if (walk->depth >= WALK_MAX_DEPTH)
		return error_set(err, ERR_INVALID,
				 "directories are nested deeper than %d",
				 WALK_MAX_DEPTH);
	walk->depth++;
	ret = object_read(walk->repo, oid, OBJECT_TREE,
			  TREE_MAX_BYTES - walk->held, &raw, err);
	if (ret < 0)
		goto done;
	walk->held += raw.len;
	while ((ret = tree_next(&raw, &pos, &entry, err)) > 0) {
		ret = walk_entry(walk, &entry, err);
		if (ret)
			break;
	}
	walk->held -= raw.len;
done:
	walk->depth--;
	buf_release(&raw);
	return ret;
}

int tree_walk(struct repository *repo, const struct oid *tree,
	      uint64_t max_entries, tree_visit visit, void *context,
	      struct error *err)
{
	struct walk walk = {
		.repo = repo,
		.visit = visit,
		.context = context,
		.max_entries = max_entries,
		.path = BUF_INIT,
	};
	int ret = walk_tree(&walk, tree, err);

	buf_release(&walk.path);
	return ret;
}
