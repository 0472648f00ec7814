#include "git/index_file.h"

/* "\0" "0 0\n" */
#define TREE_MIN 5

struct parser {
	struct arena *arena;
	const unsigned char *pos;
	const unsigned char *end;
};

/* git's order of the trees in a tree: shorter names first. */
static int compare_names(const char *a, size_t a_len, const char *b,
			 size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static int compare_trees(const void *a, const void *b)
{
	const struct index_tree *one = a, *two = b;

	return compare_names(one->name, one->name_len, two->name,
			     two->name_len);
}

/* A decimal number up to `stop`; -1 is the only negative one. */
static bool parse_number(struct parser *p, char stop, int32_t *out)
{
	int64_t value = 0;
	bool negative = false;
	const unsigned char *start;

	if (p->pos < p->end && *p->pos == '-') {
		negative = true;
		p->pos++;
	}
	start = p->pos;
	while (p->pos < p->end && *p->pos >= '0' && *p->pos <= '9') {
		value = value * 10 + (*p->pos++ - '0');
		if (value > INT32_MAX)
			return false;
	}
	if (p->pos == start || p->pos == p->end ||
	    *p->pos != (unsigned char)stop)
		return false;
	p->pos++;
	*out = (int32_t)(negative ? -value : value);
	return true;
}

static bool parse_head(struct parser *p, struct index_tree *tree, bool top)
{
	const unsigned char *nul =
		memchr(p->pos, '\0', (size_t)(p->end - p->pos));
	int32_t children;

	if (!nul || nul - p->pos > UINT16_MAX)
		return false;
	tree->name_len = (uint16_t)(nul - p->pos);
	if (top != !tree->name_len || memchr(p->pos, '/', tree->name_len))
		return false;
	tree->name = arena_copy(p->arena, (const char *)p->pos, tree->name_len);
	p->pos = nul + 1;
	if (!parse_number(p, ' ', &tree->entries) ||
	    !parse_number(p, '\n', &children) || children < 0 ||
	    children > (p->end - p->pos) / TREE_MIN)
		return false;
	tree->nr_children = (uint32_t)children;
	memset(&tree->oid, 0, sizeof(tree->oid));
	if (tree->entries >= 0) {
		if (p->end - p->pos < OID_RAWSZ)
			return false;
		memcpy(tree->oid.id, p->pos, OID_RAWSZ);
		p->pos += OID_RAWSZ;
	}
	return true;
}

/* Others than git write them in other orders. */
bool index_tree_sort(struct index_tree *tree)
{
	uint32_t i;

	for (i = 1; i < tree->nr_children; i++)
		if (compare_trees(&tree->children[i - 1], &tree->children[i]) >=
		    0)
			break;
	if (i >= tree->nr_children)
		return true;
	qsort(tree->children, tree->nr_children, sizeof(*tree->children),
	      compare_trees);
	for (i = 1; i < tree->nr_children; i++)
		if (!compare_trees(&tree->children[i - 1], &tree->children[i]))
			return false;
	return true;
}

static bool parse_tree(struct parser *p, struct index_tree *tree,
		       unsigned depth)
{
	uint32_t i;

	tree->children = NULL;
	tree->complete = false;
	if (depth > INDEX_TREE_MAX_DEPTH || !parse_head(p, tree, !depth))
		return false;
	if (!tree->nr_children)
		return true;
	tree->children = arena_get(
		p->arena, tree->nr_children * sizeof(*tree->children), 8);
	for (i = 0; i < tree->nr_children; i++)
		if (!parse_tree(p, &tree->children[i], depth + 1))
			return false;
	return index_tree_sort(tree);
}

struct index_tree *index_tree_parse(struct arena *arena,
				    const unsigned char *data, size_t len)
{
	struct parser parser = {arena, data, data + len};
	struct index_tree *top = arena_get(arena, sizeof(*top), 8);

	if (!parse_tree(&parser, top, 0) || parser.pos != parser.end)
		return NULL;
	return top;
}

static bool copy_tree(struct arena *arena, const struct index_tree *from,
		      struct index_tree *to, unsigned depth)
{
	size_t size = from->nr_children * sizeof(*from->children);
	uint32_t i;

	*to = *from;
	if (depth > INDEX_TREE_MAX_DEPTH)
		return false;
	if (!from->nr_children)
		return true;
	to->children = arena_get(arena, size, 8);
	for (i = 0; i < from->nr_children; i++)
		if (!copy_tree(arena, &from->children[i], &to->children[i],
			       depth + 1))
			return false;
	return index_tree_sort(to);
}

struct index_tree *index_tree_copy(struct arena *arena,
				   const struct index_tree *tree)
{
	struct index_tree *copy = arena_get(arena, sizeof(*copy), 8);

	return copy_tree(arena, tree, copy, 0) ? copy : NULL;
}

void index_tree_format(const struct index_tree *tree, struct buf *out)
{
	uint32_t i;

	buf_add(out, tree->name, tree->name_len);
	buf_addch(out, '\0');
	buf_addf(out, "%d %u\n", tree->entries >= 0 ? tree->entries : -1,
		 tree->nr_children);
	if (tree->entries >= 0)
		buf_add(out, tree->oid.id, OID_RAWSZ);
	for (i = 0; i < tree->nr_children; i++)
		index_tree_format(&tree->children[i], out);
}

struct index_tree *index_tree_child(const struct index_tree *tree,
				    const char *name, size_t len)
{
	uint32_t low = 0, high = tree->nr_children;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct index_tree *child = &tree->children[middle];
		int order =
			compare_names(name, len, child->name, child->name_len);

		if (!order)
			return child;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
