#include "git/tree.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/pack.h"

/*
 * An entry's key is its path, with a slash behind it for a directory that is
 * given as a tree: bytewise order of keys is then the order of trees at every
 * level.
 */
struct item {
	size_t key; /* in `keys`; NUL-terminated */
	uint32_t mode;
	struct oid oid;
};

struct tree_builder {
	struct buf keys;
	struct item *items;
	size_t nr;
	size_t alloc;
};

#define MAX_DEPTH 4096

struct tree_builder *tree_builder_new(void)
{
	struct tree_builder *builder = xcalloc(1, sizeof(*builder));

	builder->keys = (struct buf)BUF_INIT;
	return builder;
}

void tree_builder_add(struct tree_builder *builder, const char *path,
		      uint32_t mode, const struct oid *oid)
{
	struct item *item;

	ARRAY_GROW(builder->items, builder->nr, builder->alloc);
	item = &builder->items[builder->nr++];
	item->key = builder->keys.len;
	item->mode = mode;
	item->oid = *oid;
	buf_addstr(&builder->keys, path);
	if (mode == MODE_TREE)
		buf_addch(&builder->keys, '/');
	buf_addch(&builder->keys, '\0');
}

size_t tree_builder_count(const struct tree_builder *builder)
{
	return builder->nr;
}

static const char *key_of(const struct tree_builder *builder, size_t i)
{
	return builder->keys.ptr + builder->items[i].key;
}

static int compare_items(const void *a, const void *b, void *keys)
{
	return strcmp((const char *)keys + ((const struct item *)a)->key,
		      (const char *)keys + ((const struct item *)b)->key);
}

static void sort_items(struct tree_builder *builder)
{
	size_t i;

	for (i = 1; i < builder->nr; i++)
		if (strcmp(key_of(builder, i - 1), key_of(builder, i)) > 0)
			break;
	if (i < builder->nr)
		qsort_r(builder->items, builder->nr, sizeof(*builder->items),
			compare_items, builder->keys.ptr);
}

struct level {
	size_t pos; /* the next item */
	size_t end;
	size_t dir_len; /* of the path of the directory, slash included */
	unsigned depth;
};

static int write_level(const struct tree_builder *builder, struct pack *pack,
		       struct level level, struct oid *out, struct error *err);

/* The items of `level` from its `pos` on that are below the same directory. */
static size_t same_directory(const struct tree_builder *builder,
			     const struct level *level, size_t len)
{
	const char *dir = key_of(builder, level->pos);
	size_t end = level->pos + 1;

	while (end < level->end && !strncmp(key_of(builder, end), dir, len) &&
	       key_of(builder, end)[len])
		end++;
	return end;
}

/* Add the entry at `level->pos`, a file or a whole directory, and go on. */
static int write_entry(const struct tree_builder *builder, struct pack *pack,
		       struct level *level, struct buf *raw, struct error *err)
{
	const struct item *item = &builder->items[level->pos];
	const char *name = key_of(builder, level->pos) + level->dir_len;
	size_t len = strcspn(name, "/");
	struct level below = *level;
	struct oid oid;
	int ret;

	if (!name[len] || (item->mode == MODE_TREE && !name[len + 1])) {
		tree_add(raw, item->mode, name, len, &item->oid);
		level->pos++;
		return 0;
	}
	below.dir_len += len + 1;
	below.end = same_directory(builder, level, below.dir_len);
	below.depth++;
	ret = write_level(builder, pack, below, &oid, err);
	if (ret < 0)
		return ret;
	tree_add(raw, MODE_TREE, name, len, &oid);
	level->pos = below.end;
	return 0;
}

static int write_level(const struct tree_builder *builder, struct pack *pack,
		       struct level level, struct oid *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t first = level.pos, pos = 0;
	int ret = 0;

	if (level.depth > MAX_DEPTH)
		return error_set(err, ERR_INVALID,
				 "directories are nested deeper than %d",
				 MAX_DEPTH);
	while (!ret && level.pos < level.end)
		ret = write_entry(builder, pack, &level, &raw, err);
	if (ret < 0)
		goto done;
	/* Doubles and bad names show in what a reader would say of it. */
	ret = tree_next(&raw, &pos, &entry, err);
	if (ret < 0) {
		if (level.dir_len)
			error_prefix(err, "in '%.*s'", (int)level.dir_len - 1,
				     key_of(builder, first));
		goto done;
	}
	ret = pack_add(pack, OBJECT_TREE, raw.ptr, raw.len, out, err);
done:
	buf_release(&raw);
	return ret;
}

int tree_builder_write(struct tree_builder *builder, struct pack *pack,
		       struct oid *out, struct error *err)
{
	struct level top = {.end = builder->nr};

	sort_items(builder);
	return write_level(builder, pack, top, out, err);
}

void tree_builder_free(struct tree_builder *builder)
{
	if (!builder)
		return;
	buf_release(&builder->keys);
	free(builder->items);
	free(builder);
}
