#include "worktree/monitor_changes.h"

#include "base/alloc.h"
#include "base/file.h"

/* More are not kept: then most of the tree has to be looked at. */
#define DIRS_MAX 200000

void monitor_changes_begin(struct monitor_changes *changes)
{
	monitor_changes_release(changes);
	random_hex(changes->epoch, (RECALL_EPOCH_SIZE - 1) / 2);
	changes->now = 1;
}

void monitor_changes_release(struct monitor_changes *changes)
{
	strmap_release(&changes->dirs, NULL);
	strmap_release(&changes->trees, NULL);
	*changes = (struct monitor_changes){0};
}

static void put(struct monitor_changes *changes, struct strmap *map,
		const char *path)
{
	if (map->nr >= DIRS_MAX) {
		monitor_changes_begin(changes);
		return;
	}
	strmap_put(map, path, (void *)(uintptr_t)changes->now);
}

void monitor_changes_note(struct monitor_changes *changes, const char *path)
{
	put(changes, &changes->dirs, path);
}

void monitor_changes_note_tree(struct monitor_changes *changes, const char *dir,
			       const char *name)
{
	char *path = xstrfmt("%s%s/", dir, name);

	put(changes, &changes->trees, path);
	free(path);
}

static void add_since(struct strlist *out, const struct strmap *map,
		      uint64_t then)
{
	for (size_t i = 0; i < map->alloc; i++)
		if (map->slots[i].key &&
		    (uint64_t)(uintptr_t)map->slots[i].value > then)
			strlist_add(out, map->slots[i].key);
}

bool monitor_changes_since(struct monitor_changes *changes, const char *epoch,
			   uint64_t then, uint64_t *now, struct strlist *dirs,
			   struct strlist *trees)
{
	/* What comes from here on is later. */
	*now = changes->now++;
	if (strcmp(epoch, changes->epoch) || then > *now)
		return false;
	add_since(dirs, &changes->dirs, then);
	add_since(trees, &changes->trees, then);
	return true;
}
