#include "core/snapshot/snapshot_files.h"

#include "base/alloc.h"
#include "core/snapshot/snapshot.h"
#include "worktree/cache.h"

/* While so many are gone through, what they lie in is in memory. */
#define FILES_AT_ONCE 32768

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct snapshot_file *)a)->item->path,
		      ((const struct snapshot_file *)b)->item->path);
}

void snapshot_add_file(struct snapshot *snapshot, struct scan_item *item)
{
	struct snapshot_file *file;

	snapshot->files =
		spill_array_next(&snapshot->files_room, snapshot->nr_files,
				 sizeof(*snapshot->files));
	file = &snapshot->files[snapshot->nr_files++];
	*file = (struct snapshot_file){.item = item};
	if (file > snapshot->files && !snapshot->files_unsorted)
		snapshot->files_unsorted = compare_files(file - 1, file) > 0;
}

void snapshot_sort_files(struct snapshot *snapshot)
{
	if (snapshot->files_unsorted)
		qsort(snapshot->files, snapshot->nr_files,
		      sizeof(*snapshot->files), compare_files);
	snapshot->files_unsorted = false;
}

void snapshot_rest(const struct snapshot *snapshot)
{
	scan_rest(snapshot->scan);
	spill_array_rest(&snapshot->files_room);
}

void snapshot_pass_file(const struct snapshot *snapshot, size_t i)
{
	if (i % FILES_AT_ONCE == FILES_AT_ONCE - 1)
		snapshot_rest(snapshot);
}

static int compare_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct snapshot_file *)file)->item->path);
}

struct snapshot_file *snapshot_find_file(const struct snapshot *snapshot,
					 const char *path)
{
	if (!snapshot->nr_files)
		return NULL;
	return bsearch(path, snapshot->files, snapshot->nr_files,
		       sizeof(*snapshot->files), compare_path);
}

static bool is_in_snapshot(uint8_t kind)
{
	return kind == SCAN_CHANGED || kind == SCAN_SAME ||
	       kind == SCAN_UNTRACKED || kind == SCAN_IGNORED;
}

static const struct oid *raw_of(const struct snapshot_file *file)
{
	return file->conversion ? &file->conversion->raw : &file->item->oid;
}

void snapshot_find(const struct snapshot *snapshot, const char *path,
		   struct snapshot_path *out)
{
	const struct index *index = snapshot->scan->index;
	const struct snapshot_file *file = snapshot_find_file(snapshot, path);

	*out = (struct snapshot_path){.entry = index_find(index, path)};
	if (file) {
		out->present = is_in_snapshot(file->item->kind);
		out->mode = file->item->mode;
		out->blob = file->item->oid;
		out->raw = *raw_of(file);
		out->stat = file->item->stat;
		out->known_stat = out->present;
	} else if (out->entry) {
		size_t at = (size_t)(out->entry - index->entries);

		out->present =
			snapshot->scan->permissions[at] != SCAN_NOT_THERE;
		out->mode = out->entry->mode;
		out->blob = out->raw = *index_entry_oid(out->entry);
	}
}

bool snapshot_file_cached(const struct snapshot_file *file,
			  struct cache_entry *out)
{
	const struct snapshot_conversion *conversion = file->conversion;
	const struct scan_item *item = file->item;

	/* L, which holds ignored files, is another commit. */
	if (!is_in_snapshot(item->kind) || item->kind == SCAN_IGNORED ||
	    (conversion && conversion->plain))
		return false;
	*out = (struct cache_entry){
		.path = item->path,
		.conversion =
			conversion && conversion->name ? conversion->name : "-",
		.blob = item->oid,
		.raw = *raw_of(file),
		.stat = item->stat,
		.keep_raw = conversion && conversion->keep_raw,
	};
	return true;
}

bool snapshot_cached(const struct snapshot *snapshot, const char *path,
		     struct cache_entry *out)
{
	const struct snapshot_file *file = snapshot_find_file(snapshot, path);

	return file && snapshot_file_cached(file, out);
}
