#include "git/index.h"

#include "base/alloc.h"
#include "git/index_file.h"
#include "git/tree.h"
#include "git/tree_memory.h"

/* What index_tree_update() hands out a pointer to the first member of. */
struct owned_tree {
	struct index_tree top;
	struct arena arena;
};

struct update {
	struct repository *repo;
	struct arena *arena;
	uint64_t seen; /* files and directories */
};

static struct index_tree *new_children(struct update *update, size_t nr)
{
	return nr ? arena_get(update->arena, nr * sizeof(struct index_tree), 8)
		  : NULL;
}

static int count(struct update *update, uint64_t nr, struct error *err)
{
	update->seen += nr;
	if (update->seen > INDEX_MAX_ENTRIES ||
	    update->arena->total > INDEX_MAX_SIZE)
		return error_set(err, ERR_INVALID, "too many files in a tree");
	return 0;
}

/* All of `from` but its name, which `to` has. */
static void take_over(struct update *update, struct index_tree *to,
		      const struct index_tree *from)
{
	uint32_t i;

	to->entries = from->entries;
	to->complete = true;
	to->nr_children = 0;
	to->children = new_children(update, from->nr_children);
	for (i = 0; i < from->nr_children; i++) {
		const struct index_tree *child = &from->children[i];
		struct index_tree *copy = &to->children[to->nr_children];

		if (child->entries <= 0)
			continue;
		*copy = *child;
		copy->name =
			arena_copy(update->arena, child->name, child->name_len);
		take_over(update, copy, child);
		to->nr_children++;
	}
}

/* Count the files of `tree` itself; its directories become its children. */
static int read_tree(struct update *update, struct index_tree *tree,
		     struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t pos = 0, files = 0, dirs = 0;
	int ret;

	ret = tree_memory_read(NULL, update->repo, &tree->oid, &raw, err);
	if (ret < 0)
		goto done;
	while ((ret = tree_next(&raw, &pos, &entry, err)) > 0) {
		bool is_dir = entry.mode == MODE_TREE;

		/* None that can be opened is a hundredth of that. */
		if (is_dir && entry.name_len > UINT16_MAX) {
			ret = error_set(err, ERR_INVALID,
					"a directory's name is too long");
			goto done;
		}
		dirs += is_dir;
		files += !is_dir;
	}
	if (!ret)
		ret = count(update, files + dirs, err);
	if (ret < 0)
		goto done;
	tree->entries = (int32_t)files;
	tree->nr_children = 0;
	tree->children = new_children(update, dirs);
	pos = 0;
	while ((ret = tree_next(&raw, &pos, &entry, err)) > 0) {
		struct index_tree *child;

		if (entry.mode != MODE_TREE)
			continue;
		child = &tree->children[tree->nr_children++];
		child->name =
			arena_copy(update->arena, entry.name, entry.name_len);
		child->name_len = (uint16_t)entry.name_len;
		child->oid = entry.oid;
	}
done:
	buf_release(&raw);
	return ret;
}

/* The rest of `tree`, of which name and id are set. */
static int fill(struct update *update, struct index_tree *tree,
		const struct index_tree *old, unsigned depth, struct error *err)
{
	uint32_t i, kept = 0;
	int ret;

	if (depth > INDEX_TREE_MAX_DEPTH)
		return error_set(err, ERR_INVALID,
				 "directories are nested deeper than %d",
				 INDEX_TREE_MAX_DEPTH);
	if (old && old->complete && oid_equal(&old->oid, &tree->oid)) {
		take_over(update, tree, old);
		return count(update, (uint64_t)tree->entries, err);
	}
	ret = read_tree(update, tree, err);
	if (ret < 0)
		return ret;
	for (i = 0; i < tree->nr_children; i++) {
		struct index_tree child = tree->children[i];
		const struct index_tree *before =
			old ? index_tree_child(old, child.name, child.name_len)
			    : NULL;

		ret = fill(update, &child, before, depth + 1, err);
		if (ret < 0)
			return ret;
		/* What has no entries is no directory in an index. */
		if (!child.entries)
			continue;
		tree->entries += child.entries;
		tree->children[kept++] = child;
	}
	tree->nr_children = kept;
	tree->complete = true;
	index_tree_sort(tree);
	return 0;
}

int index_tree_update(struct index_tree **out, struct repository *repo,
		      const struct index_tree *old, const struct oid *new_top,
		      struct error *err)
{
	struct owned_tree *made = xcalloc(1, sizeof(*made));
	struct update update = {.repo = repo, .arena = &made->arena};
	int ret;

	made->top.name = "";
	made->top.oid = *new_top;
	ret = fill(&update, &made->top, old, 0, err);
	if (ret < 0) {
		index_tree_free(&made->top);
		return ret;
	}
	*out = &made->top;
	return 0;
}

void index_tree_free(struct index_tree *tree)
{
	struct owned_tree *made = (struct owned_tree *)tree;

	if (!made)
		return;
	arena_release(&made->arena);
	free(made);
}
