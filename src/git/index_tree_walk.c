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
	bool strict;	     /* make incomplete trees invalid */
	size_t to_see;	     /* valid trees of some entries, not yet met */
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

/* A sparse directory is the tree itself: all of its path is the prefix. */
static bool is_dir_itself(const struct index_entry *entry, size_t prefix_len)
{
	return entry->path_len == prefix_len;
}

static bool belongs(const struct index_tree *tree,
		    const struct index_entry *entry, size_t prefix_len)
{
	if (entry->stage || entry->flags & INDEX_INTENT_TO_ADD)
		return false;
	return !is_dir_itself(entry, prefix_len) ||
	       oid_equal(index_entry_oid(entry), &tree->oid);
}

static bool walk_tree(struct walk *walk, struct index_tree *tree, size_t *at,
		      size_t prefix_len)
{
	const char *prefix = walk->entries[*at].path;
	bool valid = tree->entries >= 0;
	size_t start = *at, end = valid ? start + (size_t)tree->entries : 0;
	bool complete = valid;

	if (valid && !spans(walk, tree, start, prefix_len))
		return false;
	walk->to_see -= valid;
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
			complete &= !slash && !is_dir_itself(entry, prefix_len);
			++*at;
			continue;
		}
		if (!walk_tree(walk, child, at,
			       (size_t)(slash + 1 - entry->path)))
			return false;
		complete &= child->complete;
	}
	tree->complete = complete;
	if (valid && walk->moved)
		tree->entries =
			(int32_t)(walk->moved[end] - walk->moved[start]);
	if (walk->strict && !complete)
		tree->entries = -1;
	return true;
}

static size_t count_valid(const struct index_tree *tree)
{
	size_t nr = tree->entries > 0;
	uint32_t i;

	for (i = 0; i < tree->nr_children; i++)
		nr += count_valid(&tree->children[i]);
	return nr;
}

static bool walk_top(struct walk *walk, struct index_tree *tree)
{
	size_t at = 0;

	walk->to_see = count_valid(tree);
	tree->complete = !tree->entries;
	if (walk->nr && (!walk_tree(walk, tree, &at, 0) || at != walk->nr))
		return false;
	/* What was not met are directories without entries. */
	return !walk->to_see;
}

bool index_tree_agrees(struct index_tree *tree,
		       const struct index_entry *entries, size_t nr)
{
	struct walk walk = {.entries = entries, .nr = nr};

	return walk_top(&walk, tree);
}

void index_tree_move(struct index_tree *tree, const struct index_entry *entries,
		     size_t nr, const size_t *moved)
{
	struct walk walk = {.entries = entries, .nr = nr, .moved = moved};

	walk_top(&walk, tree);
}

bool index_tree_complete(struct index_tree *tree,
			 const struct index_entry *entries, size_t nr)
{
	struct walk walk = {.entries = entries, .nr = nr, .strict = true};

	return walk_top(&walk, tree);
}
