#include "core/restore/new_index.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/pathspec.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/target.h"
#include "git/object.h"
#include "git/tree_diff.h"

#define MAX_ENTRIES UINT64_C(50000000)

struct building {
	struct snapshot *now;
	const struct target *target;
	const struct strlist *pathspecs;
	struct index_entry *changes; /* by path; mode 0: the entry goes */
	size_t nr_changes, alloc_changes;
	struct new_index *out;
};

/* -- changes ------------------------------------------------------------- */

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
	index_entry_fill(entry, &building->out->arena, change->path,
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
	ARRAY_GROW(building->out->entries, building->out->nr,
		   building->out->alloc);
	building->out->entries[building->out->nr++] = *from;
}

/* Of a hundred thousand entries most stay. */
static void reserve(struct building *building)
{
	const struct index_extra *extra = &building->target->index_extra;

	building->out->alloc = building->now->scan->index->nr +
			       building->nr_changes + extra->nr_stages +
			       extra->nr_intents;
	building->out->entries =
		xcalloc(building->out->alloc, sizeof(*building->out->entries));
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
		memcpy(building->out->entries + building->out->nr,
		       index->entries + at,
		       (end - at) * sizeof(*index->entries));
		building->out->nr += end - at;
		return end;
	}
	for (; at < end; at++) {
		const struct index_entry *entry = &index->entries[at];

		if (new_index_is_plain(entry) ||
		    !pathspec_matches(building->pathspecs, entry->path))
			add_entry(building, entry);
		else
			building->out->changed = true;
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
		if (at < index->nr && new_index_is_plain(&index->entries[at]) &&
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
			index_entry_fill(&entry, &building->out->arena,
					 entry.path, entry.path_len,
					 &blob_empty_id, NULL);
		add_entry(building, &entry);
		building->out->changed = true;
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
	for (size_t i = 0; i < building->out->nr; i++) {
		struct index_entry *entry = &building->out->entries[i];
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
			building->out->changed = true;
		}
	}
}

/* -- the whole ----------------------------------------------------------- */

int new_index_build(struct new_index *out, struct snapshot *now,
		    const struct target *target,
		    const struct strlist *pathspecs, struct error *err)
{
	const struct index_extra *extra = &target->index_extra;
	struct building building = {.now = now,
				    .target = target,
				    .pathspecs = pathspecs,
				    .out = out};
	size_t plain;
	int ret = tree_diff(now->repo, now->trees, &now->index_tree,
			    &target->stored.index_tree, MAX_ENTRIES,
			    note_change, &building, err);

	if (ret < 0)
		goto done;
	out->changed = building.nr_changes > 0;
	merge_changes(&building);
	plain = out->nr;
	add_extra(&building, extra->stages, extra->nr_stages);
	add_extra(&building, extra->intents, extra->nr_intents);
	if (out->nr > plain)
		qsort(out->entries, out->nr, sizeof(*out->entries),
		      compare_entries);
	set_flags(&building);
done:
	free(building.changes);
	return ret;
}

void new_index_release(struct new_index *index)
{
	free(index->entries);
	arena_release(&index->arena);
}

int new_index_check(struct snapshot *now, const struct target *target,
		    const struct strlist *pathspecs, struct error *err)
{
	struct building building = {.pathspecs = pathspecs};

	return tree_diff(now->repo, now->trees, &now->index_tree,
			 &target->stored.index_tree, MAX_ENTRIES, check_change,
			 &building, err);
}

int new_index_differs(struct snapshot *now, const struct target *target,
		      const struct strlist *pathspecs, bool *out,
		      struct error *err)
{
	struct new_index index = NEW_INDEX_INIT;
	int ret = new_index_build(&index, now, target, pathspecs, err);

	*out = index.changed;
	new_index_release(&index);
	return ret;
}
