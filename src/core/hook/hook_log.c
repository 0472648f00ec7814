#include "core/hook/hook_log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/record/json.h"
#include "core/record/session_log.h"
#include "core/session/session_fold.h"
#include "core/session/session_state.h"
#include "git/repository.h"

#define WAIT_MS 2000

struct json *hook_log_event(const char *name)
{
	return session_event_new(name, clock_now_ms());
}

static int add_to_session(struct repository *repo, const char *session,
			  const struct json *event, struct error *err)
{
	struct session_log log = SESSION_LOG_INIT;
	int ret = session_log_open(&log, repo, session, err);

	if (!ret)
		ret = session_log_append(&log, event, err);
	session_log_close(&log);
	return ret;
}

static int add_line(const char *path, const struct buf *line, struct error *err)
{
	int fd;
	int ret = file_open(&fd, path, O_WRONLY | O_APPEND, err);

	if (ret < 0)
		return ret;
	ret = file_write_all(fd, line->ptr, line->len, err);
	close(fd);
	return ret;
}

static int add_to_file(struct repository *repo, const struct json *event,
		       struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/hooks.log");
	char *old = xstrfmt("%s.old", path);
	char *lock = xstrfmt("%s.lock", path);
	struct buf line = BUF_INIT;
	struct stat st;
	int fd = -1;
	int ret = file_lock(&fd, lock, WAIT_MS, err);

	json_write_compact(&line, event);
	buf_addch(&line, '\n');
	if (!ret && !stat(path, &st) && st.st_size > HOOK_LOG_MAX_BYTES &&
	    rename(path, old) < 0)
		ret = error_errno(err, "cannot rename '%s' to '%s'", path, old);
	if (!ret)
		ret = add_line(path, &line, err);
	if (fd >= 0)
		file_unlock(fd);
	buf_release(&line);
	free(lock);
	free(old);
	free(path);
	return ret;
}

int hook_log_add(struct repository *repo, struct json *event, struct error *err)
{
	struct session_state state;
	int ret = session_state_active(repo, &state, err);

	if (ret > 0)
		ret = add_to_session(repo, state.id, event, err);
	else if (!ret)
		ret = add_to_file(repo, event, err);
	session_state_release(&state);
	json_free(event);
	return ret;
}

void hook_log_error(struct repository *repo, const char *name, const char *text)
{
	struct error ignored = ERROR_INIT;
	struct json *event = hook_log_event("hook_error");

	json_set_string(event, "hook", name);
	json_set_string(event, "message", text);
	hook_log_add(repo, event, &ignored);
	error_release(&ignored);
}
