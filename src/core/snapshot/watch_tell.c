#include "core/snapshot/watch_tell.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/path.h"
#include "git/repository.h"
#include "worktree/monitor.h"
#include "worktree/mounts.h"

#define QUEUE 16
/* Nobody keeps the watch from its work for longer. */
#define PATIENCE_MS 100

int watch_tell_open(struct watch_tell *tell, struct repository *repo,
		    struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *dir = repository_path(repo, "checkpoint.d");
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mode_t mask;

	tell->repo = repo;
	tell->path = path_join(dir, WATCH_SOCKET);
	tell->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Paths of sockets are short, those of repositories need not be. */
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/" WATCH_SOCKET, dir_fd);
	/* What a watch that was killed has left; we hold the lock. */
	unlink(tell->path);
	mask = umask(0177);
	if (dir_fd < 0 || tell->fd < 0 ||
	    bind(tell->fd, (void *)&address, sizeof(address)) < 0 ||
	    listen(tell->fd, QUEUE) < 0)
		error_errno(err, "cannot listen on '%s'", tell->path);
	umask(mask);
	if (dir_fd >= 0)
		close(dir_fd);
	free(dir);
	if (err->code)
		watch_tell_close(tell);
	return err->code;
}

void watch_tell_close(struct watch_tell *tell)
{
	if (tell->fd >= 0) {
		close(tell->fd);
		unlink(tell->path);
	}
	free(tell->path);
	*tell = (struct watch_tell)WATCH_TELL_INIT;
}

/* Read the question. false: it is none. */
static bool read_question(int fd, char epoch[RECALL_EPOCH_SIZE],
			  uint64_t *number)
{
	char line[128];
	ssize_t got = recv(fd, line, sizeof(line) - 1, 0);

	if (got <= 0)
		return false;
	line[got] = '\0';
	return line[got - 1] == '\n' &&
	       sscanf(line, "since %16s %" SCNu64, epoch, number) == 2;
}

static void add_paths(struct buf *out, char kind, const struct strlist *paths)
{
	for (size_t i = 0; i < paths->nr; i++) {
		buf_addch(out, kind);
		buf_add(out, paths->items[i], strlen(paths->items[i]) + 1);
	}
}

static void write_answer(struct buf *out, const struct repository *repo,
			 const struct monitor_news *news)
{
	unsigned char mounts[MOUNTS_SIZE];
	char hex[2 * MOUNTS_SIZE + 1] = "";

	if (!news->complete || !mounts_sum(mounts, repo->worktree)) {
		buf_addstr(out, "watch 1 -\n");
		return;
	}
	hex_encode(hex, mounts, sizeof(mounts));
	buf_addf(out, "watch 1 %s %" PRIu64 " %s %d\n", news->epoch, news->now,
		 hex, news->known);
	add_paths(out, 'd', &news->dirs);
	add_paths(out, 't', &news->trees);
	add_paths(out, 'u', &news->unwatched);
	buf_add(out, "e", 2);
}

static int answer(struct watch_tell *tell, int fd, struct monitor *monitor,
		  bool *complete, bool *changed, struct error *err)
{
	struct monitor_news news = {0};
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	char epoch[RECALL_EPOCH_SIZE];
	uint64_t number;
	int ret = 0;

	if (!read_question(fd, epoch, &number))
		return 0;
	if (monitor)
		ret = monitor_news(monitor, epoch, number, &news, changed, err);
	*complete = news.complete;
	write_answer(&text, tell->repo, &news);
	file_write_all(fd, text.ptr, text.len, &ignored);
	error_release(&ignored);
	buf_release(&text);
	monitor_news_release(&news);
	return ret;
}

int watch_tell_answer(struct watch_tell *tell, struct monitor *monitor,
		      bool *changed, struct error *err)
{
	const struct timeval patience = {0, PATIENCE_MS * 1000};
	int fd = accept4(tell->fd, NULL, NULL, SOCK_CLOEXEC);
	struct ucred peer;
	socklen_t len = sizeof(peer);
	bool complete = true;
	int ret = 0;

	*changed = false;
	if (fd < 0)
		return 0;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	    peer.uid == geteuid())
		ret = answer(tell, fd, monitor, &complete, changed, err);
	close(fd);
	/* Who asked looks at all now, and is to be told more next time. */
	if (!ret && !complete && monitor)
		ret = monitor_settle(monitor, err);
	return ret;
}
