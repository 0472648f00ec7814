#include "worktree/monitor.h"

#include "base/alloc.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strlist.h"
#include "git/operation_names.h"
#include "git/repository.h"
#include "worktree/monitor_changes.h"
#include "worktree/monitor_inotify.h"
#include "worktree/monitor_walk.h"
#include "worktree/mounts.h"

/* At most so much is read in one go, so that a storm cannot hold us. */
#define READS_MAX 16
#define READ_BYTES (64 * 1024)
/* So often for one answer; a program that changes files faster is not waited
 * for. */
#define NEWS_READS_MAX 16
/* Ignored directories that came and went since the last walk. */
#define PASSED_OVER_MAX 4096

struct monitor {
	struct monitor_watch watch;
	struct strlist fresh; /* directories that appeared: "a/b" */
	struct monitor_changes changes;
	unsigned char mounts[MOUNTS_SIZE]; /* when all were visited */
	bool stale;	    /* the next quiet moment needs a walk */
	bool index_changed; /* or a look at what is tracked */
};

/* Visit all, and count from there. */
static int visit_all(struct monitor *monitor, struct error *err)
{
	const char *worktree = monitor->watch.repo->worktree;

	if (!mounts_sum(monitor->mounts, worktree))
		memset(monitor->mounts, 0, sizeof(monitor->mounts));
	if (monitor_walk_all(&monitor->watch, err) < 0)
		return err->code;
	monitor_changes_begin(&monitor->changes);
	return 0;
}

int monitor_open(struct monitor **out, struct repository *repo,
		 struct error *err)
{
	struct monitor *monitor = xcalloc(1, sizeof(*monitor));
	const char *limit = getenv("GIT_CHECKPOINT_WATCH_LIMIT");
	int ret = 0;

	monitor->watch.repo = repo;
	monitor->watch.fd = -1;
	if (limit)
		monitor->watch.limit = strtoul(limit, NULL, 10);
	monitor->watch.top_fd =
		open(repo->worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (monitor->watch.top_fd < 0)
		ret = error_errno(err, "cannot open '%s'", repo->worktree);
	if (!ret)
		ret = monitor_inotify(&monitor->watch.fd, monitor->watch.top_fd,
				      err);
	if (!ret)
		ret = visit_all(monitor, err);
	if (ret < 0) {
		monitor_free(monitor);
		monitor = NULL;
	}
	*out = monitor;
	return ret;
}

void monitor_free(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->watch.fd >= 0)
		close(monitor->watch.fd);
	if (monitor->watch.top_fd >= 0)
		close(monitor->watch.top_fd);
	monitor_table_release(&monitor->watch.table);
	strlist_release(&monitor->watch.passed_over);
	strlist_release(&monitor->fresh);
	monitor_changes_release(&monitor->changes);
	free(monitor);
}

int monitor_fd(const struct monitor *monitor)
{
	return monitor->watch.fd;
}

size_t monitor_count(const struct monitor *monitor)
{
	return monitor->watch.table.nr;
}

/* -- events -------------------------------------------------------------- */

/* Whether a name in the git directory is part of what a checkpoint saves. */
static bool is_state(const char *name)
{
	if (!strcmp(name, "index") || !strcmp(name, "HEAD") ||
	    !strcmp(name, "config"))
		return true;
	for (size_t i = 0; i < OPERATION_UNITS; i++)
		if (!strcmp(name, operation_units[i].name))
			return true;
	return false;
}

/* An event in a directory of the worktree. */
static bool note_in_worktree(struct monitor *monitor,
			     const struct monitored *dir, uint32_t mask,
			     const char *name)
{
	bool is_dir = mask & IN_ISDIR;

	monitor_changes_note(&monitor->changes, dir->path);
	if (is_dir && *name)
		monitor_changes_note_tree(&monitor->changes, dir->path, name);
	if (mask & (IN_DELETE_SELF | IN_MOVE_SELF))
		return true;
	/* Ours, while git looks at the worktree through it: never a change. */
	if (!strcmp(name, ".git")) {
		/* At the top it is the git directory, watched for itself. */
		if (!dir->path[0])
			return mask & (IN_DELETE | IN_MOVED_FROM);
		monitor->stale |= (mask & (IN_CREATE | IN_DELETE |
					   IN_MOVED_FROM | IN_MOVED_TO)) != 0;
	}
	if (dir->kind == MONITORED_NESTED)
		return !strcmp(name, ".git");
	if (!strcmp(name, ".gitignore"))
		monitor->stale = true;
	if (is_dir && mask & IN_MOVED_FROM)
		/* What is below it may be watched, by names that are wrong. */
		monitor->stale = true;
	if (is_dir && mask & (IN_CREATE | IN_MOVED_TO))
		strlist_addf(&monitor->fresh, "%s%s", dir->path, name);
	return true;
}

/* Whether it may make a difference to a checkpoint. */
static bool note_event(struct monitor *monitor,
		       const struct inotify_event *event)
{
	const char *name = event->len ? event->name : "";
	const struct monitored *dir;

	if (event->mask & IN_Q_OVERFLOW) {
		monitor->stale = true;
		return true;
	}
	dir = monitor_table_find(&monitor->watch.table, event->wd);
	if (!dir)
		return false;
	if (event->mask & (IN_IGNORED | IN_UNMOUNT)) {
		/* It has gone, which was reported; or what was under it has. */
		monitor->stale |= (event->mask & IN_UNMOUNT) != 0;
		monitor_table_remove(&monitor->watch.table, event->wd);
		return event->mask & IN_UNMOUNT;
	}
	switch (dir->kind) {
	case MONITORED_DIR:
	case MONITORED_TRACKED:
	case MONITORED_NESTED:
		return note_in_worktree(monitor, dir, event->mask, name);
	case MONITORED_GIT:
		monitor->index_changed |= !strcmp(name, "index");
		/* logs/ and info/ may be made later than we start. */
		monitor->stale |=
			event->mask & IN_CREATE &&
			(!strcmp(name, "logs") || !strcmp(name, "info"));
		return is_state(name);
	case MONITORED_INFO:
		monitor->stale |= !strcmp(name, "exclude");
		return !strcmp(name, "exclude");
	case MONITORED_LOGS:
	case MONITORED_NESTED_GIT:
		return !strcmp(name, "HEAD");
	}
	return false;
}

static bool note_events(struct monitor *monitor, const char *data, size_t len)
{
	bool changed = false;

	for (size_t at = 0; at + sizeof(struct inotify_event) <= len;) {
		const struct inotify_event *event = (const void *)(data + at);

		changed |= note_event(monitor, event);
		at += sizeof(*event) + event->len;
	}
	return changed;
}

static int walk_fresh(struct monitor *monitor, struct error *err)
{
	struct strlist fresh = monitor->fresh;
	int ret = 0;

	if (!fresh.nr)
		return 0;
	monitor->fresh = (struct strlist)STRLIST_INIT;
	strlist_sort(&fresh);
	strlist_unique(&fresh);
	/* Where all are to be visited again, there is no hurry. */
	if (!monitor->stale)
		ret = monitor_walk_new(&monitor->watch, &fresh, err);
	strlist_release(&fresh);
	return ret;
}

int monitor_read(struct monitor *monitor, bool *changed, struct error *err)
{
	/* As inotify(7) wants it aligned. */
	struct inotify_event *events = xmalloc(READ_BYTES);
	int ret = 0;

	*changed = false;
	for (int i = 0; i < READS_MAX; i++) {
		ssize_t got = read(monitor->watch.fd, events, READ_BYTES);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != EAGAIN)
			ret = error_errno(err, "cannot read events");
		if (got <= 0)
			break;
		*changed |=
			note_events(monitor, (const char *)events, (size_t)got);
	}
	free(events);
	if (!ret)
		ret = walk_fresh(monitor, err);
	return ret;
}

/*
 * The top may have been deleted, or replaced by another directory. Nothing
 * reports the end of a directory that we have open ourselves; what was in it
 * went first, and that was reported.
 */
static int check_top(struct monitor *monitor, struct error *err)
{
	const char *worktree = monitor->watch.repo->worktree;
	struct stat named, held;
	int fd;

	if (lstat(worktree, &named) < 0 || !S_ISDIR(named.st_mode))
		return error_set(err, ERR_NOT_FOUND,
				 "the worktree '%s' is no longer there",
				 worktree);
	if (!fstat(monitor->watch.top_fd, &held) &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino)
		return 0;
	fd = open(worktree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "cannot open '%s'", worktree);
	close(monitor->watch.top_fd);
	monitor->watch.top_fd = fd;
	monitor->stale = true;
	return 0;
}

int monitor_settle(struct monitor *monitor, struct error *err)
{
	const struct monitor_watch *watch = &monitor->watch;

	if (check_top(monitor, err) < 0)
		return err->code;
	if (!monitor->stale && monitor->index_changed &&
	    monitor_passed_over_wrongly(watch))
		monitor->stale = true;
	monitor->index_changed = false;
	if (watch->passed_over.nr > watch->passed_over_then + PASSED_OVER_MAX)
		monitor->stale = true;
	if (!monitor->stale)
		return 0;
	monitor->stale = false;
	return visit_all(monitor, err);
}

/* -- what has changed ---------------------------------------------------- */

static bool has_events(const struct monitor *monitor)
{
	int bytes;

	return ioctl(monitor->watch.fd, FIONREAD, &bytes) < 0 || bytes;
}

/* Whether something else is mounted in the worktree than when all directories
 * were visited: then others are watched than are there. */
static bool has_other_mounts(const struct monitor *monitor)
{
	unsigned char mounts[MOUNTS_SIZE];

	return !mounts_sum(mounts, monitor->watch.repo->worktree) ||
	       memcmp(mounts, monitor->mounts, sizeof(mounts));
}

int monitor_news(struct monitor *monitor, const char *epoch, uint64_t then,
		 struct monitor_news *out, bool *changed, struct error *err)
{
	const struct strlist *passed_over = &monitor->watch.passed_over;
	bool more = true;

	*out = (struct monitor_news){0};
	*changed = false;
	for (int i = 0; i < NEWS_READS_MAX && more; i++) {
		bool now;

		if (monitor_read(monitor, &now, err) < 0)
			return err->code;
		*changed |= now;
		more = has_events(monitor);
	}
	if (check_top(monitor, err) < 0)
		return err->code;
	if (!monitor->stale && has_other_mounts(monitor))
		monitor->stale = *changed = true;
	if (more || monitor->stale)
		return 0;
	out->complete = true;
	out->known = monitor_changes_since(&monitor->changes, epoch, then,
					   &out->now, &out->dirs, &out->trees);
	memcpy(out->epoch, monitor->changes.epoch, sizeof(out->epoch));
	for (size_t i = 0; i < passed_over->nr; i++)
		strlist_add(&out->unwatched, passed_over->items[i]);
	return 0;
}

#endif

void monitor_news_release(struct monitor_news *news)
{
	strlist_release(&news->dirs);
	strlist_release(&news->trees);
	strlist_release(&news->unwatched);
	*news = (struct monitor_news){0};
}
