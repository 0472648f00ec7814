#include "git/pack_keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "git/pack_file.h"
#include "git/repository.h"

#define OURS "git-checkpoint "
#define TEXT_MAX 512
#define WAIT_MS 10000
#define OLD_SECONDS (14 * 24 * 60 * 60)

/* " on <host>\n", by which a .keep text ends. */
static void add_host(struct buf *out)
{
	char host[256];

	if (gethostname(host, sizeof(host)) < 0)
		snprintf(host, sizeof(host), "unknown");
	host[sizeof(host) - 1] = '\0';
	buf_addf(out, " on %s\n", host);
}

static int try_lock(int fd)
{
	int ret;

	do
		ret = flock(fd, LOCK_EX | LOCK_NB);
	while (ret < 0 && errno == EINTR);
	return ret;
}

enum state {
	STATE_GONE,
	STATE_FOREIGN, /* not ours, or not to be decided */
	STATE_HELD,
	STATE_LEFT, /* ours, and nobody holds it: `*fd` does now */
};

/* Whether the locked `fd` is still what `path` names. */
static bool is_same_file(int fd, const char *path, struct stat *st)
{
	struct stat named;

	return !fstat(fd, st) && !stat(path, &named) &&
	       st->st_dev == named.st_dev && st->st_ino == named.st_ino;
}

static bool is_of_this_host(const struct buf *text)
{
	struct buf host = BUF_INIT;
	bool same;

	add_host(&host);
	same = text->len >= host.len &&
	       !memcmp(text->ptr + text->len - host.len, host.ptr, host.len);
	buf_release(&host);
	return same;
}

static enum state look_at_open(int fd, const char *path)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	enum state state = STATE_FOREIGN;
	struct stat st;

	if (buf_read_fd(&text, fd, TEXT_MAX, &err) < 0 ||
	    strncmp(text.ptr, OURS, strlen(OURS)) != 0)
		goto done;
	if (try_lock(fd) < 0) {
		if (errno == EWOULDBLOCK)
			state = STATE_HELD;
		goto done;
	}
	if (!is_same_file(fd, path, &st))
		state = STATE_GONE;
	else if (is_of_this_host(&text) ||
		 time(NULL) - st.st_mtime > OLD_SECONDS)
		state = STATE_LEFT;
done:
	error_release(&err);
	buf_release(&text);
	return state;
}

static enum state look_at(const char *path, int *fd)
{
	enum state state = STATE_FOREIGN;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? STATE_GONE : STATE_FOREIGN;
	state = look_at_open(*fd, path);
	if (state != STATE_LEFT) {
		close(*fd);
		*fd = -1;
	}
	return state;
}

/* Remove what a dead process left; `fd` holds it, so nobody else does. */
static void remove_left(const char *path, int fd)
{
	unlink(path);
	close(fd);
}

static int make_file(struct pack_file *file, const struct repository *repo,
		     struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = pack_file_create(file, repo, err);

	if (ret < 0)
		return ret;
	buf_addf(&text, OURS "%ld", (long)getpid());
	add_host(&text);
	ret = file_write_all(file->fd, text.ptr, text.len, err);
	/* Locked before it can be seen: nobody finds ours unlocked. */
	if (!ret && try_lock(file->fd) < 0)
		ret = error_errno(err, "cannot lock a pack's .keep");
	buf_release(&text);
	return ret;
}

/* Give `file` its name, once no other process of ours has it. */
static int publish(struct pack_file *file, const struct repository *repo,
		   const char *path, bool *foreign, struct error *err)
{
	int64_t end = clock_monotonic_ms() + WAIT_MS;
	const struct timespec pause = {.tv_nsec = 5 * 1000000};
	int ret, fd;

	for (;;) {
		ret = pack_file_publish(file, repo, path, false, err);
		if (ret != ERR_EXISTS)
			return ret;
		error_release(err);
		switch (look_at(path, &fd)) {
		case STATE_GONE:
			break;
		case STATE_FOREIGN:
			*foreign = true;
			return 0;
		case STATE_LEFT:
			remove_left(path, fd);
			break;
		case STATE_HELD:
			nanosleep(&pause, NULL);
			break;
		}
		if (clock_monotonic_ms() > end)
			return error_set(err, ERR_LOCKED,
					 "'%s' is held by another process",
					 path);
	}
}

int pack_keep_make(struct pack_keep *keep, const struct repository *repo,
		   const char *name, struct error *err)
{
	struct pack_file file = PACK_FILE_INIT;
	bool foreign = false;
	char *path;
	int ret;

	*keep = (struct pack_keep)PACK_KEEP_INIT;
	path = pack_part_path(repo, name, ".keep");
	ret = make_file(&file, repo, err);
	if (!ret)
		ret = publish(&file, repo, path, &foreign, err);
	if (!ret && !foreign) {
		keep->fd = file.fd;
		keep->path = path;
		file.fd = -1;
		path = NULL;
	}
	pack_file_release(&file);
	free(path);
	return ret;
}

void pack_keep_drop(struct pack_keep *keep)
{
	if (keep->path)
		unlink(keep->path);
	free(keep->path);
	if (keep->fd >= 0)
		close(keep->fd);
	*keep = (struct pack_keep)PACK_KEEP_INIT;
}

int pack_keep_drop_stale(const struct repository *repo, struct error *err)
{
	char *dir = pack_file_path(repo, "");
	DIR *stream = opendir(dir);
	struct dirent *entry;
	int ret = 0;

	if (!stream && errno != ENOENT)
		ret = error_errno(err, "cannot read '%s'", dir);
	while (stream && (entry = readdir(stream))) {
		char *path;
		int fd;

		if (!text_ends_with(entry->d_name, ".keep"))
			continue;
		path = pack_file_path(repo, entry->d_name);
		if (look_at(path, &fd) == STATE_LEFT)
			remove_left(path, fd);
		free(path);
	}
	if (stream)
		closedir(stream);
	free(dir);
	return ret;
}
