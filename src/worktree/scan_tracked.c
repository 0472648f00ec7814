#include "worktree/scan_reading.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/tree.h"
#include "worktree/nested.h"
#include "worktree/scan_dir.h"

size_t scan_end_of_dir(const struct index *index, size_t first, size_t end,
		       size_t len)
{
	const char *path = index->entries[first].path;
	size_t step = 1, low = first, high;

	/* Most directories are small: gallop before the binary search. */
	while (low + step < end &&
	       !strncmp(index->entries[low + step].path, path, len)) {
		low += step;
		step *= 2;
	}
	high = low + step < end ? low + step : end;
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (!strncmp(index->entries[middle].path, path, len))
			low = middle;
		else
			high = middle;
	}
	return high;
}

void reading_note_deleted(struct reading *reading,
			  const struct index_entry *entry)
{
	if (!(entry->flags & INDEX_SKIP_WORKTREE))
		reading_add_entry(reading, SCAN_DELETED, entry);
}

/* Whether a directory has no names in it; what cannot be read may have. */
static bool is_empty(const struct reading *reading, const char *name)
{
	int fd = openat(reading->fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *handle = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *dirent;
	bool empty = handle;

	if (!handle && fd >= 0)
		close(fd);
	while (empty && (dirent = readdir(handle)))
		empty = !strcmp(dirent->d_name, ".") ||
			!strcmp(dirent->d_name, "..");
	if (handle)
		closedir(handle);
	return empty;
}

static int look_at_gitlink(struct reading *reading,
			   const struct index_entry *entry, const char *name,
			   struct error *err)
{
	struct scan_item *item;
	struct oid head;
	int got;

	got = nested_head(reading->scan->repo, entry->path, &head, err);
	if (got < 0)
		return got;
	if (got && !oid_equal(&head, index_entry_oid(entry))) {
		item = reading_add_entry(reading, SCAN_GITLINK, entry);
		item->oid = head;
		item->mode = MODE_GITLINK;
	}
	/* An empty directory is a submodule that is not checked out. */
	if (got || !is_empty(reading, name)) {
		char *path = xstrfmt("%s/", name);

		reading_omit(reading, OMIT_SUBMODULE, path, NULL);
		free(path);
	}
	return 0;
}

static bool is_same(const struct scan *scan, const struct index_entry *entry,
		    const struct stat *st)
{
	return !entry->stage && !(entry->flags & INDEX_INTENT_TO_ADD) &&
	       entry->mode != MODE_GITLINK &&
	       index_entry_matches(scan->index, entry, st, &scan->rules);
}

static void note_entry(struct reading *reading, const struct index_entry *entry,
		       const char *name, const struct stat *st, bool same)
{
	if (!reading->scan->told || reading->fd < 0)
		return;
	if (same)
		scan_note_same(&reading->note, name, entry, st);
	else
		scan_note_name(&reading->note, name, st);
}

/* A tracked file that was as the index says, and is. */
static void recall_same(struct reading *reading, size_t at)
{
	const struct recalled *recalled = reading->dir->recalled;
	struct scan *scan = reading->scan;
	uint32_t mode = scan->index->entries[at].mode;

	if (mode == MODE_LINK)
		scan->permissions[at] = SCAN_IS_LINK;
	else if (mode == MODE_EXEC)
		scan->permissions[at] = recalled->exec_mode;
	else
		scan->permissions[at] = recalled->file_mode;
}

static int look_at_entry(struct reading *reading, size_t at, struct error *err)
{
	struct scan *scan = reading->scan;
	const struct index_entry *entry = &scan->index->entries[at];
	const char *name = entry->path + reading->dir->path_len;
	struct scan_item *item;
	struct stat st;
	bool same;

	if (reading_stat(reading, name, &st) < 0) {
		if (errno == ENODATA)
			recall_same(reading, at);
		else if (errno != ENOENT && errno != ENOTDIR)
			reading_omit(reading, OMIT_UNREADABLE, name, NULL);
		else if (!entry->stage)
			reading_note_deleted(reading, entry);
		if (reading->scan->told && reading->fd >= 0)
			scan_note_name(&reading->note, name, NULL);
		return 0;
	}
	if (entry->mode == MODE_GITLINK && !entry->stage &&
	    S_ISDIR(st.st_mode)) {
		reading->note.never = true;
		return look_at_gitlink(reading, entry, name, err);
	}
	same = is_same(scan, entry, &st);
	note_entry(reading, entry, name, &st, same);
	if ((!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) ||
	    reading_is_unsafe_link(name, &st)) {
		if (!entry->stage)
			reading_note_deleted(reading, entry);
		if (S_ISLNK(st.st_mode))
			reading_omit(reading, OMIT_UNSAFE_NAME, name, &st);
		else if (!S_ISDIR(st.st_mode))
			reading_omit(reading, OMIT_SPECIAL, name, &st);
		return 0;
	}
	scan->permissions[at] =
		S_ISREG(st.st_mode) ? st.st_mode & 07777 : SCAN_IS_LINK;
	if (same)
		return 0;
	item = reading_add_entry(reading, SCAN_CHANGED, entry);
	stat_data_fill(&item->stat, &st);
	return 0;
}

/* A file with rules for others, whether it is tracked or not; `path` is its
 * own, `name` the last part of it. */
static void note_rules(struct reading *reading, const char *path,
		       const char *name)
{
	struct scan *scan = reading->scan;

	if (!strcmp(name, ".gitignore")) {
		reading->has_ignore_file = true;
		pthread_mutex_lock(&scan->lock);
		strlist_addn(&scan->ignore_dirs, path, (size_t)(name - path));
		pthread_mutex_unlock(&scan->lock);
	} else if (!strcmp(name, ".gitattributes")) {
		pthread_mutex_lock(&scan->lock);
		strlist_addn(&scan->attribute_dirs, path,
			     (size_t)(name - path));
		pthread_mutex_unlock(&scan->lock);
	}
}

void reading_note_rules(struct reading *reading, const char *path)
{
	const char *name = path_basename(path);

	if (!strncmp(name, ".git", 4))
		note_rules(reading, path, name);
}

int reading_look_at_tracked(struct reading *reading, struct error *err)
{
	const struct index *index = reading->scan->index;
	struct scan_dir *dir = reading->dir;
	size_t at = dir->first;

	while (at < dir->end) {
		const char *rest = index->entries[at].path + dir->path_len;
		const char *slash = strchr(rest, '/');

		if (slash) {
			size_t len = (size_t)(slash - rest);
			size_t end = scan_end_of_dir(index, at, dir->end,
						     dir->path_len + len + 1);

			reading_add_child(reading, rest, len, at, end);
			reading->tracked = roster_sum(reading->tracked, rest,
						      len, ROSTER_DIR);
			at = end;
			continue;
		}
		if (!strncmp(rest, ".git", 4))
			note_rules(reading, index->entries[at].path, rest);
		reading->tracked = roster_sum(
			reading->tracked, rest,
			index->entries[at].path_len - dir->path_len,
			index->entries[at].mode == MODE_GITLINK ? ROSTER_GITLINK
								: ROSTER_FILE);
		if (look_at_entry(reading, at, err) < 0)
			return err->code;
		/* The stages of a conflict are one path. */
		do
			at++;
		while (at < dir->end &&
		       !strcmp(index->entries[at].path + dir->path_len, rest));
	}
	return 0;
}
