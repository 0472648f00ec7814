#include "worktree/ignore.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strmap.h"
#include "git/config.h"
#include "git/index.h"
#include "git/object.h"
#include "git/repository.h"
#include "worktree/dir.h"
#include "worktree/ignore_rules.h"
#include "worktree/pattern.h"
#include "worktree/rulefile.h"

struct ignore_level {
	const struct ignore_level *parent; /* of less precedence */
	struct ignore_rules rules;
	size_t above; /* length of the directory's path with its slash */
	bool fold;
	struct ignore_level *made_before;
};

struct ignore {
	struct repository *repo;
	bool fold;
	struct strmap skipped; /* .gitignore files that are in the index and,
				  by its word, not in the worktree */
	pthread_mutex_t lock;
	enum rulefile_stars stars;
	struct ignore_level *made; /* all levels, for ignore_free() */
	struct ignore_level *user; /* core.excludesFile, info/exclude */
	struct strmap opened;	   /* for ignore_path(): directory to level */
};

/* Read the rules in `text` (emptied). */
static int read_rules(struct ignore *ignore, struct buf *text,
		      struct ignore_rules *out, struct error *err)
{
	int ret = 0;

	ignore_rules_parse(out, text);
	if (!out->tail_stars)
		return 0;
	pthread_mutex_lock(&ignore->lock);
	ret = rulefile_ask_stars(&ignore->stars, err);
	pthread_mutex_unlock(&ignore->lock);
	if (ret >= 0 && ignore->stars == RULEFILE_STARS_NEW)
		ignore_rules_new_stars(out);
	return ret;
}

/* A level of `rules`, which it takes over, or `parent` where they are none. */
static struct ignore_level *level_new(struct ignore *ignore,
				      struct ignore_level *parent,
				      struct ignore_rules *rules, size_t above)
{
	struct ignore_level *level;

	if (parent && !rules->nr)
		return parent;
	level = xcalloc(1, sizeof(*level));
	level->rules = *rules;
	*rules = (struct ignore_rules){0};
	level->parent = parent;
	level->above = above;
	level->fold = ignore->fold;
	pthread_mutex_lock(&ignore->lock);
	level->made_before = ignore->made;
	ignore->made = level;
	pthread_mutex_unlock(&ignore->lock);
	return level;
}

/* A file that the user or the repository names; no file there is no rules. */
static int add_user_file(struct ignore *ignore, const char *path,
			 struct error *err)
{
	struct ignore_rules rules = {0};
	struct buf text = BUF_INIT;
	int ret = rulefile_read(AT_FDCWD, path, true, &text, err);

	if (ret < 0)
		error_prefix(err, "'%s'", path);
	else if (ret == RULEFILE_TOO_LARGE)
		ret = error_set(err, ERR_INVALID, "'%s' is too large", path);
	else if (ret == RULEFILE_DIRECTORY)
		ret = error_set(err, ERR_FAILED,
				"cannot use '%s' as an exclude file", path);
	else
		ret = read_rules(ignore, &text, &rules, err);
	if (ret >= 0)
		ignore->user = level_new(ignore, ignore->user, &rules, 0);
	ignore_rules_release(&rules);
	buf_release(&text);
	return ret;
}

static void note_skipped(struct ignore *ignore, const struct index *index)
{
	static const char name[] = ".gitignore";
	const size_t len = sizeof(name) - 1;

	if (!(index->flags & INDEX_SKIP_WORKTREE))
		return;
	for (size_t i = 0; i < index->nr; i++) {
		struct index_entry *entry = &index->entries[i];

		if (!(entry->flags & INDEX_SKIP_WORKTREE) || entry->stage ||
		    entry->path_len < len ||
		    memcmp(entry->path + entry->path_len - len, name, len) ||
		    (entry->path_len > len &&
		     entry->path[entry->path_len - len - 1] != '/'))
			continue;
		strmap_put(&ignore->skipped, entry->path, entry);
	}
}

int ignore_open(struct ignore **out, struct repository *repo,
		const struct index *index, struct error *err)
{
	struct ignore *ignore = xcalloc(1, sizeof(*ignore));
	char *global = NULL, *local = NULL;
	int ret;

	ignore->repo = repo;
	pthread_mutex_init(&ignore->lock, NULL);
	ret = config_get_bool(repo->config, "core.ignorecase", false,
			      &ignore->fold, err);
	if (ret < 0)
		goto done;
	ret = rulefile_configured(&global, repo, "core.excludesfile", "ignore",
				  err);
	if (ret < 0)
		goto done;
	if (global)
		ret = add_user_file(ignore, global, err);
	if (ret < 0)
		goto done;
	local = repository_common_path(repo, "info/exclude");
	ret = add_user_file(ignore, local, err);
	if (ret < 0)
		goto done;
	if (index)
		note_skipped(ignore, index);
	*out = ignore;
	ignore = NULL;
done:
	ignore_free(ignore);
	free(global);
	free(local);
	return ret;
}

void ignore_free(struct ignore *ignore)
{
	if (!ignore)
		return;
	while (ignore->made) {
		struct ignore_level *level = ignore->made;

		ignore->made = level->made_before;
		ignore_rules_release(&level->rules);
		free(level);
	}
	strmap_release(&ignore->skipped, NULL);
	strmap_release(&ignore->opened, NULL);
	pthread_mutex_destroy(&ignore->lock);
	free(ignore);
}

/*
 * Append the .gitignore of the directory `dir`. Missing, or nothing that git
 * would read, is no failure.
 */
static int read_dir_file(struct ignore *ignore, const char *dir, int dir_fd,
			 bool has_file, struct buf *out, struct error *err)
{
	int state =
		has_file ? rulefile_read(dir_fd, ".gitignore", false, out, err)
			 : RULEFILE_ABSENT;
	int ret = 0;

	if (state < 0)
		return error_prefix(err, "'%s.gitignore'", dir);
	if (state == RULEFILE_TOO_LARGE)
		return error_set(err, ERR_INVALID,
				 "'%s.gitignore' is too large", dir);
	if (state == RULEFILE_ABSENT && ignore->skipped.nr) {
		char *path = xstrfmt("%s.gitignore", dir);
		const struct index_entry *entry =
			strmap_get(&ignore->skipped, path);

		if (entry)
			ret = object_read(ignore->repo, index_entry_oid(entry),
					  OBJECT_BLOB, RULEFILE_MAX, out, err);
		if (ret < 0)
			error_prefix(err, "'%s' in the index", path);
		free(path);
	}
	return ret;
}

static struct ignore_level *push(struct ignore *ignore,
				 struct ignore_level *parent, const char *dir,
				 int dir_fd, bool has_file, struct error *err)
{
	struct ignore_level *level = NULL;
	struct ignore_rules rules = {0};
	struct buf text = BUF_INIT;

	if (read_dir_file(ignore, dir, dir_fd, has_file, &text, err) >= 0 &&
	    read_rules(ignore, &text, &rules, err) >= 0)
		level = level_new(ignore, parent, &rules, strlen(dir));
	ignore_rules_release(&rules);
	buf_release(&text);
	return level;
}

struct ignore_level *ignore_top(struct ignore *ignore, int top_fd,
				struct error *err)
{
	return push(ignore, ignore->user, "", top_fd, true, err);
}

struct ignore_level *ignore_push(struct ignore *ignore,
				 struct ignore_level *parent, const char *dir,
				 int dir_fd, bool has_file, struct error *err)
{
	if (!has_file && !ignore->skipped.nr)
		return parent;
	return push(ignore, parent, dir, dir_fd, has_file, err);
}

enum ignore_match ignore_check(const struct ignore_level *level,
			       const char *path, size_t len, bool is_dir)
{
	struct pattern_path subject =
		pattern_path(path, len, is_dir, level->fold);
	enum ignore_match match = IGNORE_NONE;

	for (; level && match == IGNORE_NONE; level = level->parent)
		match = ignore_rules_check(&level->rules, &subject,
					   level->above);
	return match;
}

/* The level of `dir` ("" or "a/b/"), whose parent directory has `parent`. */
static struct ignore_level *open_level(struct ignore *ignore,
				       struct ignore_level *parent, int top_fd,
				       const char *dir, struct error *err)
{
	struct ignore_level *level = strmap_get(&ignore->opened, dir);
	int fd;

	if (level)
		return level;
	fd = dir_open(top_fd, dir);
	level = push(ignore, parent, dir, fd, fd >= 0, err);
	if (fd >= 0)
		close(fd);
	if (level)
		strmap_put(&ignore->opened, dir, level);
	return level;
}

int ignore_path(struct ignore *ignore, int top_fd, const char *path,
		bool is_dir, struct error *err)
{
	struct ignore_level *level =
		open_level(ignore, ignore->user, top_fd, "", err);
	const char *slash = path;
	struct buf dir = BUF_INIT;
	int ret = -1;

	while (level && (slash = strchr(slash, '/'))) {
		size_t len = (size_t)(slash - path);

		if (ignore_check(level, path, len, true) == IGNORE_EXCLUDED)
			break;
		buf_reset(&dir);
		buf_add(&dir, path, len + 1);
		level = open_level(ignore, level, top_fd, dir.ptr, err);
		slash++;
	}
	if (level)
		ret = slash || ignore_check(level, path, strlen(path),
					    is_dir) == IGNORE_EXCLUDED;
	buf_release(&dir);
	return ret;
}

struct ignore_list {
	struct ignore_rules rules;
	bool fold;
};

struct ignore_list *ignore_list_new(const struct strlist *patterns,
				    bool ignore_case)
{
	struct ignore_list *list = xcalloc(1, sizeof(*list));
	struct buf text = BUF_INIT;
	size_t pos = 0;

	for (size_t i = 0; i < patterns->nr; i++)
		buf_add(&text, patterns->items[i],
			strlen(patterns->items[i]) + 1);
	list->rules.text = buf_detach(&text);
	for (size_t i = 0; i < patterns->nr; i++) {
		size_t len = strlen(patterns->items[i]);

		ignore_rules_add(&list->rules, list->rules.text + pos, len);
		pos += len + 1;
	}
	/* ours are read as gitignore(5) has it, whatever git there is */
	ignore_rules_new_stars(&list->rules);
	list->fold = ignore_case;
	return list;
}

enum ignore_match ignore_list_check(const struct ignore_list *list,
				    const char *path, size_t len, bool is_dir)
{
	struct pattern_path subject =
		pattern_path(path, len, is_dir, list->fold);

	return ignore_rules_check(&list->rules, &subject, 0);
}

void ignore_list_free(struct ignore_list *list)
{
	if (!list)
		return;
	ignore_rules_release(&list->rules);
	free(list);
}
