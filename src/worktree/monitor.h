/*
 * Being told when a worktree changes: inotify(7), where there is one.
 *
 * Every directory is watched but those that are ignored and have nothing
 * tracked in them; of the git directory only what makes a difference to a
 * checkpoint (index, HEAD, operations) and git's locks. What is told is that
 * something may have changed. Which directories have not, monitor_news() knows,
 * but for changes that the kernel does not report (through a mapping, by
 * another host).
 *
 * Nothing is polled: the descriptor is readable when there is news. Where the
 * system cannot do it (no inotify, its limits, a network file system) that is
 * ERR_UNSUPPORTED with the reason, at the start or at any later call, and the
 * caller must look by itself from time to time.
 *
 * GIT_CHECKPOINT_WATCH_LIMIT, a number, is a limit of directories for tests.
 */
#ifndef WORKTREE_MONITOR_H
#define WORKTREE_MONITOR_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/recall.h"

struct monitor;
struct repository;

/*
 * Start, with every directory there is. `repo` is borrowed. The caller must
 * monitor_free().
 */
int monitor_open(struct monitor **out, struct repository *repo,
		 struct error *err);
void monitor_free(struct monitor *monitor);

/* Readable when there is something for monitor_read(). */
int monitor_fd(const struct monitor *monitor);

/*
 * Take what was reported, and watch directories that are new. `*changed`: it
 * makes, or may make, a difference.
 */
int monitor_read(struct monitor *monitor, bool *changed, struct error *err);

/*
 * Go over all directories again, if that is due: events were lost, a directory
 * was moved, ignore rules or the set of tracked files have changed. It takes a
 * walk over the directories, so it is for a quiet moment. ERR_NOT_FOUND: the
 * worktree is gone.
 */
int monitor_settle(struct monitor *monitor, struct error *err);

/* What has changed since a moment that this monitor has given out. */
struct monitor_news {
	bool complete; /* false: events were lost, and nothing can be said */
	bool known;    /* the moment; false: anything may have changed since */
	char epoch[RECALL_EPOCH_SIZE]; /* this moment */
	uint64_t now;
	struct strlist dirs;	  /* "a/b/": something in it */
	struct strlist trees;	  /* anything in it and below */
	struct strlist unwatched; /* of these nothing is known, nor below */
};

/*
 * Take all that was reported up to this call, and say what it comes to since
 * the moment `then` of `epoch`. The kernel queues an event before the call that
 * makes the change returns, so nothing that was done before is missing.
 * `*changed` as in monitor_read(). The caller must monitor_news_release().
 */
int monitor_news(struct monitor *monitor, const char *epoch, uint64_t then,
		 struct monitor_news *out, bool *changed, struct error *err);
void monitor_news_release(struct monitor_news *news);

/* How many directories are watched. */
size_t monitor_count(const struct monitor *monitor);

#endif
