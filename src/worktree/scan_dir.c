#include "worktree/scan_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/dir.h"
#include "worktree/nested.h"
#include "worktree/scan_names.h"
#include "worktree/scan_recall.h"

struct reading {
	struct scan *scan;
	struct scan_dir *dir;
	struct thread_queue *queue;
	int fd; /* -1: it is not looked at, but recalled */
	size_t recalled_at;
	struct scan_note note;
	struct scan_names names; /* that the index has no file of */
	uint64_t tracked;	 /* roster_sum() of those that it has */
	bool has_ignore_file;
	bool has_dotgit;
	bool has_untracked; /* a name that is not tracked, and not .git */
};

/* lstat() of a name in it, as it is, or as it is known to be still. */
static int stat_name(struct reading *reading, const char *name, struct stat *st)
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

static char *path_below(const struct scan_dir *dir, const char *name)
{
	size_t len = strlen(name);
	char *path = xmalloc(dir->path_len + len + 1);

	memcpy(path, dir->path, dir->path_len);
	memcpy(path + dir->path_len, name, len + 1);
	return path;
}

static struct scan_item *add_item(struct scan_dir *dir, enum scan_kind kind,
				  const char *name)
{
	struct scan_item *item;

	ARRAY_GROW(dir->items, dir->nr_items, dir->alloc_items);
	item = &dir->items[dir->nr_items++];
	*item = (struct scan_item){.kind = kind};
	item->path = path_below(dir, name);
	return item;
}

static void omit(struct scan_dir *dir, enum omit_reason reason,
		 const char *name, const struct stat *st)
{
	struct scan_item *item = add_item(dir, SCAN_OMITTED, name);

	item->reason = reason;
	if (st)
		item->st = *st;
}

/* The directory's part of the tree that the index has cached. */
static const struct index_tree *subtree(const struct index_tree *tree,
					const char *name, size_t len)
{
	for (uint32_t i = 0; tree && i < tree->nr_children; i++)
		if (tree->children[i].name_len == len &&
		    !memcmp(tree->children[i].name, name, len))
			return &tree->children[i];
	return NULL;
}

static struct scan_dir *add_child(struct reading *reading, const char *name,
				  size_t len, size_t first, size_t end)
{
	struct scan_dir *dir = reading->dir;
	struct scan_dir *child = xcalloc(1, sizeof(*child));

	child->path_len = dir->path_len + len + 1;
	child->path = xmalloc(child->path_len + 1);
	memcpy(child->path, dir->path, dir->path_len);
	memcpy(child->path + dir->path_len, name, len);
	memcpy(child->path + child->path_len - 1, "/", 2);
	child->parent = dir;
	child->first = first;
	child->end = end;
	child->tree = first < end ? subtree(dir->tree, name, len) : NULL;
	child->level = dir->level;
	child->nested = dir->nested;
	child->excluded = -1;
	child->next = dir->children;
	dir->children = child;
	return child;
}

/* -- what the index has -------------------------------------------------- */

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

static void note_deleted(struct reading *reading,
			 const struct index_entry *entry)
{
	struct scan_item *item;

	if (entry->flags & INDEX_SKIP_WORKTREE)
		return;
	item = add_item(reading->dir, SCAN_DELETED,
			entry->path + reading->dir->path_len);
	item->entry = entry;
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
	if (got && !oid_equal(&head, &entry->oid)) {
		item = add_item(reading->dir, SCAN_GITLINK, name);
		item->entry = entry;
		item->oid = head;
		item->mode = MODE_GITLINK;
	}
	/* An empty directory is a submodule that is not checked out. */
	if (got || !is_empty(reading, name)) {
		char *path = xstrfmt("%s/", name);

		omit(reading->dir, OMIT_SUBMODULE, path, NULL);
		free(path);
	}
	return 0;
}

static bool is_unsafe_link(const char *name, const struct stat *st)
{
	return S_ISLNK(st->st_mode) &&
	       path_component_is_dotgitmodules(name, strlen(name));
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

	if (stat_name(reading, name, &st) < 0) {
		if (errno == ENODATA)
			recall_same(reading, at);
		else if (errno != ENOENT && errno != ENOTDIR)
			omit(reading->dir, OMIT_UNREADABLE, name, NULL);
		else if (!entry->stage)
			note_deleted(reading, entry);
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
	    is_unsafe_link(name, &st)) {
		if (!entry->stage)
			note_deleted(reading, entry);
		if (S_ISLNK(st.st_mode))
			omit(reading->dir, OMIT_UNSAFE_NAME, name, &st);
		else if (!S_ISDIR(st.st_mode))
			omit(reading->dir, OMIT_SPECIAL, name, &st);
		return 0;
	}
	scan->permissions[at] =
		S_ISREG(st.st_mode) ? st.st_mode & 07777 : SCAN_IS_LINK;
	if (same)
		return 0;
	item = add_item(reading->dir, SCAN_CHANGED, name);
	item->entry = entry;
	item->st = st;
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
	} else if (!strcmp(name, ".gitattributes")) {
		pthread_mutex_lock(&scan->lock);
		strlist_addn(&scan->attribute_dirs, path,
			     (size_t)(name - path));
		pthread_mutex_unlock(&scan->lock);
	}
}

static void note_entry_rules(struct reading *reading, const char *path)
{
	const char *name = path_basename(path);

	if (!strncmp(name, ".git", 4))
		note_rules(reading, path, name);
}

/* Tracked files are looked at, tracked directories become children. */
static int look_at_tracked(struct reading *reading, struct error *err)
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

			add_child(reading, rest, len, at, end);
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

/* -- what the directory has ---------------------------------------------- */

/* Ignored itself, or below something that is. */
static bool dir_is_excluded(struct scan_dir *dir)
{
	int excluded = atomic_load(&dir->excluded);

	if (excluded >= 0)
		return excluded;
	excluded = dir_is_excluded(dir->parent);
	if (!excluded)
		excluded = ignore_check(dir->parent->level, dir->path,
					dir->path_len - 1,
					true) == IGNORE_EXCLUDED;
	/* Two threads may both ask: they come to the same answer. */
	atomic_store(&dir->excluded, excluded);
	return excluded;
}

/* Named by the caller: taken whatever it is. */
static bool is_named(const struct reading *reading, const char *path)
{
	const struct strlist *wanted = reading->scan->options.wanted;

	return wanted && strlist_sorted_has(wanted, path);
}

static bool is_wanted(const struct reading *reading, const char *path,
		      bool is_dir)
{
	const struct scan_options *options = &reading->scan->options;

	return reading->dir->wanted || options->all_ignored ||
	       is_named(reading, path) ||
	       (options->include &&
		ignore_list_check(options->include, path, strlen(path),
				  is_dir) == IGNORE_EXCLUDED);
}

/* An ignored directory is entered only where something wanted may be. */
static bool holds_one_of(const struct strlist *list, const char *dir)
{
	size_t len = strlen(dir);

	for (size_t i = 0; list && i < list->nr; i++)
		if (!strncmp(list->items[i], dir, len) &&
		    list->items[i][len] == '/')
			return true;
	return false;
}

static bool may_hold_wanted(const struct reading *reading, const char *path)
{
	const struct scan_options *options = &reading->scan->options;

	return holds_one_of(options->include_dirs, path) ||
	       holds_one_of(options->wanted, path);
}

/* Kept back as a whole, unless something in it is asked for. */
static bool is_protected_dir(const struct reading *reading, const char *path)
{
	const struct strlist *paths = reading->scan->options.protected_paths;
	char *below;
	bool is;

	if (!paths || !paths->nr || may_hold_wanted(reading, path))
		return false;
	below = xstrfmt("%s/", path);
	is = strlist_sorted_has(paths, below);
	free(below);
	return is;
}

static void visit_dir(struct reading *reading, const char *name,
		      const char *path)
{
	struct scan_dir *dir = reading->dir, *child;
	char *below = xstrfmt("%s/", name);
	bool excluded = dir_is_excluded(dir) ||
			ignore_check(dir->level, path, strlen(path), true) ==
				IGNORE_EXCLUDED;
	bool wanted = excluded && is_wanted(reading, path, true);

	if (!path_component_is_safe(name, strlen(name))) {
		omit(dir, OMIT_UNSAFE_NAME, below, NULL);
	} else if (excluded && !wanted && !may_hold_wanted(reading, path)) {
		omit(dir, OMIT_IGNORED, below, NULL);
	} else if (!excluded && is_protected_dir(reading, path)) {
		omit(dir, OMIT_PROTECTED, below, NULL);
	} else {
		child = add_child(reading, name, strlen(name), 0, 0);
		child->excluded = excluded;
		child->wanted = wanted;
	}
	free(below);
}

/* Why a file is not taken; OMIT_NR: it is. */
static enum omit_reason refusal(const struct reading *reading, const char *name,
				const char *path, const struct stat *st)
{
	const struct scan_options *options = &reading->scan->options;

	if (!path_component_is_safe(name, strlen(name)) ||
	    is_unsafe_link(name, st))
		return OMIT_UNSAFE_NAME;
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return OMIT_SPECIAL;
	if (is_named(reading, path))
		return OMIT_NR;
	if (options->protected_paths &&
	    strlist_sorted_has(options->protected_paths, path))
		return OMIT_PROTECTED;
	if (options->exclude &&
	    ignore_list_check(options->exclude, path, strlen(path), false) ==
		    IGNORE_EXCLUDED)
		return OMIT_EXCLUDED;
	if (S_ISREG(st->st_mode) &&
	    (uint64_t)st->st_size > options->max_file_size)
		return OMIT_TOO_LARGE;
	return OMIT_NR;
}

static void visit_file(struct reading *reading, const char *name,
		       const char *path, const struct stat *st)
{
	const struct strlist *kept_back =
		reading->scan->options.protected_paths;
	struct scan_dir *dir = reading->dir;
	enum scan_kind kind = SCAN_UNTRACKED;
	enum omit_reason reason;
	struct scan_item *item;

	if (dir_is_excluded(dir) || ignore_check(dir->level, path, strlen(path),
						 false) == IGNORE_EXCLUDED) {
		if (!is_wanted(reading, path, false)) {
			omit(dir, OMIT_IGNORED, name, st);
			return;
		}
		kind = SCAN_IGNORED;
	}
	/* A path that is kept back never gets where it could be pushed. */
	if (kept_back && strlist_sorted_has(kept_back, path))
		kind = SCAN_IGNORED;
	reason = refusal(reading, name, path, st);
	if (reason != OMIT_NR) {
		omit(dir, reason, name, st);
		return;
	}
	item = add_item(dir, kind, name);
	item->st = *st;
}

static void visit_candidate(struct reading *reading, const char *name)
{
	struct scan_dir *dir = reading->dir;
	char *path = path_below(dir, name);
	struct stat st;

	int got = stat_name(reading, name, &st);

	if (reading->scan->told && reading->fd >= 0)
		scan_note_name(&reading->note, name, got < 0 ? NULL : &st);
	if (got < 0) {
		/* Gone again: then it never was. */
		if (errno != ENOENT)
			omit(dir, OMIT_UNREADABLE, name, NULL);
	} else if (S_ISDIR(st.st_mode)) {
		visit_dir(reading, name, path);
	} else {
		visit_file(reading, name, path, &st);
	}
	free(path);
}

/* A directory that turns out to be a repository of its own. */
static int visit_nested(struct reading *reading, struct error *err)
{
	struct scan_dir *dir = reading->dir;
	char *path = xstrndup(dir->path, dir->path_len - 1);
	struct scan_item *item;
	struct oid head;
	int got = nested_head(reading->scan->repo, path, &head, err);

	free(path);
	if (got < 0)
		return got;
	omit(dir, OMIT_NESTED, "", NULL);
	if (got && !dir_is_excluded(dir)) {
		item = add_item(dir, SCAN_GITLINK, "");
		/* git's entry is the directory itself, without the slash. */
		item->path[dir->path_len - 1] = '\0';
		item->oid = head;
		item->mode = MODE_GITLINK;
	}
	return 0;
}

/* There is a `.git` in it, which is never entered, whatever it is. */
static void look_at_dotgit(struct reading *reading)
{
	struct scan_dir *dir = reading->dir;
	struct stat st;

	if (nested_is_repository(reading->fd))
		dir->nested = true;
	else if (!fstatat(reading->fd, ".git", &st, AT_SYMLINK_NOFOLLOW))
		omit(dir, OMIT_UNSAFE_NAME,
		     S_ISDIR(st.st_mode) ? ".git/" : ".git",
		     S_ISDIR(st.st_mode) ? NULL : &st);
}

static int look_at_untracked(struct reading *reading, struct error *err)
{
	struct scan_names names = reading->names;
	struct scan_dir *dir = reading->dir;
	unsigned char type;
	const char *name;

	if (dir->nested && reading->has_dotgit && dir->first == dir->end)
		return visit_nested(reading, err);
	/*
	 * Tracked files in it are looked at, as git does. It is listed whatever
	 * else is there, for no restore writes into it.
	 */
	if (dir->nested) {
		if (reading->has_dotgit || reading->has_untracked)
			omit(dir, OMIT_NESTED, "", NULL);
		return 0;
	}
	if (!names.count && dir->parent && !dir_is_excluded(dir)) {
		struct scan_item *item = add_item(dir, SCAN_EMPTY_DIR, "");

		item->st.st_mode = dir->mode;
		return 0;
	}
	while ((name = scan_names_next(&names, &type)))
		if (strcmp(name, ".git"))
			visit_candidate(reading, name);
	return 0;
}

/* -- the whole ----------------------------------------------------------- */

/* The directory is not there (any more): everything tracked below it is gone.
 */
static void note_missing(struct reading *reading, int number)
{
	struct scan_dir *dir = reading->dir;
	const struct index *index = reading->scan->index;

	/* Rules of what is not there are read from the index. */
	for (size_t at = dir->first; at < dir->end; at++)
		note_entry_rules(reading, index->entries[at].path);
	if (number == EACCES) {
		dir->unreadable = true;
		omit(dir, OMIT_UNREADABLE, "", NULL);
		return;
	}
	dir->missing = true;
	for (size_t at = dir->first; at < dir->end; at++)
		if (!index->entries[at].stage)
			note_deleted(reading, &index->entries[at]);
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

			note_entry_rules(reading, path);
			free(path);
		}
	}
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
	return scan_names_read(&reading->names, reading->scan, reading->dir,
			       reading->fd, st, reading->tracked, err);
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
	dir->mode = st.st_mode;
	reading->tracked = rosters_sum_start(scan->rosters);
	if (look_at_tracked(reading, err) < 0 ||
	    read_names(reading, &st, err) < 0)
		return err->code;
	look_at_names(reading);
	if (dir->parent && reading->has_dotgit)
		look_at_dotgit(reading);
	/* Ours, by another name: what is not to be entered either. */
	if (dir->parent &&
	    repository_owns(scan->repo, dir->path, dir->path_len - 1))
		dir->nested = true;
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
	if (look_at_untracked(reading, err) < 0)
		return err->code;
	if (reading->fd >= 0)
		scan_note_finish(
			scan, dir, &reading->note, reading->names.at,
			(size_t)(reading->names.end - reading->names.at),
			reading->names.count, &st);
	for (struct scan_dir *child = dir->children; child; child = child->next)
		thread_queue_add(reading->queue, child);
	return 0;
}

int scan_dir_read(struct scan *scan, struct scan_dir *dir,
		  struct thread_queue *queue, struct error *err)
{
	struct reading reading = {.scan = scan,
				  .dir = dir,
				  .queue = queue,
				  .fd = -1,
				  .note = SCAN_NOTE_INIT,
				  .names.listed = BUF_INIT};
	int ret = 0;

	if (scan_recall(scan, dir)) {
		ret = read_open_dir(&reading, err);
	} else if ((reading.fd = dir_open(scan->top_fd, dir->path)) < 0) {
		note_missing(&reading, errno);
	} else {
		ret = read_open_dir(&reading, err);
		close(reading.fd);
	}
	scan_names_release(&reading.names);
	buf_release(&reading.note.files);
	return ret;
}
