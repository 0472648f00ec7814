#include "core/restore/restore_index.h"

#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "core/restore/plan.h"
#include "git/index.h"
#include "git/index_seen.h"
#include "git/object.h"
#include "git/process.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_diff.h"
#include "worktree/dir.h"

#define MAX_ENTRIES UINT64_C(50000000)

struct building {
	struct snapshot *now;
	const struct target *target;
	const struct plan *plan;
	const struct strlist *pathspecs;
	struct index_entry *changes; /* by path; mode 0: the entry goes */
	size_t nr_changes, alloc_changes;
	struct index_entry *entries;
	size_t nr, alloc;
	struct arena arena; /* what they point at, where nobody else has it */
	bool changed;
	bool writing; /* not only comparing */
};

static bool is_plain(const struct index_entry *entry)
{
	return !entry->stage && !(entry->flags & INDEX_INTENT_TO_ADD);
}

/* -- entries ------------------------------------------------------------- */

/* Give the entry this id and stat data (NULL: none known) for its own. */
static void set_data(struct building *building, struct index_entry *entry,
		     const struct oid *oid, const struct index_stat *stat)
{
	index_entry_fill(entry, &building->arena, entry->path, entry->path_len,
			 oid, stat);
}

/* git checks out what the index has without looking at its names again. */
static int check_change(void *context, const struct tree_change *change,
			struct error *err)
{
	const struct building *building = context;

	if (!change->new_mode || path_is_safe(change->path) ||
	    !pathspec_matches(building->pathspecs, change->path))
		return 0;
	return error_set(
		err, ERR_INVALID,
		"invalid checkpoint data: '%s' is no path for an index",
		change->path);
}

static int note_change(void *context, const struct tree_change *change,
		       struct error *err)
{
	struct building *building = context;
	struct index_entry *entry;

	if (!pathspec_matches(building->pathspecs, change->path))
		return 0;
	if (check_change(building, change, err) < 0)
		return err->code;
	ARRAY_GROW(building->changes, building->nr_changes,
		   building->alloc_changes);
	entry = &building->changes[building->nr_changes++];
	*entry = (struct index_entry){.mode = (uint16_t)change->new_mode};
	index_entry_fill(entry, &building->arena, change->path,
			 strlen(change->path), &change->new_oid, NULL);
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->stage - (int)y->stage;
}

static void add_entry(struct building *building, const struct index_entry *from)
{
	ARRAY_GROW(building->entries, building->nr, building->alloc);
	building->entries[building->nr++] = *from;
}

/* Of a hundred thousand entries most stay. */
static void reserve(struct building *building)
{
	const struct index_extra *extra = &building->target->index_extra;

	building->alloc = building->now->scan->index->nr +
			  building->nr_changes + extra->nr_stages +
			  extra->nr_intents;
	building->entries =
		xcalloc(building->alloc, sizeof(*building->entries));
}

/* Add those from `at` on that are plain, and before the change (NULL: all that
 * are left); what is not plain goes, or is not meant. */
static size_t add_before(struct building *building, size_t at,
			 const struct index_entry *change)
{
	const struct index *index = building->now->scan->index;
	size_t end =
		change ? index_position(index, change->path, change->path_len)
		       : index->nr;

	if (at == end)
		return end;
	if (!index->nr_stages && !(index->flags & INDEX_INTENT_TO_ADD)) {
		memcpy(building->entries + building->nr, index->entries + at,
		       (end - at) * sizeof(*index->entries));
		building->nr += end - at;
		return end;
	}
	for (; at < end; at++) {
		const struct index_entry *entry = &index->entries[at];

		if (is_plain(entry) ||
		    !pathspec_matches(building->pathspecs, entry->path))
			add_entry(building, entry);
		else
			building->changed = true;
	}
	return end;
}

/* The present plain entries with the changes; paths stay whose they are. */
static void merge_changes(struct building *building)
{
	const struct index *index = building->now->scan->index;
	size_t at = 0;

	if (building->nr_changes)
		qsort(building->changes, building->nr_changes,
		      sizeof(*building->changes), compare_entries);
	reserve(building);
	for (size_t i = 0; i < building->nr_changes; i++) {
		const struct index_entry *change = &building->changes[i];

		at = add_before(building, at, change);
		if (at < index->nr && is_plain(&index->entries[at]) &&
		    !strcmp(index->entries[at].path, change->path))
			at++;
		if (change->mode)
			add_entry(building, change);
	}
	add_before(building, at, NULL);
}

static void add_extra(struct building *building,
		      const struct index_entry *extra, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct index_entry entry = extra[i];

		if (!pathspec_matches(building->pathspecs, entry.path))
			continue;
		if (entry.flags & INDEX_INTENT_TO_ADD)
			set_data(building, &entry, &blob_empty_id, NULL);
		add_entry(building, &entry);
		building->changed = true;
	}
}

/* -- flags --------------------------------------------------------------- */

static int compare_path(const void *path, const void *entry)
{
	return strcmp(path, ((const struct index_entry *)entry)->path);
}

static void set_flags(struct building *building)
{
	const struct index_extra *extra = &building->target->index_extra;
	const uint8_t lasting = INDEX_ASSUME_UNCHANGED | INDEX_SKIP_WORKTREE;

	if (!extra->nr_flags && !extra->nr_intents &&
	    !(building->now->scan->index->flags & lasting))
		return;
	for (size_t i = 0; i < building->nr; i++) {
		struct index_entry *entry = &building->entries[i];
		const struct index_entry *flags = NULL;
		uint8_t wanted;

		if (entry->stage ||
		    !pathspec_matches(building->pathspecs, entry->path))
			continue;
		if (extra->nr_flags)
			flags = bsearch(entry->path, extra->flags,
					extra->nr_flags, sizeof(*flags),
					compare_path);
		wanted = (uint8_t)((entry->flags & ~lasting) |
				   (flags ? flags->flags : 0));
		if (wanted != entry->flags) {
			entry->flags = wanted;
			building->changed = true;
		}
	}
}

/* -- stat data ----------------------------------------------------------- */

static void set_stat(struct building *building, struct index_entry *entry,
		     const struct index_stat *stat)
{
	set_data(building, entry, index_entry_oid(entry), stat);
}

/* The file of an entry that the plan has dealt with. */
static void stat_from_item(struct building *building, struct index_entry *entry,
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
		snapshot_find(building->now, entry->path, &found);
		if (found.present && oid_equal(&found.blob, oid) &&
		    item->mode == entry->mode)
			stat = &item->after;
		break;
	case PLAN_DELETE:
		break;
	default:
		return;
	}
	set_stat(building, entry, stat);
	entry->flags &= (uint8_t)~INDEX_RACY;
	building->changed = true;
}

/* The file's stat data, where it is known to be as the entry has it. */
static bool find_stat(const struct building *building,
		      const struct index_entry *entry, struct stat *st)
{
	struct snapshot_path found;

	snapshot_find(building->now, entry->path, &found);
	return found.present && found.mode == entry->mode &&
	       oid_equal(&found.blob, index_entry_oid(entry)) &&
	       !dir_stat(building->now->scan->top_fd, entry->path, st) &&
	       (!found.known_stat ||
		(st->st_mtim.tv_sec == found.stat.mtime_sec &&
		 st->st_mtim.tv_nsec == found.stat.mtime_nsec &&
		 (uint64_t)st->st_size == found.stat.size &&
		 st->st_ino == found.stat.inode));
}

/* An entry that is another than before, of a file that is not. */
static void stat_from_disk(struct building *building, struct index_entry *entry)
{
	struct index_stat now;
	struct stat st;
	bool known = find_stat(building, entry, &st);

	if (known)
		index_stat_fill(&now, &st);
	set_stat(building, entry, known ? &now : NULL);
}

/* git never looks at such a file again, and takes it for changed by its time
 * alone where it is to be replaced. */
static void refresh_flagged(struct building *building,
			    struct index_entry *entry)
{
	struct index_stat was = index_entry_stat(entry), now;
	struct stat st;

	if (!building->writing || !find_stat(building, entry, &st))
		return;
	index_stat_fill(&now, &st);
	if (!memcmp(&now, &was, sizeof(now)))
		return;
	set_stat(building, entry, &now);
	building->changed = true;
}

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

static size_t place_of(const struct building *building, const char *path)
{
	const struct index view = {.entries = building->entries,
				   .nr = building->nr};

	return index_position(&view, path, strlen(path));
}

/* The item of entry `i`. */
static const struct plan_item *follow_plan(struct following *following,
					   const struct building *building,
					   size_t i)
{
	const struct plan *plan = building->plan;

	for (; following->item < plan->nr; following->item++) {
		const struct plan_item *item = &plan->items[following->item];

		if (!following->known)
			following->at = place_of(building, item->path);
		following->known = following->at > i;
		if (following->known)
			return NULL;
		if (following->at == i &&
		    !strcmp(item->path, building->entries[i].path))
			return item;
	}
	return NULL;
}

/* One of the index itself has the same path at the same place. */
static bool is_as_before(const struct index_entry *entry,
			 const struct index_entry *before)
{
	return before &&
	       (before->path == entry->path ||
		(before->mode == entry->mode &&
		 oid_equal(index_entry_oid(before), index_entry_oid(entry))));
}

static void set_stats(struct building *building)
{
	const struct index *index = building->now->scan->index;
	struct following following = {0};

	for (size_t i = 0; i < building->nr; i++) {
		struct index_entry *entry = &building->entries[i];
		const struct index_entry *before;
		const struct plan_item *item;

		if (!is_plain(entry))
			continue;
		item = follow_plan(&following, building, i);
		before = follow_index(&following, index, entry);
		if (item && item->done) {
			stat_from_item(building, entry, item);
			continue;
		}
		/* A racy entry whose file is known to be as staged must not be
		 * marked as unknown: git merge --abort, which compares by stat
		 * alone, would refuse. */
		if (!is_as_before(entry, before) || entry->flags & INDEX_RACY) {
			stat_from_disk(building, entry);
			entry->flags &= (uint8_t)~INDEX_RACY;
		} else if (entry->flags &
			   (INDEX_ASSUME_UNCHANGED | INDEX_SKIP_WORKTREE)) {
			refresh_flagged(building, entry);
		}
	}
}

/* -- writing ------------------------------------------------------------- */

/* git calls an entry racy whose file is not older than the index. */
static void wait_for_tick(const struct plan *plan)
{
	const struct timespec pause = {0, 1000000};
	uint32_t sec = 0, nsec = 0;
	struct timespec now;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct index_stat *after = &plan->items[i].after;

		if (after->mtime_sec > sec ||
		    (after->mtime_sec == sec && after->mtime_nsec > nsec)) {
			sec = after->mtime_sec;
			nsec = after->mtime_nsec;
		}
	}
	for (int i = 0; i < 30; i++) {
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		if ((uint32_t)now.tv_sec > sec ||
		    ((uint32_t)now.tv_sec == sec && now.tv_nsec > nsec))
			return;
		nanosleep(&pause, NULL);
	}
}

/* What only git can write: split and sparse indexes, and its two caches. */
static int add_extensions(const struct building *building,
			  struct index_lock *lock, struct error *err)
{
	const struct index *index = building->now->scan->index;
	char *name = xstrfmt("GIT_INDEX_FILE=%s", index_lock_path(lock));
	const char *argv[6] = {"update-index", "--force-write-index"};
	const char *env[] = {name, NULL};
	struct git_command command = {
		.repo = building->now->repo, .argv = argv, .env = env};
	size_t nr = 2;
	int ret = 0;

	if (index->split)
		argv[nr++] = "--split-index";
	if (index->untracked_cache)
		argv[nr++] = "--untracked-cache";
	if (index->fsmonitor)
		argv[nr++] = "--fsmonitor";
	if (nr > 2 || index->sparse)
		ret = git_run(&command, NULL, NULL, err);
	free(name);
	return ret;
}

/* The next walk need not sum up what was summed up to be written. Where git
 * wrote it, it has to. */
static void note_seen(const struct building *building, const struct stat *after)
{
	const struct index *index = building->now->scan->index;
	struct error ignored = ERROR_INIT;
	struct index_seen seen;

	if (index->split || index->untracked_cache || index->fsmonitor ||
	    index->sparse)
		return;
	index_seen_fill(&seen, after);
	index_seen_write(building->now->repo->git_dir, &seen, &ignored);
	error_release(&ignored);
}

static int write_index(struct building *building, struct index_lock *lock,
		       struct error *err)
{
	const struct index *index = building->now->scan->index;
	const struct index_extra *extra = &building->target->index_extra;
	struct index_tree *tree = NULL;
	unsigned version = building->pathspecs->nr && index->exists
				   ? index->version
				   : extra->version;
	int ret = 0;

	/* The tree of a whole is known; of a mixture it is not. */
	if (!building->pathspecs->nr && !extra->nr_stages && !extra->nr_intents)
		ret = index_tree_update(&tree, building->now->repo, index->tree,
					&building->target->stored.index_tree,
					err);
	if (!ret)
		ret = index_lock_write(
			lock, building->entries, building->nr, index, version,
			!index->exists || index->checksummed, tree, err);
	if (!ret) {
		/* Mostly that took longer than a tick. */
		wait_for_tick(building->plan);
		ret = index_lock_touch(lock, err);
	}
	if (!ret)
		ret = add_extensions(building, lock, err);
	index_tree_free(tree);
	return ret;
}

/* What an entry that is to be added later names: git add -N writes it, and git
 * fsck asks for it. */
static int make_empty_blob(struct repository *repo, struct error *err)
{
	static const char *const argv[] = {"hash-object", "-w", "--stdin",
					   NULL};
	const struct git_command command = {
		.repo = repo, .argv = argv, .input = ""};

	if (object_exists(repo, &blob_empty_id))
		return 0;
	return git_run(&command, NULL, NULL, err);
}

static int build(struct building *building, struct error *err)
{
	const struct target *target = building->target;
	size_t plain;

	if (tree_diff(building->now->repo, building->now->trees,
		      &building->now->index_tree, &target->stored.index_tree,
		      MAX_ENTRIES, note_change, building, err) < 0)
		return err->code;
	building->changed = building->nr_changes > 0;
	merge_changes(building);
	plain = building->nr;
	add_extra(building, target->index_extra.stages,
		  target->index_extra.nr_stages);
	add_extra(building, target->index_extra.intents,
		  target->index_extra.nr_intents);
	if (building->nr > plain)
		qsort(building->entries, building->nr,
		      sizeof(*building->entries), compare_entries);
	set_flags(building);
	set_stats(building);
	return 0;
}

static void release(struct building *building)
{
	free(building->changes);
	free(building->entries);
	arena_release(&building->arena);
}

int restore_index(struct index_lock *lock, struct snapshot *now,
		  const struct target *target, const struct plan *plan,
		  const struct strlist *pathspecs, struct error *err)
{
	struct building building = {.now = now,
				    .target = target,
				    .plan = plan,
				    .pathspecs = pathspecs,
				    .writing = true};
	struct stat after;
	int ret = build(&building, err);

	if (!ret && building.changed && target->index_extra.nr_intents)
		ret = make_empty_blob(now->repo, err);
	if (!ret && building.changed)
		ret = write_index(&building, lock, err);
	if (!ret && building.changed)
		ret = index_lock_commit(lock, &after, err);
	else
		index_lock_rollback(lock);
	if (!ret && building.changed)
		note_seen(&building, &after);
	release(&building);
	return ret;
}

int restore_index_check(struct snapshot *now, const struct target *target,
			const struct strlist *pathspecs, struct error *err)
{
	struct building building = {.pathspecs = pathspecs};

	return tree_diff(now->repo, now->trees, &now->index_tree,
			 &target->stored.index_tree, MAX_ENTRIES, check_change,
			 &building, err);
}

int restore_index_differs(struct snapshot *now, const struct target *target,
			  const struct strlist *pathspecs, bool *out,
			  struct error *err)
{
	struct plan no_plan = PLAN_INIT;
	struct building building = {.now = now,
				    .target = target,
				    .plan = &no_plan,
				    .pathspecs = pathspecs};
	int ret = build(&building, err);

	*out = building.changed;
	release(&building);
	return ret;
}
