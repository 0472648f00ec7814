#include "base/strmap.h"

#include "base/alloc.h"

/* FNV-1a; http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t hash_of(const char *key)
{
	uint64_t hash = 14695981039346656037ULL;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211ULL;
	return (size_t)(hash ^ (hash >> 32));
}

static struct strmap_entry *slot_of(const struct strmap *map, const char *key)
{
	size_t at = hash_of(key) & (map->alloc - 1);

	while (map->slots[at].key && strcmp(map->slots[at].key, key))
		at = (at + 1) & (map->alloc - 1);
	return &map->slots[at];
}

static void grow(struct strmap *map)
{
	struct strmap old = *map;

	map->alloc = old.alloc ? old.alloc * 2 : 16;
	map->slots = xcalloc(map->alloc, sizeof(*map->slots));
	for (size_t i = 0; i < old.alloc; i++)
		if (old.slots[i].key)
			*slot_of(map, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void *strmap_get(const struct strmap *map, const char *key)
{
	return map->alloc ? slot_of(map, key)->value : NULL;
}

bool strmap_has(const struct strmap *map, const char *key)
{
	return map->alloc && slot_of(map, key)->key;
}

void *strmap_put(struct strmap *map, const char *key, void *value)
{
	struct strmap_entry *slot;
	void *old;

	if (map->nr * 3 >= map->alloc * 2)
		grow(map);
	slot = slot_of(map, key);
	old = slot->value;
	if (!slot->key) {
		slot->key = xstrdup(key);
		map->nr++;
	}
	slot->value = value;
	return old;
}

void strmap_release(struct strmap *map, void (*free_value)(void *))
{
	for (size_t i = 0; i < map->alloc; i++) {
		free(map->slots[i].key);
		if (free_value && map->slots[i].key)
			free_value(map->slots[i].value);
	}
	free(map->slots);
	*map = (struct strmap)STRMAP_INIT;
}
