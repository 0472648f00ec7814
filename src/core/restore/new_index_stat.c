#include "core/restore/new_index_stat.h"

#include "core/restore/new_index.h"
#include "core/restore/plan.h"
#include "worktree/dir.h"

struct settling {
	struct snapshot *now;
	const struct plan *plan;
	struct new_index *index;
};

/* -- an entry ------------------------------------------------------------ */

static void set_stat(struct settling *settling, struct index_entry *entry,
		     const struct index_stat *stat)
{
	index_entry_fill(entry, &settling->index->arena, entry->path,
			 entry->path_len, index_entry_oid(entry), stat);
}

/* The file of an entry that the plan has dealt with. */
static void stat_from_item(struct settling *settling, struct index_entry *entry,
			   const struct plan_item *item)
{
	const struct oid *oid = index_entry_oid(entry);
	const struct index_stat *stat = NULL;
	struct snapshot_path found;

	switch (item->action) {
	case PLAN_CREATE:
	case PLAN_WRITE:
		if (item->mode == entry->mode && oid_equal(&item->blob, oid))
			stat = &item->after;
		break;
	case PLAN_CHMOD:
		snapshot_find(settling->now, entry->path, &found);
		if (found.present && oid_equal(&found.blob, oid) &&
		    item->mode == entry->mode)
			stat = &item->after;
		break;
	case PLAN_DELETE:
		break;
	default:
		return;
	}
	set_stat(settling, entry, stat);
	entry->flags &= (uint8_t)~INDEX_RACY;
	settling->index->changed = true;
}

/* The file's stat data, where it is known to be as the entry has it. */
static bool find_stat(const struct settling *settling,
		      const struct index_entry *entry, struct stat *st)
{
	struct snapshot_path found;

	snapshot_find(settling->now, entry->path, &found);
	return found.present && found.mode == entry->mode &&
	       oid_equal(&found.blob, index_entry_oid(entry)) &&
	       !dir_stat(settling->now->scan->top_fd, entry->path, st) &&
	       (!found.known_stat ||
		(st->st_mtim.tv_sec == found.stat.mtime_sec &&
		 st->st_mtim.tv_nsec == found.stat.mtime_nsec &&
		 (uint64_t)st->st_size == found.stat.size &&
		 st->st_ino == found.stat.inode));
}

/* An entry that is another than before, of a file that is not. */
static void stat_from_disk(struct settling *settling, struct index_entry *entry)
{
	struct index_stat now;
	struct stat st;
	bool known = find_stat(settling, entry, &st);

	if (known)
		index_stat_fill(&now, &st);
	set_stat(settling, entry, known ? &now : NULL);
}

/* git never looks at such a file again, and takes it for changed by its time
 * alone where it is to be replaced. */
static void refresh_flagged(struct settling *settling,
			    struct index_entry *entry)
{
	struct index_stat was = index_entry_stat(entry), now;
	struct stat st;

	if (!find_stat(settling, entry, &st))
		return;
	index_stat_fill(&now, &st);
	if (!memcmp(&now, &was, sizeof(now)))
		return;
	set_stat(settling, entry, &now);
	settling->index->changed = true;
}

/* -- which entry is which ------------------------------------------------- */

/* How far the index as it was, and the plan, have been followed. */
struct following {
	size_t before, item;
	size_t at; /* where the item's entry is, if it has one */
	bool known;
};

/* The plain entry that the index had for the path; NULL: it had none. Those
 * that stay share their paths with it, so mostly nothing is compared. */
static const struct index_entry *follow_index(struct following *following,
					      const struct index *index,
					      const struct index_entry *entry)
{
	while (following->before < index->nr) {
		const struct index_entry *before =
			&index->entries[following->before];
		int order = before->path == entry->path
				    ? 0
				    : strcmp(before->path, entry->path);

		if (order > 0 || (!order && before->stage))
			return NULL;
		following->before++;
		if (!order)
			return before;
	}
	return NULL;
}

static size_t place_of(const struct settling *settling, const char *path)
{
	const struct index view = {.entries = settling->index->entries,
				   .nr = settling->index->nr};

	return index_position(&view, path, strlen(path));
}

/* The item of entry `i`. */
static const struct plan_item *follow_plan(struct following *following,
					   const struct settling *settling,
					   size_t i)
{
	const struct plan *plan = settling->plan;

	for (; following->item < plan->nr; following->item++) {
		const struct plan_item *item = &plan->items[following->item];

		if (!following->known)
			following->at = place_of(settling, item->path);
		following->known = following->at > i;
		if (following->known)
			return NULL;
		if (following->at == i &&
		    !strcmp(item->path, settling->index->entries[i].path))
			return item;
	}
	return NULL;
}

/* -- the whole ----------------------------------------------------------- */

/* One of the index itself has the same path at the same place. */
static bool is_as_before(const struct index_entry *entry,
			 const struct index_entry *before)
{
	return before &&
	       (before->path == entry->path ||
		(before->mode == entry->mode &&
		 oid_equal(index_entry_oid(before), index_entry_oid(entry))));
}

void new_index_stat(struct new_index *out, struct snapshot *now,
		    const struct plan *plan)
{
	struct settling settling = {now, plan, out};
	struct following following = {0};

	for (size_t i = 0; i < out->nr; i++) {
		struct index_entry *entry = &out->entries[i];
		const struct index_entry *before;
		const struct plan_item *item;

		if (!new_index_is_plain(entry))
			continue;
		item = follow_plan(&following, &settling, i);
		before = follow_index(&following, now->scan->index, entry);
		if (item && item->done) {
			stat_from_item(&settling, entry, item);
			continue;
		}
		/* A racy entry whose file is known to be as staged must not be
		 * marked as unknown: git merge --abort, which compares by stat
		 * alone, would refuse. */
		if (!is_as_before(entry, before) || entry->flags & INDEX_RACY) {
			stat_from_disk(&settling, entry);
			entry->flags &= (uint8_t)~INDEX_RACY;
		} else if (entry->flags &
			   (INDEX_ASSUME_UNCHANGED | INDEX_SKIP_WORKTREE)) {
			refresh_flagged(&settling, entry);
		}
	}
}
