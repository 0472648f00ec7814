#include "core/remote/push_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/list_file.h"
#include "core/record/json_file.h"
#include "core/remote/push.h"
#include "git/config.h"
#include "git/remote.h"
#include "git/repository.h"

#define MAX_BYTES (1u << 20)
#define WAIT_MS 10000
/* What is not sent by then is for the next time. */
#define BUDGET_MS (INT64_C(5) * 60 * 1000)
/* A push of the user's that takes longer is not waited for. */
#define AFTER_MS (30 * 60 * 1000)

#define LIST "checkpoint.d/push-queue"
#define LIST_LOCK "checkpoint.d/push-queue.lock"
#define RUNNER_LOCK "checkpoint.d/push-runner.lock"
#define FAILURE "checkpoint.d/push-failure"

int push_queue_wanted(const struct repository *repo, bool *out,
		      struct error *err)
{
	return config_get_bool(repo->config, "checkpoint.autopush", false, out,
			       err);
}

/* -- the list ------------------------------------------------------------ */

static int lock(const struct repository *repo, const char *name, int wait_ms,
		int *fd, struct error *err)
{
	char *path = repository_common_path(repo, name);
	int ret = file_lock(fd, path, wait_ms, err);

	free(path);
	return ret;
}

/* Under the lock. */
static int read_list(const struct repository *repo, struct strlist *out,
		     struct error *err)
{
	char *path = repository_common_path(repo, LIST);
	int ret = list_file_read(out, path, MAX_BYTES, err);

	free(path);
	return ret;
}

/* Those from `from` on. */
static int write_list(const struct repository *repo, const struct strlist *list,
		      size_t from, struct error *err)
{
	const struct strlist rest = {list->items + from, list->nr - from, 0};
	char *path = repository_common_path(repo, LIST);
	int ret = list_file_replace(path, &rest, false, err);

	free(path);
	return ret;
}

static int list_add(const struct repository *repo, const char *remote,
		    struct error *err)
{
	struct strlist list = STRLIST_INIT;
	int fd, ret = lock(repo, LIST_LOCK, WAIT_MS, &fd, err);

	if (ret < 0)
		return ret;
	ret = read_list(repo, &list, err);
	if (!ret && !strlist_has(&list, remote)) {
		strlist_add(&list, remote);
		ret = write_list(repo, &list, 0, err);
	}
	file_unlock(fd);
	strlist_release(&list);
	return ret;
}

/*
 * Take the first, for free(). NULL: there is none, and the queue was let go of
 * while nobody could add one, who would then take it for held.
 */
static char *list_take(const struct repository *repo, int runner)
{
	struct error ignored = ERROR_INIT;
	struct strlist list = STRLIST_INIT;
	char *remote = NULL;
	int fd = -1;

	if (!lock(repo, LIST_LOCK, WAIT_MS, &fd, &ignored) &&
	    !read_list(repo, &list, &ignored) && list.nr &&
	    !write_list(repo, &list, 1, &ignored))
		remote = xstrdup(list.items[0]);
	if (!remote)
		file_unlock(runner);
	if (fd >= 0)
		file_unlock(fd);
	strlist_release(&list);
	error_release(&ignored);
	return remote;
}

/* -- failures ------------------------------------------------------------ */

static void keep_failure(const struct repository *repo, const char *text)
{
	char *path = repository_common_path(repo, FAILURE);
	struct json *doc = json_object_new();
	struct error ignored = ERROR_INIT;
	struct buf out = BUF_INIT;

	json_set_int(doc, "time_ms", clock_now_ms());
	json_set_string(doc, "text", text);
	json_write_pretty(&out, doc);
	/* Nobody is there to be told that this failed, too. */
	file_replace(path, out.ptr, out.len, false, &ignored);
	error_release(&ignored);
	buf_release(&out);
	json_free(doc);
	free(path);
}

char *push_queue_failure(const struct repository *repo, int64_t *time_ms)
{
	char *path = repository_common_path(repo, FAILURE), *text = NULL;
	struct json *doc = json_file_find(path, MAX_BYTES);

	*time_ms = 0;
	if (json_get_int(doc, "time_ms", time_ms) &&
	    json_get_string(doc, "text"))
		text = xstrdup(json_get_string(doc, "text"));
	json_free(doc);
	free(path);
	return text;
}

void push_queue_forget_failure(const struct repository *repo)
{
	char *path = repository_common_path(repo, FAILURE);

	unlink(path);
	free(path);
}

/* -- the background ------------------------------------------------------ */

/* What a caller left open must not be held: he may wait for its end. What is
 * ours is closed by exec, and no one else's is. */
static void close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);
		int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

/* A process of its own that no terminal and nobody's end stops. 1: here it is;
 * 0: here is the one that asked. */
static int go_to_background(struct error *err)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		return error_errno(err, "cannot start a process");
	if (pid > 0)
		return 0;
	setsid();
	signal(SIGHUP, SIG_IGN);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	close_inherited();
	if (chdir("/") < 0 || nice(5) < 0)
		errno = 0; /* no harm is done */
	return 1;
}

static void wait_for_end(pid_t pid)
{
	struct pollfd wait = {.events = POLLIN};

	if (pid <= 0)
		return;
	wait.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (wait.fd < 0)
		return; /* it has ended, or the kernel is too old to tell */
	poll(&wait, 1, AFTER_MS);
	close(wait.fd);
}

static void push_one(struct repository *repo, const char *remote)
{
	static const struct strlist all = STRLIST_INIT;
	const struct push_request request = {
		.remote = remote,
		.sessions = &all,
		.flags = REMOTE_UNATTENDED,
		.budget_ms = BUDGET_MS,
	};
	struct error err = ERROR_INIT;
	struct push push;
	const char *refused = NULL;

	if (push_run(repo, &request, &push, &err) < 0)
		refused = err.text;
	for (size_t i = 0; i < push.nr && !refused; i++)
		refused = push.sessions[i].refused;
	if (refused)
		keep_failure(repo, refused);
	else
		push_queue_forget_failure(repo);
	push_release(&push);
	error_release(&err);
}

static void run_queue(struct repository *repo, pid_t after)
{
	struct error ignored = ERROR_INIT;
	char *remote;
	int runner;

	/* Who holds it sees what was added. */
	if (lock(repo, RUNNER_LOCK, 0, &runner, &ignored) < 0) {
		error_release(&ignored);
		return;
	}
	wait_for_end(after);
	while ((remote = list_take(repo, runner))) {
		push_one(repo, remote);
		free(remote);
	}
}

int push_queue_add(struct repository *repo, const char *remote, pid_t after,
		   struct error *err)
{
	const char *chosen = config_get(repo->config, "checkpoint.remote");
	int ret;

	if (!chosen)
		chosen = remote;
	if (!chosen || !remote_exists(repo, chosen))
		return 0;
	ret = list_add(repo, chosen, err);
	if (!ret)
		ret = go_to_background(err);
	if (ret > 0)
		run_queue(repo, after);
	return ret;
}
