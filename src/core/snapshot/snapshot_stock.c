#include "core/snapshot/snapshot_stock.h"

#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_census.h"
#include "worktree/seal.h"
#include "worktree/sealed.h"

void snapshot_count_item(struct snapshot_counts *counts,
			 const struct scan_item *item)
{
	bool conflicted = item->entry && item->entry->stage;

	switch (item->kind) {
	case SCAN_CHANGED:
		counts->unstaged++;
		counts->files += conflicted;
		break;
	case SCAN_DELETED:
		counts->unstaged++;
		counts->files -= !conflicted;
		break;
	case SCAN_UNTRACKED:
		counts->untracked++;
		counts->files++;
		break;
	case SCAN_GITLINK:
		if (item->entry)
			counts->unstaged++;
		else
			counts->untracked++;
		counts->files += !item->entry;
		break;
	case SCAN_IGNORED:
		counts->ignored++;
		break;
	default:
		break;
	}
}

/* What the seal has counted, less what was looked at again. */
static void count_sealed(const struct sealed *sealed,
			 struct snapshot_counts *counts)
{
	const struct seal_head *head = seal_head(sealed->seal);

	counts->files = (int64_t)head->nr_entries + head->files;
	counts->unstaged = head->unstaged;
	counts->untracked = head->untracked;
	for (size_t i = 0; i < sealed->nr; i++) {
		counts->files -= sealed->looks[i].files;
		counts->unstaged -= sealed->looks[i].unstaged;
		counts->untracked -= sealed->looks[i].untracked;
	}
}

static void list_omitted(struct omitted *omitted, const struct scan_item *item)
{
	size_t len = strlen(item->path);
	bool is_dir = len && item->path[len - 1] == '/';

	omitted_add(omitted, item->path, (enum omit_reason)item->reason,
		    is_dir || !S_ISREG(item->stat.mode)
			    ? -1
			    : (int64_t)item->stat.size);
}

struct taking {
	struct snapshot *snapshot;
	struct snapshot_counts counts;
};

static int take_item(void *context, struct scan_dir *dir,
		     struct scan_item *item, struct error *err)
{
	struct taking *taking = context;
	struct snapshot *snapshot = taking->snapshot;

	(void)dir;
	(void)err;
	snapshot_count_item(&taking->counts, item);
	if (item->kind == SCAN_OMITTED)
		list_omitted(&snapshot->omitted, item);
	if (scan_is_untracked_file(item))
		census_add_file(snapshot->census, item->stat.mode);
	return 0;
}

int snapshot_take_stock(struct snapshot *snapshot, struct error *err)
{
	const struct index *index = snapshot->scan->index;
	struct taking taking = {.snapshot = snapshot};

	snapshot->census = census_new();
	if (snapshot->sealed)
		count_sealed(snapshot->sealed, &taking.counts);
	else
		taking.counts.files = (int64_t)(index->nr - index->nr_stages);
	if (scan_mark_differences(snapshot->scan, take_item, &taking, err) < 0)
		return err->code;
	snapshot->count_files = taking.counts.files;
	snapshot->count_unstaged = taking.counts.unstaged;
	snapshot->count_untracked = taking.counts.untracked;
	snapshot->count_ignored = taking.counts.ignored;
	return 0;
}
