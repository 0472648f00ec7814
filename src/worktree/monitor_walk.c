#include "worktree/monitor_walk.h"

#ifdef __linux__

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/strmap.h"
#include "git/index.h"
#include "git/repository.h"
#include "worktree/dir.h"
#include "worktree/ignore.h"
#include "worktree/nested.h"

/* A directory that is still to be visited. */
struct visit {
	char *path;		    /* "" or "a/b/" */
	struct ignore_level *above; /* of its parent; NULL: it is ignored */
};

struct walk {
	struct monitor_watch *watch;
	struct index *index; /* NULL: it cannot be read just now */
	struct ignore *ignore;
	struct visit *visits;
	size_t nr, alloc;
	struct strmap levels; /* of directories above those that are new */
	bool all;
};

/* What is in a directory, as far as it matters here. */
struct listing {
	struct strlist dirs;
	bool has_ignore_file;
	bool has_dotgit;
};

static int walk_open(struct walk *walk, struct monitor_watch *watch, bool all,
		     struct error *err)
{
	struct repository *repo = watch->repo;
	struct error ignored = ERROR_INIT;

	*walk = (struct walk){.watch = watch, .all = all};
	/* A damaged one is for the checkpoint to complain of. */
	if (index_read(&walk->index, repo, repo->index_file, &ignored) < 0)
		walk->index = NULL;
	error_release(&ignored);
	return ignore_open(&walk->ignore, repo, walk->index, err);
}

static void walk_close(struct walk *walk)
{
	for (size_t i = 0; i < walk->nr; i++)
		free(walk->visits[i].path);
	free(walk->visits);
	strmap_release(&walk->levels, NULL);
	ignore_free(walk->ignore);
	index_free(walk->index);
}

static void push(struct walk *walk, char *path, struct ignore_level *above)
{
	ARRAY_GROW(walk->visits, walk->nr, walk->alloc);
	walk->visits[walk->nr++] = (struct visit){path, above};
}

/* Whether the index has something below `dir`, "a/b/". */
static bool has_tracked(const struct index *index, const char *dir)
{
	size_t len = strlen(dir), at;

	if (!index || !index->nr)
		return false;
	at = index_position(index, dir, len);
	return at < index->nr && !strncmp(index->entries[at].path, dir, len);
}

/* -- one directory ------------------------------------------------------- */

/* List the directory that `fd` is open on, and close it. */
static void list(int fd, struct listing *out)
{
	DIR *handle = fdopendir(fd);
	struct dirent *dirent;
	struct stat st;

	if (!handle) {
		close(fd);
		return;
	}
	/* What cannot be read now is found by the walk of a checkpoint. */
	while ((dirent = readdir(handle))) {
		const char *name = dirent->d_name;
		unsigned char type = dirent->d_type;

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		if (!strcmp(name, ".git"))
			out->has_dotgit = true;
		if (!strcmp(name, ".gitignore"))
			out->has_ignore_file = true;
		if (type == DT_UNKNOWN &&
		    !fstatat(dirfd(handle), name, &st, AT_SYMLINK_NOFOLLOW))
			type = IFTODT(st.st_mode);
		if (type == DT_DIR &&
		    path_component_is_safe(name, strlen(name)))
			strlist_add(&out->dirs, name);
	}
	closedir(handle);
}

/* The git directory of the repository in `dir`, "a/b/", where its `.git` leads
 * to. The caller must free(); NULL: it is none. */
static char *nested_git_dir(const struct repository *repo, const char *dir)
{
	char *path = xstrfmt("%s/%s.git", repo->worktree, dir);
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	char *target = NULL;

	if (!lstat(path, &st) && S_ISREG(st.st_mode) &&
	    !buf_read_file(&text, path, 65536, &ignored) &&
	    !strncmp(text.ptr, "gitdir: ", 8)) {
		buf_remove(&text, 0, 8);
		buf_trim(&text);
		target = text.ptr[0] == '/' ? xstrdup(text.ptr)
					    : xstrfmt("%s/%s%s", repo->worktree,
						      dir, text.ptr);
		free(path);
		path = target;
	}
	error_release(&ignored);
	buf_release(&text);
	return path;
}

/* Of a repository of its own only the HEAD is saved. */
static int watch_nested(struct monitor_watch *watch, const char *path,
			struct error *err)
{
	char *git_dir = nested_git_dir(watch->repo, path);
	char *logs = path_join(git_dir, "logs");
	int ret = monitor_watch_name(watch, git_dir, MONITORED_NESTED_GIT, err);

	if (!ret)
		ret = monitor_watch_name(watch, logs, MONITORED_NESTED_GIT,
					 err);
	free(logs);
	free(git_dir);
	return ret;
}

static void push_children(struct walk *walk, const struct visit *visit,
			  struct ignore_level *level,
			  const struct listing *listing)
{
	for (size_t i = 0; i < listing->dirs.nr; i++) {
		char *path =
			xstrfmt("%s%s/", visit->path, listing->dirs.items[i]);
		bool owned = repository_owns(walk->watch->repo, path,
					     strlen(path) - 1);
		bool ignored =
			!level || ignore_check(level, path, strlen(path) - 1,
					       true) == IGNORE_EXCLUDED;

		if (owned) {
			free(path);
			continue;
		}
		if (!ignored || has_tracked(walk->index, path)) {
			push(walk, path, ignored ? NULL : level);
			continue;
		}
		strlist_take(&walk->watch->passed_over, path);
	}
}

static int visit_open(struct walk *walk, const struct visit *visit, int fd,
		      struct error *err)
{
	struct monitor_watch *watch = walk->watch;
	struct listing listing = {.dirs = STRLIST_INIT};
	struct ignore_level *level = visit->above;
	bool is_top = !visit->path[0];
	int ret;

	ret = monitor_watch_fd(
		watch, fd, visit->path,
		level || is_top ? MONITORED_DIR : MONITORED_TRACKED, err);
	/* What is new in one that was watched is reported by itself. */
	if (ret < 0 || (ret && !walk->all)) {
		close(fd);
		return ret < 0 ? ret : 0;
	}
	ret = 0;
	/* Listed after it is watched, so that nothing falls in between. */
	list(dup(fd), &listing);
	if (listing.has_dotgit && !is_top &&
	    !nested_is_own(watch->repo->git_dir, fd)) {
		ret = monitor_watch_fd(watch, fd, visit->path, MONITORED_NESTED,
				       err);
		if (ret >= 0)
			ret = watch_nested(watch, visit->path, err);
		goto done;
	}
	if (is_top)
		level = ignore_top(walk->ignore, fd, err);
	else if (level)
		level = ignore_push(walk->ignore, level, visit->path, fd,
				    listing.has_ignore_file, err);
	if (!level && (is_top || visit->above)) {
		ret = err->code;
		goto done;
	}
	push_children(walk, visit, level, &listing);
done:
	close(fd);
	strlist_release(&listing.dirs);
	return ret;
}

static int run(struct walk *walk, struct error *err)
{
	int ret = 0;

	while (!ret && walk->nr) {
		struct visit visit = walk->visits[--walk->nr];
		int fd = dir_open(walk->watch->top_fd, visit.path);

		/* Gone again, or closed to us: then there is nothing to see. */
		if (fd >= 0)
			ret = visit_open(walk, &visit, fd, err);
		else if (errno != ENOENT && errno != ENOTDIR)
			strlist_add(&walk->watch->passed_over, visit.path);
		free(visit.path);
	}
	return ret;
}

/* -- all of them --------------------------------------------------------- */

static int watch_git(struct monitor_watch *watch, struct error *err)
{
	struct repository *repo = watch->repo;
	char *logs = repository_path(repo, "logs");
	char *info = repository_common_path(repo, "info");
	int ret = monitor_watch_name(watch, repo->git_dir, MONITORED_GIT, err);

	if (!ret)
		ret = monitor_watch_name(watch, logs, MONITORED_LOGS, err);
	if (!ret)
		ret = monitor_watch_name(watch, info, MONITORED_INFO, err);
	free(logs);
	free(info);
	return ret;
}

int monitor_walk_all(struct monitor_watch *watch, struct error *err)
{
	struct walk walk;
	int ret = walk_open(&walk, watch, true, err);

	watch->round++;
	strlist_release(&watch->passed_over);
	if (!ret)
		ret = watch_git(watch, err);
	if (!ret) {
		push(&walk, xstrdup(""), NULL);
		ret = run(&walk, err);
	}
	if (!ret)
		monitor_watch_drop_unseen(watch);
	watch->passed_over_then = watch->passed_over.nr;
	walk_close(&walk);
	return ret;
}

/* -- new ones ------------------------------------------------------------ */

/*
 * The level of `dir`, "" or "a/b/"; NULL without an error: it is ignored, or
 * gone.
 */
static struct ignore_level *level_of(struct walk *walk, const char *dir,
				     struct error *err)
{
	struct ignore_level *level = strmap_get(&walk->levels, dir);
	size_t len = strlen(dir);
	int fd;

	if (level)
		return level;
	if (len) {
		size_t up = len - 1;
		char *parent;

		while (up && dir[up - 1] != '/')
			up--;
		parent = xstrndup(dir, up);
		level = level_of(walk, parent, err);
		free(parent);
		if (!level ||
		    ignore_check(level, dir, len - 1, true) == IGNORE_EXCLUDED)
			return NULL;
	}
	fd = dir_open(walk->watch->top_fd, dir);
	if (fd < 0)
		return NULL;
	level = len ? ignore_push(walk->ignore, level, dir, fd, true, err)
		    : ignore_top(walk->ignore, fd, err);
	close(fd);
	if (level)
		strmap_put(&walk->levels, dir, level);
	return level;
}

static int push_new(struct walk *walk, const char *dir, struct error *err)
{
	const char *slash = strrchr(dir, '/');
	char *parent = xstrndup(dir, slash ? (size_t)(slash - dir) + 1 : 0);
	char *path = xstrfmt("%s/", dir);
	struct ignore_level *above = level_of(walk, parent, err);

	free(parent);
	if (above &&
	    ignore_check(above, dir, strlen(dir), true) == IGNORE_EXCLUDED)
		above = NULL;
	if (!err->code && (above || has_tracked(walk->index, path))) {
		push(walk, path, above);
		return 0;
	}
	strlist_take(&walk->watch->passed_over, path);
	return err->code;
}

int monitor_walk_new(struct monitor_watch *watch, const struct strlist *dirs,
		     struct error *err)
{
	struct walk walk;
	int ret = walk_open(&walk, watch, false, err);

	for (size_t i = 0; !ret && i < dirs->nr; i++) {
		ret = push_new(&walk, dirs->items[i], err);
		if (!ret)
			ret = run(&walk, err);
	}
	walk_close(&walk);
	return ret;
}

bool monitor_passed_over_wrongly(const struct monitor_watch *watch)
{
	struct repository *repo = watch->repo;
	struct error ignored = ERROR_INIT;
	struct index *index;
	bool wrong = false;

	if (!watch->passed_over.nr)
		return false;
	if (index_read(&index, repo, repo->index_file, &ignored) < 0) {
		error_release(&ignored);
		return false;
	}
	for (size_t i = 0; i < watch->passed_over.nr && !wrong; i++)
		wrong = has_tracked(index, watch->passed_over.items[i]);
	index_free(index);
	return wrong;
}

#endif
