#include "core/snapshot/snapshot_settle.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/strmap.h"
#include "core/snapshot/snapshot.h"
#include "git/tree.h"
#include "worktree/plain.h"

/* Its file may yet be another one: items stay where they are. */
struct aside {
	struct scan_item *item;
	struct content content;
};

struct snapshot_settling {
	pthread_mutex_t lock; /* of all of it */
	struct arena memory;
	struct strmap names; /* of conversions: few, however many files */
	struct aside *aside;
	size_t nr, alloc;
};

struct snapshot_settling *snapshot_settling_new(void)
{
	struct snapshot_settling *settling = xcalloc(1, sizeof(*settling));

	pthread_mutex_init(&settling->lock, NULL);
	return settling;
}

static void drop_aside(struct snapshot_settling *settling)
{
	for (size_t i = 0; i < settling->nr; i++)
		content_release(&settling->aside[i].content);
	free(settling->aside);
	settling->aside = NULL;
	settling->nr = settling->alloc = 0;
}

void snapshot_settling_free(struct snapshot_settling *settling)
{
	if (!settling)
		return;
	drop_aside(settling);
	strmap_release(&settling->names, free);
	arena_release(&settling->memory);
	pthread_mutex_destroy(&settling->lock);
	free(settling);
}

/* -- what is kept -------------------------------------------------------- */

static const char *name_of(struct snapshot_settling *settling, const char *name)
{
	const char *known;

	if (!name)
		return NULL;
	known = strmap_get(&settling->names, name);
	if (!known) {
		known = xstrdup(name);
		strmap_put(&settling->names, name, (char *)known);
	}
	return known;
}

/* With the lock held. */
static void keep_conversion(struct snapshot_settling *settling,
			    struct snapshot_file *file,
			    const struct content *content, bool plain)
{
	struct snapshot_conversion *kept =
		arena_get(&settling->memory, sizeof(*kept), 8);

	*kept = (struct snapshot_conversion){
		.name = name_of(settling, content->conversion),
		.raw = content->raw,
		.converted = content->converted,
		.keep_raw = content->keep_raw,
		.plain = plain,
	};
	file->conversion = kept;
}

static void settle_read(struct snapshot *snapshot, struct snapshot_file *file,
			const struct content *content, bool plain)
{
	struct snapshot_settling *settling = snapshot->settling;
	struct scan_item *item = file->item;
	const struct index_entry *entry = item->entry;

	item->oid = content->blob;
	item->mode = (uint16_t)content->mode;
	item->stat = content->stat;
	/* A link that core.symlinks=false keeps as a plain file. */
	if (entry && entry->mode == MODE_LINK &&
	    !snapshot->scan->rules.has_symlinks && item->mode == MODE_FILE)
		item->mode = MODE_LINK;
	if (item->kind == SCAN_CHANGED && !entry->stage &&
	    !(entry->flags & INDEX_INTENT_TO_ADD) &&
	    item->mode == entry->mode &&
	    oid_equal(&item->oid, index_entry_oid(entry)))
		item->kind = SCAN_SAME;
	if (!content->new_bytes && !content->conversion && !content->converted)
		return;
	pthread_mutex_lock(&settling->lock);
	if (content->conversion || content->converted)
		keep_conversion(settling, file, content, plain);
	if (item->kind == SCAN_UNTRACKED || item->kind == SCAN_IGNORED)
		snapshot->new_untracked_bytes += content->new_bytes;
	pthread_mutex_unlock(&settling->lock);
}

static void settle(struct snapshot *snapshot, struct snapshot_file *file,
		   const struct content *content, bool plain)
{
	struct scan_item *item = file->item;

	switch (content->state) {
	case CONTENT_READ:
		settle_read(snapshot, file, content, plain);
		break;
	case CONTENT_VANISHED:
		item->kind = item->entry ? SCAN_DELETED : SCAN_GONE;
		break;
	case CONTENT_CHANGING:
		item->kind = SCAN_OMITTED;
		item->reason = OMIT_CHANGED;
		break;
	case CONTENT_UNREADABLE:
	case CONTENT_NEEDS_GIT:
		item->kind = SCAN_OMITTED;
		item->reason = OMIT_UNREADABLE;
		break;
	}
}

void snapshot_settle(struct snapshot *snapshot, struct snapshot_file *file,
		     struct content *content)
{
	struct snapshot_settling *settling = snapshot->settling;

	if (content->state != CONTENT_NEEDS_GIT) {
		settle(snapshot, file, content, false);
		content_release(content);
		return;
	}
	pthread_mutex_lock(&settling->lock);
	ARRAY_GROW(settling->aside, settling->nr, settling->alloc);
	settling->aside[settling->nr++] = (struct aside){file->item, *content};
	*content = (struct content){0};
	pthread_mutex_unlock(&settling->lock);
}

/* -- what was put aside -------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct aside *)a)->item->path,
		      ((const struct aside *)b)->item->path);
}

static int clean_all(struct snapshot_settling *settling,
		     const struct content_source *source, struct error *err)
{
	const size_t nr = settling->nr;
	const char **paths = xcalloc(nr, sizeof(*paths));
	struct content **contents = xcalloc(nr, sizeof(*contents));
	const struct oid **known = xcalloc(nr, sizeof(*known));
	int ret;

	for (size_t i = 0; i < nr; i++) {
		struct aside *aside = &settling->aside[i];

		paths[i] = aside->item->path;
		contents[i] = &aside->content;
		if (aside->item->kind == SCAN_SAME)
			known[i] = index_entry_oid(aside->item->entry);
	}
	ret = content_clean(source, paths, contents, known, nr, err);
	free(known);
	free(contents);
	free(paths);
	return ret;
}

int snapshot_settle_filtered(struct snapshot *snapshot,
			     const struct content_source *source,
			     struct plain *plain, struct error *err)
{
	struct snapshot_settling *settling = snapshot->settling;
	int ret;

	if (!settling->nr)
		return 0;
	qsort(settling->aside, settling->nr, sizeof(*settling->aside), by_path);
	ret = clean_all(settling, source, err);
	for (size_t i = 0; !ret && i < settling->nr; i++) {
		struct aside *aside = &settling->aside[i];
		struct scan_item *item = aside->item;
		struct content *content = &aside->content;
		/* Unchanged, and only git's filter could say that it is stored
		 * just as it is. */
		bool is_plain = item->kind == SCAN_SAME &&
				content->state == CONTENT_READ &&
				oid_equal(&content->blob, &content->raw);

		if (is_plain)
			plain_add(plain, item->entry);
		settle(snapshot, snapshot_find_file(snapshot, item->path),
		       content, is_plain);
	}
	drop_aside(settling);
	return ret;
}
