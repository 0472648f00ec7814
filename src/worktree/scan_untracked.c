#include "worktree/scan_reading.h"

#include <errno.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/nested.h"

/* Ignored itself, or below something that is. */
static bool dir_is_excluded(struct scan_dir *dir)
{
	signed char excluded = atomic_load(&dir->excluded);

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
		reading_omit(reading, OMIT_UNSAFE_NAME, below, NULL);
	} else if (excluded && !wanted && !may_hold_wanted(reading, path)) {
		reading_omit(reading, OMIT_IGNORED, below, NULL);
	} else if (!excluded && is_protected_dir(reading, path)) {
		reading_omit(reading, OMIT_PROTECTED, below, NULL);
	} else {
		child = reading_add_child(reading, name, strlen(name), 0, 0);
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
	    reading_is_unsafe_link(name, st))
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
			reading_omit(reading, OMIT_IGNORED, name, st);
			return;
		}
		kind = SCAN_IGNORED;
	}
	/* A path that is kept back never gets where it could be pushed. */
	if (kept_back && strlist_sorted_has(kept_back, path))
		kind = SCAN_IGNORED;
	reason = refusal(reading, name, path, st);
	if (reason != OMIT_NR) {
		reading_omit(reading, reason, name, st);
		return;
	}
	item = reading_add_item(reading, kind, name);
	stat_data_fill(&item->stat, st);
}

static void visit_candidate(struct reading *reading, const char *name)
{
	struct scan_dir *dir = reading->dir;
	char *path = reading_path(dir, name);
	struct stat st;

	int got = reading_stat(reading, name, &st);

	if (reading->scan->told && reading->fd >= 0)
		scan_note_name(&reading->note, name, got < 0 ? NULL : &st);
	if (got < 0) {
		/* Gone again: then it never was. */
		if (errno != ENOENT)
			reading_omit(reading, OMIT_UNREADABLE, name, NULL);
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
	reading_omit(reading, OMIT_NESTED, "", NULL);
	if (got && !dir_is_excluded(dir)) {
		/* git's entry is the directory itself, without the slash. */
		item = reading_add_self(reading, SCAN_GITLINK);
		item->oid = head;
		item->mode = MODE_GITLINK;
	}
	return 0;
}

void reading_look_at_dotgit(struct reading *reading)
{
	struct scan *scan = reading->scan;
	const char *git_dir = scan->repo->git_dir;
	struct scan_dir *dir = reading->dir;
	struct stat st;

	if (nested_is_own(git_dir, reading->fd)) {
		pthread_mutex_lock(&scan->lock);
		strlist_add(&scan->own_dirs, dir->path);
		pthread_mutex_unlock(&scan->lock);
	} else if (nested_is_repository(git_dir, reading->fd))
		dir->nested = true;
	else if (!fstatat(reading->fd, ".git", &st, AT_SYMLINK_NOFOLLOW))
		reading_omit(reading, OMIT_UNSAFE_NAME,
			     S_ISDIR(st.st_mode) ? ".git/" : ".git",
			     S_ISDIR(st.st_mode) ? NULL : &st);
}

int reading_look_at_untracked(struct reading *reading, struct error *err)
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
			reading_omit(reading, OMIT_NESTED, "", NULL);
		return 0;
	}
	if (!names.count && dir->parent && !dir_is_excluded(dir)) {
		struct scan_item *item =
			reading_add_item(reading, SCAN_EMPTY_DIR, "");

		item->stat.mode = dir->mode;
		dir->empty = true;
		return 0;
	}
	while ((name = scan_names_next(&names, &type)))
		if (strcmp(name, ".git"))
			visit_candidate(reading, name);
	return 0;
}
