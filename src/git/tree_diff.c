#include "git/tree_diff.h"

#include "base/buf.h"
#include "git/tree.h"
#include "git/tree_memory.h"

/* Nothing a file system holds nests deeper. */
#define MAX_DEPTH 4096

struct diff {
	struct repository *repo;
	const struct tree_memory *memory;
	tree_diff_visit visit;
	void *context;
	uint64_t left; /* entries that may still be read */
	unsigned depth;
	struct buf path;
};

/* One side of a directory being compared. */
struct side {
	struct buf raw;
	size_t pos;
	struct tree_entry entry;
	bool has; /* `entry` is the next one */
};

static int diff_trees(struct diff *diff, const struct oid *old_tree,
		      const struct oid *new_tree, struct error *err);

static int advance(struct diff *diff, struct side *side, struct error *err)
{
	int got = tree_next(&side->raw, &side->pos, &side->entry, err);

	if (got < 0)
		return got;
	side->has = got > 0;
	if (side->has && !diff->left--)
		return error_set(err, ERR_INVALID,
				 "too many entries in a tree");
	return 0;
}

static int open_side(struct diff *diff, struct side *side,
		     const struct oid *tree, struct error *err)
{
	*side = (struct side){.raw = BUF_INIT};
	if (!oid_is_zero(tree) && tree_memory_read(diff->memory, diff->repo,
						   tree, &side->raw, err) < 0)
		return err->code;
	return advance(diff, side, err);
}

static int report(struct diff *diff, const struct tree_entry *old_entry,
		  const struct tree_entry *new_entry, struct error *err)
{
	struct tree_change change = {.path = diff->path.ptr};

	if (old_entry) {
		change.old_mode = old_entry->mode;
		change.old_oid = old_entry->oid;
	}
	if (new_entry) {
		change.new_mode = new_entry->mode;
		change.new_oid = new_entry->oid;
	}
	return diff->visit(diff->context, &change, err);
}

/* One name; at most one side is NULL. Both have the same kind otherwise. */
static int diff_entry(struct diff *diff, const struct tree_entry *old_entry,
		      const struct tree_entry *new_entry, struct error *err)
{
	const struct tree_entry *any = old_entry ? old_entry : new_entry;
	static const struct oid none;
	size_t len = diff->path.len;
	int ret;

	if (old_entry && new_entry && old_entry->mode == new_entry->mode &&
	    oid_equal(&old_entry->oid, &new_entry->oid))
		return 0;
	buf_add(&diff->path, any->name, any->name_len);
	if (any->mode == MODE_TREE) {
		buf_addch(&diff->path, '/');
		ret = diff_trees(diff, old_entry ? &old_entry->oid : &none,
				 new_entry ? &new_entry->oid : &none, err);
	} else {
		ret = report(diff, old_entry, new_entry, err);
	}
	buf_setlen(&diff->path, len);
	return ret;
}

/* The order in which git sorts, so that two sides can be merged. */
static int compare(const struct side *a, const struct side *b)
{
	if (!a->has || !b->has)
		return a->has ? -1 : 1;
	return tree_name_compare(a->entry.name, a->entry.name_len,
				 a->entry.mode == MODE_TREE, b->entry.name,
				 b->entry.name_len, b->entry.mode == MODE_TREE);
}

static int merge_sides(struct diff *diff, struct side *old_side,
		       struct side *new_side, struct error *err)
{
	int ret = 0;

	while (!ret && (old_side->has || new_side->has)) {
		int order = compare(old_side, new_side);

		ret = diff_entry(diff, order <= 0 ? &old_side->entry : NULL,
				 order >= 0 ? &new_side->entry : NULL, err);
		if (!ret && order <= 0)
			ret = advance(diff, old_side, err);
		if (!ret && order >= 0)
			ret = advance(diff, new_side, err);
	}
	return ret;
}

static int diff_trees(struct diff *diff, const struct oid *old_tree,
		      const struct oid *new_tree, struct error *err)
{
	struct side old_side = {.raw = BUF_INIT}, new_side = {.raw = BUF_INIT};
	int ret;

	if (oid_equal(old_tree, new_tree))
		return 0;
	if (diff->depth++ > MAX_DEPTH)
		return error_set(err, ERR_INVALID,
				 "directories nested too deep in a tree");
	ret = open_side(diff, &old_side, old_tree, err);
	if (!ret)
		ret = open_side(diff, &new_side, new_tree, err);
	if (!ret)
		ret = merge_sides(diff, &old_side, &new_side, err);
	diff->depth--;
	buf_release(&old_side.raw);
	buf_release(&new_side.raw);
	return ret;
}

int tree_diff(struct repository *repo, const struct tree_memory *memory,
	      const struct oid *old_tree, const struct oid *new_tree,
	      uint64_t max_entries, tree_diff_visit visit, void *context,
	      struct error *err)
{
	struct diff diff = {repo,	 memory, visit,	  context,
			    max_entries, 0,	 BUF_INIT};
	int ret = diff_trees(&diff, old_tree, new_tree, err);

	buf_release(&diff.path);
	return ret;
}
