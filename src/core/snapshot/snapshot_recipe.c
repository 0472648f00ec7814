#include "core/snapshot/snapshot_recipe.h"

#include "base/alloc.h"
#include "core/snapshot/snapshot.h"
#include "git/index.h"
#include "worktree/cache.h"

static void add(struct recipe *recipe, const void *data, size_t len)
{
	checksum_sha256_add(&recipe->sum, data, len);
}

/* Paths of items end with NUL, so what follows cannot be taken for them. */
static void add_item(struct recipe *recipe, const struct scan_dir *dir,
		     const struct scan_item *item)
{
	const unsigned char kind = (unsigned char)item->kind;
	size_t len = strlen(item->path);

	add(recipe, &kind, sizeof(kind));
	add(recipe, &item->mode, sizeof(item->mode));
	add(recipe, &item->oid, sizeof(item->oid));
	/* Where it is not below the directory, it is the directory. */
	if (len >= dir->path_len)
		add(recipe, item->path + dir->path_len,
		    len - dir->path_len + 1);
}

void recipe_start(struct recipe *recipe, const struct scan *scan,
		  const struct scan_dir *dir)
{
	const bool has_tree = dir->tree && dir->tree->entries > 0;
	const unsigned char flags[] = {has_tree, !dir->parent};

	recipe->possible = !dir->missing && !dir->unreadable &&
			   (has_tree || dir->first == dir->end);
	if (!recipe->possible)
		return;
	checksum_sha256_init(&recipe->sum);
	add(recipe, flags, sizeof(flags));
	if (has_tree)
		add(recipe, &dir->tree->oid, sizeof(dir->tree->oid));
	add(recipe, &dir->nr_items, sizeof(dir->nr_items));
	for (size_t i = 0; i < dir->nr_items; i++) {
		add_item(recipe, dir, &dir->items[i]);
		scan_pass_item(scan, i);
	}
}

bool recipe_needs_child(const struct scan_dir *child)
{
	return child->differs || child->missing || !child->tree ||
	       child->tree->entries <= 0;
}

void recipe_add_child(struct recipe *recipe, const struct scan_dir *child,
		      uint32_t mode, const struct oid *oid)
{
	const unsigned char is_there = oid != NULL;
	const char *name;

	if (!recipe->possible || !recipe_needs_child(child))
		return;
	name = child->path + child->parent->path_len;
	add(recipe, &is_there, sizeof(is_there));
	add(recipe, &mode, sizeof(mode));
	if (oid)
		add(recipe, oid, sizeof(*oid));
	add(recipe, name, strlen(name) + 1);
}

const struct oid *recipe_find(struct recipe *recipe,
			      const struct snapshot *snapshot)
{
	if (!recipe->possible)
		return NULL;
	checksum_sha256_finish(&recipe->sum, recipe->value);
	return cache_find_recipe(snapshot->cache, recipe->value);
}

void recipe_note(const struct recipe *recipe, struct snapshot *snapshot,
		 const struct oid *tree)
{
	struct cache_recipe *noted;

	if (!recipe->possible)
		return;
	ARRAY_GROW(snapshot->recipes, snapshot->nr_recipes,
		   snapshot->alloc_recipes);
	noted = &snapshot->recipes[snapshot->nr_recipes++];
	memcpy(noted->sum, recipe->value, sizeof(noted->sum));
	noted->tree = *tree;
}
