#include "worktree/scan_recall.h"

#include "base/alloc.h"
#include "base/fingerprint.h"
#include "base/path.h"
#include "git/tree.h"
#include "worktree/scan_dir.h"
#include "worktree/told.h"

/* -- believing ----------------------------------------------------------- */

static uint64_t add_entry(uint64_t sum, const struct index_entry *entry,
			  size_t skip)
{
	const struct {
		uint32_t mode, stage, flags;
		struct oid oid;
		struct index_stat stat;
	} what = {
		.mode = entry->mode,
		.stage = entry->stage,
		.flags = entry->flags &
			 ~(uint32_t)(INDEX_RACY | INDEX_LONG_HEAD),
		.oid = *index_entry_oid(entry),
		.stat = index_entry_stat(entry),
	};

	_Static_assert(sizeof(what) == 12 + sizeof(struct oid) +
					       sizeof(struct index_stat),
		       "no byte of it is left to chance");
	sum = fingerprint_add(sum, entry->path + skip, entry->path_len - skip);
	return fingerprint_add(sum, &what, sizeof(what));
}

/* The sum over all that the index has in a directory itself, where it is asked
 * for. `*written`: one of its files may change without an event. */
static uint64_t sum_entries(const struct scan *scan, const struct scan_dir *dir,
			    bool summed, bool *written)
{
	const struct index *index = scan->index;
	uint64_t sum = recall_seed(scan->told->recall);

	*written = false;
	for (size_t at = dir->first; at < dir->end;) {
		const struct index_entry *entry = &index->entries[at];
		const char *slash = strchr(entry->path + dir->path_len, '/');

		if (!slash) {
			if (summed)
				sum = add_entry(sum, entry, dir->path_len);
			*written |= writers_have(&scan->told->writers,
						 index_entry_stat(entry).ino);
			at++;
			continue;
		}
		if (summed)
			sum = fingerprint_add(
				sum, entry->path + dir->path_len,
				(size_t)(slash + 1 - entry->path) -
					dir->path_len);
		at = scan_end_of_dir(index, at, dir->end,
				     (size_t)(slash + 1 - entry->path));
	}
	return sum;
}

static bool files_are_written(const struct scan *scan,
			      const struct recalled *recalled)
{
	const char *name;
	struct stat st;
	size_t at = 0;

	while (recalled_next(recalled, &at, &name, &st))
		if (writers_have(&scan->told->writers, st.st_ino))
			return true;
	return false;
}

static void inherit(const struct told *told, struct scan_dir *dir)
{
	if (!dir->parent)
		return;
	dir->unbelieved = dir->parent->unbelieved ||
			  strlist_sorted_has(&told->trees, dir->path);
	dir->unwatched = dir->parent->unwatched ||
			 strlist_sorted_has(&told->unwatched, dir->path);
}

bool scan_recall(struct scan *scan, struct scan_dir *dir)
{
	const struct told *told = scan->told;
	const struct recalled *recalled;
	bool written;
	uint64_t sum;

	if (!told)
		return false;
	inherit(told, dir);
	if (!told->believes || !dir->parent || dir->nested || dir->unbelieved ||
	    dir->unwatched)
		return false;
	recalled = recall_find(told->recall, dir->path, dir->path_len);
	if (!recalled)
		return false;
	sum = sum_entries(scan, dir, !scan->same_index, &written);
	if ((!scan->same_index && sum != recalled->tracked) || written ||
	    files_are_written(scan, recalled))
		return false;
	dir->recalled = recalled;
	return true;
}

/* -- noting -------------------------------------------------------------- */

void scan_note_same(struct scan_note *note, const char *name,
		    const struct index_entry *entry, const struct stat *st)
{
	uint16_t *common =
		entry->mode == MODE_EXEC ? &note->exec_mode : &note->file_mode;
	uint16_t mode = st->st_mode & 07777;

	if (entry->mode == MODE_LINK) {
		if (!S_ISLNK(st->st_mode))
			recall_add_file(&note->files, name, st);
		return;
	}
	if (*common == SCAN_NOT_THERE)
		*common = mode;
	if (mode != *common)
		recall_add_file(&note->files, name, st);
}

void scan_note_name(struct scan_note *note, const char *name,
		    const struct stat *st)
{
	recall_add_file(&note->files, name, st);
}

void scan_note_link(struct scan *scan, struct scan_note *note,
		    const struct stat *st)
{
	const struct told *told = scan->told;

	note->never = true;
	pthread_mutex_lock(&scan->lock);
	ARRAY_GROW(scan->links, scan->nr_links, scan->alloc_links);
	scan->links[scan->nr_links++] = st->st_ino;
	/* One that is new may be another name of a file that is believed. */
	scan->doubtful |= !recall_has_link(told->recall, st->st_ino);
	pthread_mutex_unlock(&scan->lock);
}

static bool may_recall(const struct scan *scan, const struct scan_dir *dir,
		       const struct scan_note *note, const struct stat *st)
{
	const char *name =
		dir->path + (dir->parent ? dir->parent->path_len : 0);

	return scan->told && scan->told->records && dir->parent &&
	       !note->never && !dir->nested && !dir->unwatched &&
	       st->st_dev == scan->device &&
	       path_component_is_safe(
		       name, (size_t)(dir->path + dir->path_len - 1 - name));
}

void scan_note_finish(struct scan *scan, struct scan_dir *dir,
		      struct scan_note *note, const char *names,
		      size_t names_len, size_t count, const struct stat *st)
{
	struct recalled *recalled;
	bool written;

	if (!may_recall(scan, dir, note, st)) {
		buf_release(&note->files);
		return;
	}
	recalled = xcalloc(1, sizeof(*recalled));
	recalled->path = dir->path;
	recalled->path_len = dir->path_len;
	recalled->tracked = sum_entries(scan, dir, true, &written);
	recalled->names = xmemdup(names, names_len);
	recalled->names_len = names_len;
	recalled->files_len = note->files.len;
	recalled->files = buf_detach(&note->files);
	recalled->count = (uint32_t)count;
	recalled->mode = st->st_mode;
	recalled->file_mode = note->file_mode;
	recalled->exec_mode = note->exec_mode;
	dir->recalled = recalled;
	dir->fresh_recalled = true;
	pthread_mutex_lock(&scan->lock);
	scan->nr_looked++;
	pthread_mutex_unlock(&scan->lock);
}
