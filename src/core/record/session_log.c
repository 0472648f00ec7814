#include "core/record/session_log.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "git/repository.h"

#define DIRECTORY "checkpoint.d/logs"
#define SUFFIX ".log"
#define WAIT_MS 10000

static int path_of(const struct repository *repo, const char *session,
		   char **out, struct error *err)
{
	*out = NULL;
	if (!session_name_is_valid(session))
		return error_set(err, ERR_INVALID,
				 "not the name of a session: '%s'", session);
	*out = xstrfmt("%s/%s/%s%s", repo->common_dir, DIRECTORY, session,
		       SUFFIX);
	return 0;
}

/* -- changing ------------------------------------------------------------ */

/* A line that somebody did not finish is one from now on, so that what is
 * decided next knows what it says: all of it may be there but the end. */
static int end_line(struct session_log *log, struct error *err)
{
	if (file_write_all(log->fd, "\n", 1, err) < 0)
		return error_prefix(err, "'%s'", log->path);
	buf_addch(&log->text, '\n');
	return 0;
}

int session_log_open(struct session_log *out, struct repository *repo,
		     const char *session, struct error *err)
{
	struct stat st;

	*out = (struct session_log)SESSION_LOG_INIT;
	out->repo = repo;
	if (path_of(repo, session, &out->path, err) < 0 ||
	    file_lock(&out->fd, out->path, WAIT_MS, err) < 0)
		return err->code;
	if (fstat(out->fd, &st) < 0)
		return error_errno(err, "cannot look at '%s'", out->path);
	out->created = !st.st_size;
	if (out->created && (repository_share(repo, out->path, err) < 0 ||
			     file_sync_dir(out->path, err) < 0))
		return err->code;
	if (buf_read_fd(&out->text, out->fd, SESSION_LOG_MAX_BYTES, err) < 0)
		return error_prefix(err, "'%s'", out->path);
	if (out->text.len && out->text.ptr[out->text.len - 1] != '\n') {
		out->torn = true;
		return end_line(out, err);
	}
	return 0;
}

int session_log_append(struct session_log *log, const struct json *event,
		       struct error *err)
{
	struct buf line = BUF_INIT;
	int ret = 0;

	json_write_compact(&line, event);
	buf_addch(&line, '\n');
	if (line.len > SESSION_EVENT_MAX_BYTES ||
	    log->text.len + line.len > SESSION_LOG_MAX_BYTES) {
		ret = error_set(err, ERR_INVALID,
				"too large for the session's log");
		goto done;
	}
	if (lseek(log->fd, (off_t)log->text.len, SEEK_SET) < 0)
		ret = error_errno(err, "cannot write '%s'", log->path);
	if (!ret && file_write_all(log->fd, line.ptr, line.len, err) < 0)
		ret = error_prefix(err, "'%s'", log->path);
	if (!ret && fdatasync(log->fd) < 0)
		ret = error_errno(err, "cannot sync '%s'", log->path);
	/* Take back what a write that failed half-way has left; should that
	 * fail as well, the next one ends the line. */
	if (ret < 0 && ftruncate(log->fd, (off_t)log->text.len) < 0)
		error_hint(err, "the log of the session has half a line now");
	if (!ret)
		buf_add(&log->text, line.ptr, line.len);
done:
	buf_release(&line);
	return ret;
}

void session_log_close(struct session_log *log)
{
	/* While it is locked: whoever waits for it sees that it has gone. */
	if (log->fd >= 0 && log->created && !log->text.len)
		unlink(log->path);
	file_unlock(log->fd);
	free(log->path);
	buf_release(&log->text);
	*log = (struct session_log)SESSION_LOG_INIT;
}

/* -- reading ------------------------------------------------------------- */

int session_log_read(struct repository *repo, const char *session,
		     struct buf *out, struct error *err)
{
	char *path;
	int ret = path_of(repo, session, &path, err);

	if (!ret)
		ret = buf_read_file(out, path, SESSION_LOG_MAX_BYTES, err);
	if (ret == ERR_NOT_FOUND)
		ret = error_set(err, ERR_NOT_FOUND, "no session '%s'", session);
	free(path);
	return ret;
}

int session_log_remove(struct repository *repo, const char *session,
		       struct error *err)
{
	char *path = NULL;
	int fd = -1;
	int ret = path_of(repo, session, &path, err);

	/* Locked, so that nobody adds to what goes. */
	if (!ret && session_log_exists(repo, session)) {
		ret = file_lock(&fd, path, WAIT_MS, err);
		if (!ret && unlink(path) < 0)
			ret = error_errno(err, "cannot remove '%s'", path);
	}
	file_unlock(fd);
	free(path);
	return ret;
}

bool session_log_exists(struct repository *repo, const char *session)
{
	struct error ignored = ERROR_INIT;
	struct stat st;
	char *path;
	bool exists = !path_of(repo, session, &path, &ignored) &&
		      !stat(path, &st) && st.st_size;

	free(path);
	error_release(&ignored);
	return exists;
}

static int compare_newest_first(const void *a, const void *b)
{
	return id_compare(*(char *const *)b, *(char *const *)a);
}

int session_log_names(struct repository *repo, struct strlist *out,
		      struct error *err)
{
	char *dir = repository_common_path(repo, DIRECTORY);
	DIR *handle = opendir(dir);
	size_t first = out->nr;
	struct dirent *entry;
	int ret = 0;

	if (!handle && errno != ENOENT)
		ret = error_errno(err, "cannot open '%s'", dir);
	while (handle && (entry = readdir(handle))) {
		size_t len = strlen(entry->d_name);
		char *name;

		if (len <= strlen(SUFFIX) ||
		    strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		name = xstrndup(entry->d_name, len - strlen(SUFFIX));
		if (session_name_is_valid(name))
			strlist_take(out, name);
		else
			free(name);
	}
	if (handle)
		closedir(handle);
	if (out->nr > first)
		qsort(out->items + first, out->nr - first, sizeof(*out->items),
		      compare_newest_first);
	free(dir);
	return ret;
}
