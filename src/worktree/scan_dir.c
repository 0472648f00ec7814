#include "worktree/scan_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/repository.h"
#include "worktree/dir.h"
#include "worktree/scan_reading.h"
#include "worktree/sealed.h"

/* -- parts of a reading -------------------------------------------------- */

int reading_stat(struct reading *reading, const char *name, struct stat *st)
{
	if (reading->fd < 0)
		return recalled_stat(reading->dir->recalled,
				     &reading->recalled_at, name, st);
	if (fstatat(reading->fd, name, st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			reading->note.never = true;
		return -1;
	}
	if (st->st_nlink > 1 && !S_ISDIR(st->st_mode) && reading->scan->told)
		scan_note_link(reading->scan, &reading->note, st);
	return 0;
}

char *reading_path(const struct scan_dir *dir, const char *name)
{
	size_t len = strlen(name);
	char *path = xmalloc(dir->path_len + len + 1);

	memcpy(path, dir->path, dir->path_len);
	memcpy(path + dir->path_len, name, len + 1);
	return path;
}

static struct scan_memory *memory_of(struct reading *reading)
{
	if (!reading->has_memory)
		reading->memory = scan_take_memory(reading->scan);
	reading->has_memory = true;
	return &reading->memory;
}

/* Room for `nr` items in all, more than there is. */
static void make_room(struct reading *reading, size_t nr)
{
	struct scan_dir *dir = reading->dir;

	spill_array_rest(&reading->room);
	dir->items = spill_array_grow(&reading->room,
				      array_bytes(nr, sizeof(*dir->items)));
}

/* Most have one or two, if any. */
static void make_more_room(struct reading *reading)
{
	const size_t nr = reading->dir->nr_items;

	make_room(reading,
		  nr + (nr < SCAN_ITEMS_AT_ONCE ? nr + 1 : SCAN_ITEMS_AT_ONCE));
}

static struct scan_item *add_item(struct reading *reading, enum scan_kind kind,
				  const char *path)
{
	struct scan_dir *dir = reading->dir;
	struct scan_item *item;

	if (dir->nr_items == reading->room.size / sizeof(*item))
		make_more_room(reading);
	item = &dir->items[dir->nr_items++];
	*item = (struct scan_item){.kind = (uint8_t)kind, .path = path};
	return item;
}

struct scan_item *reading_add_item(struct reading *reading, enum scan_kind kind,
				   const char *name)
{
	struct scan_dir *dir = reading->dir;
	size_t len = strlen(name);
	char *path = arena_get(&memory_of(reading)->items,
			       dir->path_len + len + 1, 1);

	memcpy(path, dir->path, dir->path_len);
	memcpy(path + dir->path_len, name, len + 1);
	return add_item(reading, kind, path);
}

struct scan_item *reading_add_self(struct reading *reading, enum scan_kind kind)
{
	struct scan_dir *dir = reading->dir;
	char *path = arena_get(&memory_of(reading)->items, dir->path_len, 1);

	memcpy(path, dir->path, dir->path_len - 1);
	path[dir->path_len - 1] = '\0';
	return add_item(reading, kind, path);
}

struct scan_item *reading_add_entry(struct reading *reading,
				    enum scan_kind kind,
				    const struct index_entry *entry)
{
	struct scan_item *item = add_item(reading, kind, entry->path);

	item->entry = entry;
	return item;
}

void reading_omit(struct reading *reading, enum omit_reason reason,
		  const char *name, const struct stat *st)
{
	struct scan_item *item = reading_add_item(reading, SCAN_OMITTED, name);

	item->reason = (uint8_t)reason;
	if (st)
		stat_data_fill(&item->stat, st);
}

struct scan_dir *reading_add_child(struct reading *reading, const char *name,
				   size_t len, size_t first, size_t end)
{
	struct scan_dir *dir = reading->dir;
	struct scan_dir *child = scan_dir_new(&memory_of(reading)->dirs,
					      dir->path_len + len + 1);

	memcpy(child->path, dir->path, dir->path_len);
	memcpy(child->path + dir->path_len, name, len);
	child->path[child->path_len - 1] = '/';
	child->parent = dir;
	child->first = (uint32_t)first;
	child->end = (uint32_t)end;
	child->tree = first < end && dir->tree
			      ? index_tree_child(dir->tree, name, len)
			      : NULL;
	child->level = dir->level;
	child->nested = dir->nested;
	child->excluded = -1;
	child->next = dir->children;
	dir->children = child;
	return child;
}

bool reading_is_unsafe_link(const char *name, const struct stat *st)
{
	return S_ISLNK(st->st_mode) &&
	       path_component_is_dotgitmodules(name, strlen(name));
}

/* -- the whole ----------------------------------------------------------- */

/* The directory is not there (any more): everything tracked below it is gone.
 */
static void note_missing(struct reading *reading, int number)
{
	struct scan_dir *dir = reading->dir;
	const struct index *index = reading->scan->index;

	sealed_expect(reading->scan, dir, NULL);
	/* Rules of what is not there are read from the index. */
	for (size_t at = dir->first; at < dir->end; at++)
		reading_note_rules(reading, index->entries[at].path);
	if (number == EACCES) {
		dir->unreadable = true;
		reading_omit(reading, OMIT_UNREADABLE, "", NULL);
		return;
	}
	dir->missing = true;
	/* There may be very many, and no more will come. */
	if (dir->first < dir->end)
		make_room(reading, dir->end - dir->first);
	for (size_t at = dir->first; at < dir->end; at++)
		if (!index->entries[at].stage)
			reading_note_deleted(reading, &index->entries[at]);
}

/* The names that change how the directory is read. */
static void look_at_names(struct reading *reading)
{
	struct scan_names names = reading->names;
	unsigned char type;
	const char *name;

	while ((name = scan_names_next(&names, &type))) {
		if (!strcmp(name, ".git")) {
			reading->has_dotgit = true;
			continue;
		}
		reading->has_untracked = true;
		if (!strncmp(name, ".git", 4)) {
			char *path = xstrfmt("%s%s", reading->dir->path, name);

			reading_note_rules(reading, path);
			free(path);
		}
	}
}

static void keep_names(struct reading *reading, const struct stat *st)
{
	const struct scan_names *names = &reading->names;
	struct roster *roster =
		roster_new(&memory_of(reading)->items, st, names->listed.ptr,
			   names->listed.len);

	if (!roster)
		return;
	roster->tracked = reading->tracked;
	roster->count = (uint32_t)names->count;
	reading->dir->roster = roster;
	reading->dir->fresh_roster = true;
}

/* The directory's own, and its names. */
static int read_names(struct reading *reading, struct stat *st,
		      struct error *err)
{
	const struct recalled *recalled = reading->dir->recalled;

	if (reading->fd < 0) {
		reading->names = (struct scan_names){
			.at = recalled->names,
			.end = recalled->names + recalled->names_len,
			.listed = BUF_INIT,
			.count = recalled->count,
		};
		return 0;
	}
	if (scan_names_read(&reading->names, reading->scan, reading->dir,
			    reading->fd, st, reading->tracked, err) < 0)
		return err->code;
	if (reading->names.may_be_kept)
		keep_names(reading, st);
	return 0;
}

static void queue_children(struct reading *reading)
{
	for (struct scan_dir *child = reading->dir->children; child;
	     child = child->next)
		thread_queue_add(reading->queue, child);
}

static int read_open_dir(struct reading *reading, struct error *err)
{
	struct scan *scan = reading->scan;
	struct scan_dir *dir = reading->dir;
	struct ignore_level *level;
	struct stat st = {0};

	if (reading->fd < 0)
		st.st_mode = dir->recalled->mode;
	else if (fstat(reading->fd, &st) < 0)
		return error_errno(err, "cannot look at '%s'", dir->path);
	dir->mode = (uint16_t)st.st_mode;
	reading->tracked = rosters_sum_start(scan->rosters);
	if (reading_look_at_tracked(reading, err) < 0 ||
	    read_names(reading, &st, err) < 0)
		return err->code;
	if (dir->seal)
		sealed_add_children(reading);
	look_at_names(reading);
	if (dir->parent && reading->has_dotgit)
		reading_look_at_dotgit(reading);
	/* Ours, by another name: what is not to be entered either. */
	if (dir->parent &&
	    repository_owns(scan->repo, dir->path, dir->path_len - 1))
		dir->nested = true;
	if (dir->nested)
		sealed_expect(scan, dir, NULL);
	reading->note.never |= reading->has_dotgit || reading->has_ignore_file;
	level = dir->parent ? ignore_push(scan->ignore, dir->level, dir->path,
					  reading->fd, reading->has_ignore_file,
					  err)
			    : ignore_top(scan->ignore, reading->fd, err);
	if (!level)
		return err->code;
	dir->level = level;
	/* Those that are tracked were made before this was known. */
	for (struct scan_dir *child = dir->children; child;
	     child = child->next) {
		child->level = level;
		child->nested = dir->nested;
	}
	if (reading_look_at_untracked(reading, err) < 0)
		return err->code;
	if (reading->fd >= 0)
		scan_note_finish(
			scan, dir, &reading->note, reading->names.at,
			(size_t)(reading->names.end - reading->names.at),
			reading->names.count, &st);
	queue_children(reading);
	return 0;
}

/* Copy them to where they stay, not all in memory at once. */
static struct scan_item *copy_items(struct reading *reading, size_t nr)
{
	struct arena *memory = &memory_of(reading)->items;
	const struct scan_item *from = reading->room.items;
	struct scan_item *items = arena_get(memory, nr * sizeof(*items), 8);

	for (size_t at = 0, now; at < nr; at += now) {
		now = nr - at;
		if (now > SCAN_ITEMS_AT_ONCE)
			now = SCAN_ITEMS_AT_ONCE;
		if (at) {
			spill_array_rest(&reading->room);
			arena_rest(memory);
		}
		memcpy(items + at, from + at, now * sizeof(*items));
	}
	return items;
}

/* No more will come. Those of a directory that is not there are on their own,
 * to be freed early. */
static void keep_items(struct reading *reading)
{
	struct scan_dir *dir = reading->dir;
	const size_t nr = dir->nr_items;

	if (!nr) {
		dir->items = NULL;
	} else if (dir->missing) {
		dir->items = xmemdup(dir->items, nr * sizeof(*dir->items));
		dir->alloc_items = dir->nr_items;
	} else {
		dir->items = copy_items(reading, nr);
	}
	spill_array_release(&reading->room);
}

int scan_dir_read(struct scan *scan, struct scan_dir *dir,
		  struct thread_queue *queue, struct error *err)
{
	struct reading reading = {.scan = scan,
				  .dir = dir,
				  .queue = queue,
				  .fd = -1,
				  .room = SPILL_ARRAY_INIT(scan->repo->git_dir),
				  .note = SCAN_NOTE_INIT,
				  .names.listed = BUF_INIT};
	int ret = 0;

	if (scan->sealed && sealed_passes(scan, dir)) {
		sealed_add_children(&reading);
		queue_children(&reading);
	} else if (scan_recall(scan, dir)) {
		ret = read_open_dir(&reading, err);
	} else if ((reading.fd = dir_open(scan->top_fd, dir->path)) < 0) {
		note_missing(&reading, errno);
	} else {
		ret = read_open_dir(&reading, err);
		close(reading.fd);
	}
	if (dir->items)
		keep_items(&reading);
	if (reading.has_memory)
		scan_give_memory(scan, reading.memory);
	scan_names_release(&reading.names);
	buf_release(&reading.note.files);
	return ret;
}
