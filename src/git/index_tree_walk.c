#include "git/index_file.h"

#include "git/tree.h"

/*
 * Trees and entries are walked together: the entries of a directory lie side
 * by side, those of its subdirectories among them.
 */
struct walk {
	const struct index_entry *entries;
	size_t nr;
	const size_t *moved; /* recount; or NULL */
	bool complete;	     /* make incomplete trees invalid */
};

static bool has_prefix(const struct index_entry *entry, const char *prefix,
		       size_t len)
{
	return entry->path_len >= len && !memcmp(entry->path, prefix, len);
}

/* Whether the entries from `start` on, and no more, make the valid `tree`. */
static bool spans(const struct walk *walk, const struct index_tree *tree,
		  size_t start, size_t prefix_len)
{
	const char *prefix = walk->entries[start].path;
	size_t end = start + (size_t)tree->entries;

	return end > start && end <= walk->nr &&
	       has_prefix(&walk->entries[end - 1], prefix, prefix_len) &&
	       (end == walk->nr ||
		!has_prefix(&walk->entries[end], prefix, prefix_len));
}

static bool belongs(const struct index_tree *tree,
		    const struct index_entry *entry, size_t prefix_len)
{
	if (entry->stage || entry->flags & INDEX_INTENT_TO_ADD)
		return false;
	/* A sparse directory is the tree itself. */
	return entry->path_len > prefix_len ||
	       oid_equal(&entry->oid, &tree->oid);
}

static bool walk_tree(const struct walk *walk, struct index_tree *tree,
		      size_t *at, size_t prefix_len)
{
	const char *prefix = walk->entries[*at].path;
	bool valid = tree->entries >= 0;
	size_t start = *at, end = valid ? start + (size_t)tree->entries : 0;
	bool complete = true;
	uint32_t i, to_see = 0;

	if (valid && !spans(walk, tree, start, prefix_len))
		return false;
	for (i = 0; i < tree->nr_children; i++)
		to_see += tree->children[i].entries > 0;
	while (valid ? *at < end
		     : *at < walk->nr && has_prefix(&walk->entries[*at], prefix,
						    prefix_len)) {
		const struct index_entry *entry = &walk->entries[*at];
		const char *name = entry->path + prefix_len;
		const char *slash =
			memchr(name, '/', entry->path_len - prefix_len);
		struct index_tree *child =
			slash ? index_tree_child(tree, name,
						 (size_t)(slash - name))
			      : NULL;

		if (valid && !belongs(tree, entry, prefix_len))
			return false;
		if (!child) {
			complete &= !slash;
			++*at;
			continue;
		}
		to_see -= child->entries > 0;
		if (!walk_tree(walk, child, at,
			       (size_t)(slash + 1 - entry->path)))
			return false;
		complete &= child->entries >= 0;
	}
	if (valid && walk->moved)
		tree->entries =
			(int32_t)(walk->moved[end] - walk->moved[start]);
	if (walk->complete && !complete)
		tree->entries = -1;
	return !to_see;
}

static bool walk_top(const struct walk *walk, struct index_tree *tree)
{
	size_t at = 0;

	if (!walk->nr)
		return tree->entries <= 0 && !tree->nr_children;
	return walk_tree(walk, tree, &at, 0) && at == walk->nr;
}

bool index_tree_agrees(struct index_tree *tree,
		       const struct index_entry *entries, size_t nr)
{
	struct walk walk = {entries, nr, NULL, false};

	return walk_top(&walk, tree);
}

void index_tree_move(struct index_tree *tree, const struct index_entry *entries,
		     size_t nr, const size_t *moved)
{
	struct walk walk = {entries, nr, moved, false};

	walk_top(&walk, tree);
}

void index_tree_complete(struct index_tree *tree,
			 const struct index_entry *entries, size_t nr)
{
	struct walk walk = {entries, nr, NULL, true};

	walk_top(&walk, tree);
}
