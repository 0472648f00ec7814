#include "core/record/session.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/list_file.h"
#include "core/record/id.h"
#include "core/record/json_file.h"
#include "git/repository.h"
#include "git/worktrees.h"

#define MAX_BYTES (1u << 20)
#define WAIT_MS 10000

/* -- where a directory is ------------------------------------------------ */

/* Path, inode and host of a directory: a copy differs in one of them. */
static int place_of(const char *dir, struct json **out, struct error *err)
{
	char host[256] = "";
	struct stat st;

	if (stat(dir, &st) < 0)
		return error_errno(err, "cannot look at '%s'", dir);
	if (gethostname(host, sizeof(host) - 1) < 0)
		return error_errno(err, "cannot tell the name of this host");
	*out = json_object_new();
	json_set_path(*out, "path", dir);
	json_set_int(*out, "inode", (int64_t)st.st_ino);
	json_set_string(*out, "host", host);
	return 0;
}

/*
 * The value of `key` in the file `path`, if the place recorded beside it is
 * `place`; NULL otherwise. A damaged file counts as none.
 */
static char *read_drawn(const char *path, const struct json *place,
			const char *key)
{
	struct json *doc = json_file_find(path, MAX_BYTES);
	char *value = NULL;

	if (json_equal(json_get(doc, "place"), place) &&
	    json_get_string(doc, key))
		value = xstrdup(json_get_string(doc, key));
	json_free(doc);
	return value;
}

static int write_drawn(const char *path, const struct json *place,
		       const char *key, const char *value, struct error *err)
{
	struct json *doc = json_object_new();
	int ret;

	json_set_string(doc, key, value);
	json_set_copy(doc, "place", place);
	ret = json_file_replace(path, doc, err);
	json_free(doc);
	return ret;
}

static int lock(const char *dir, int *fd, struct error *err)
{
	char *path = xstrfmt("%s/checkpoint.d/lock", dir);
	int ret = file_lock(fd, path, WAIT_MS, err);

	free(path);
	return ret;
}

/* -- the clone ----------------------------------------------------------- */

int session_clone_id(struct repository *repo, char **out, struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/clone");
	struct json *place = NULL;
	char random[33];
	int fd = -1, ret;

	ret = place_of(repo->common_dir, &place, err);
	if (ret < 0)
		goto done;
	*out = read_drawn(path, place, "clone");
	if (*out)
		goto done;
	ret = lock(repo->common_dir, &fd, err);
	if (ret < 0)
		goto done;
	/* Another process may have drawn it while we waited. */
	*out = read_drawn(path, place, "clone");
	if (*out)
		goto done;
	random_hex(random, 16);
	ret = write_drawn(path, place, "clone", random, err);
	if (!ret)
		*out = xstrdup(random);
done:
	if (fd >= 0)
		file_unlock(fd);
	json_free(place);
	free(path);
	return ret;
}

/* -- time ---------------------------------------------------------------- */

int session_draw_time(struct repository *repo, int64_t *out, struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/clock");
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	int64_t last = 0;
	int fd = -1, ret;

	ret = lock(repo->common_dir, &fd, err);
	if (ret < 0)
		goto done;
	if (!buf_read_file(&text, path, 64, &ignored))
		last = strtoll(text.ptr, NULL, 10);
	error_release(&ignored);
	/* A clock of nonsense, or one set far ahead for a test, is not obeyed
	 * for ever. */
	if (last < 0 || last > ID_MAX_TIME_MS / 2)
		last = 0;
	*out = id_next_time(clock_now_ms(), last);
	buf_reset(&text);
	buf_addf(&text, "%lld\n", (long long)*out);
	ret = file_replace(path, text.ptr, text.len, false, err);
done:
	if (fd >= 0)
		file_unlock(fd);
	buf_release(&text);
	free(path);
	return ret;
}

/* -- the worktree's session ---------------------------------------------- */

static int add_names(const char *git_dir, struct strlist *out,
		     struct error *err)
{
	char *path = xstrfmt("%s/checkpoint.d/sessions", git_dir);
	int ret = list_file_read(out, path, UINT32_MAX, err);

	strlist_sort(out);
	strlist_unique(out);
	free(path);
	return ret;
}

int session_names(struct repository *repo, struct strlist *out,
		  struct error *err)
{
	return add_names(repo->git_dir, out, err);
}

int session_names_everywhere(struct repository *repo, struct strlist *out,
			     struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	for (size_t i = 0; !ret && i < dirs.nr; i++)
		ret = add_names(dirs.items[i], out, err);
	strlist_release(&dirs);
	return ret;
}

/* Under the lock. The list is written before the name is used: a name that no
 * list knows is worse than one that is never used. */
static int remember_name(struct repository *repo, const char *name,
			 struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/sessions");
	struct strlist names = STRLIST_INIT;
	int ret = session_names(repo, &names, err);

	if (!ret) {
		strlist_add(&names, name);
		ret = list_file_replace(path, &names, true, err);
	}
	strlist_release(&names);
	free(path);
	return ret;
}

/* Under the lock that session_lock() takes. */
static int draw(struct repository *repo, enum id_kind kind, char **out,
		struct error *err)
{
	int64_t now;
	int ret = session_draw_time(repo, &now, err);

	*out = NULL;
	if (ret < 0)
		return ret;
	*out = id_generate(kind, now);
	ret = remember_name(repo, *out, err);
	if (ret < 0) {
		free(*out);
		*out = NULL;
	}
	return ret;
}

int session_lock(struct repository *repo, int *fd, struct error *err)
{
	/* Not lock(): session_draw_time() takes that one. */
	char *path = repository_path(repo, "checkpoint.d/sessions.lock");
	int ret = file_lock(fd, path, WAIT_MS, err);

	free(path);
	return ret;
}

int session_manual(struct repository *repo, char **out, struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/manual");
	struct json *place = NULL;
	int fd = -1, ret;

	ret = place_of(repo->git_dir, &place, err);
	if (ret < 0)
		goto done;
	*out = read_drawn(path, place, "session");
	if (*out)
		goto done;
	ret = session_lock(repo, &fd, err);
	if (ret < 0)
		goto done;
	*out = read_drawn(path, place, "session");
	if (*out)
		goto done;
	ret = draw(repo, ID_MANUAL, out, err);
	if (!ret)
		ret = write_drawn(path, place, "session", *out, err);
	if (ret < 0) {
		free(*out);
		*out = NULL;
	}
done:
	if (fd >= 0)
		file_unlock(fd);
	json_free(place);
	free(path);
	return ret;
}

static int retire_in(const char *git_dir, const char *name, struct error *err)
{
	char *path = xstrfmt("%s/checkpoint.d/manual", git_dir);
	struct json *place = NULL;
	char *drawn = NULL;
	int ret = place_of(git_dir, &place, err);

	if (!ret)
		drawn = read_drawn(path, place, "session");
	if (drawn && !strcmp(drawn, name) && unlink(path) < 0 &&
	    errno != ENOENT)
		ret = error_errno(err, "cannot remove '%s'", path);
	free(drawn);
	json_free(place);
	free(path);
	return ret;
}

int session_retire(struct repository *repo, const char *name, struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	for (size_t i = 0; !ret && i < dirs.nr; i++)
		ret = retire_in(dirs.items[i], name, err);
	strlist_release(&dirs);
	return ret;
}

int session_adopt(struct repository *repo, const struct strlist *names,
		  struct error *err)
{
	int fd = -1;
	int ret = session_lock(repo, &fd, err);

	for (size_t i = 0; !ret && i < names->nr; i++)
		ret = remember_name(repo, names->items[i], err);
	if (fd >= 0)
		file_unlock(fd);
	return ret;
}

/* -- the session that was started ---------------------------------------- */

int session_place(struct repository *repo, struct json **out, struct error *err)
{
	return place_of(repo->git_dir, out, err);
}

int session_draw(struct repository *repo, char **out, struct error *err)
{
	return draw(repo, ID_SESSION, out, err);
}

char *session_active_name(struct repository *repo)
{
	char *path = repository_path(repo, "checkpoint.d/active");
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	char *name = NULL;

	if (!buf_read_file(&text, path, 4096, &ignored)) {
		buf_trim(&text);
		if (session_name_is_valid(text.ptr))
			name = buf_detach(&text);
	}
	error_release(&ignored);
	buf_release(&text);
	free(path);
	return name;
}

int session_set_active(struct repository *repo, const char *name,
		       struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/active");
	char *line = xstrfmt("%s\n", name);
	int ret = file_replace(path, line, strlen(line), true, err);

	free(line);
	free(path);
	return ret;
}
