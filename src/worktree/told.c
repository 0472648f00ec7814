#include "worktree/told.h"

#include "base/alloc.h"
#include "worktree/scan.h"

/* Up to one in so many directories may have to be looked at each time. */
#define LOOKED_AT 64

struct gathering {
	const struct recalled **items;
	size_t nr, alloc;
};

void told_release(struct told *told)
{
	recall_free(told->recall);
	strlist_release(&told->dirs);
	strlist_release(&told->trees);
	strlist_release(&told->unwatched);
	writers_release(&told->writers);
	*told = (struct told){0};
}

static void gather(struct gathering *gathering, const struct scan_dir *dir)
{
	if (dir->recalled) {
		ARRAY_GROW(gathering->items, gathering->nr, gathering->alloc);
		gathering->items[gathering->nr++] = dir->recalled;
	}
	for (const struct scan_dir *child = dir->children; child;
	     child = child->next)
		gather(gathering, child);
}

int told_remember(const struct told *told, const struct scan *scan,
		  struct error *err)
{
	struct gathering gathering = {0};
	struct recall_head head = told->head;
	int ret;

	if (!told->records)
		return 0;
	/* To be told of a few once more is cheaper than to write all. */
	if (told->believes &&
	    scan->nr_looked <= recall_count(told->recall) / LOOKED_AT)
		return 0;
	gather(&gathering, scan->top);
	if (scan->index->exists && scan->index->settled)
		index_seen_fill(&head.index, &scan->index->file);
	ret = recall_write(scan->repo, &head, recall_seed(told->recall),
			   gathering.items, gathering.nr, scan->links,
			   scan->nr_links, err);
	free(gathering.items);
	return ret;
}
