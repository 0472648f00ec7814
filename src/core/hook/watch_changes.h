/*
 * How a watch learns that something has changed: from the monitor, which is
 * read when it has news, and when somebody who makes a checkpoint asks.
 *
 * Times are milliseconds of clock_monotonic_ms().
 */
#ifndef CORE_HOOK_WATCH_CHANGES_H
#define CORE_HOOK_WATCH_CHANGES_H

#include "base/error.h"
#include "core/snapshot/watch_tell.h"

struct monitor;
struct repository;

struct watch_changes {
	struct monitor *monitor; /* NULL: changes are not reported */
	struct watch_tell tell;
	/* The monitor is not to be waited for before: events that come in a
	 * burst are read together. */
	int64_t read_ms;
};

#define WATCH_CHANGES_INIT                                                     \
	{                                                                      \
		NULL, WATCH_TELL_INIT, 0                                       \
	}

/*
 * Errors are those of worktree/monitor.h, here and below: after ERR_UNSUPPORTED
 * changes are not reported (any more), and the caller must
 * watch_changes_close(), as at the end.
 */
int watch_changes_open(struct watch_changes *changes, struct repository *repo,
		       struct error *err);
void watch_changes_close(struct watch_changes *changes);

/* The monitor's descriptor, readable when there is news; -1: no monitor. */
int watch_changes_fd(const struct watch_changes *changes);

/* Read what has come up to now. `*changed`: something may have. */
int watch_changes_read(struct watch_changes *changes, bool *changed,
		       struct error *err);
/* The same for one who asks, where `tell.fd` is readable, and answer. */
int watch_changes_answer(struct watch_changes *changes, bool *changed,
			 struct error *err);

#endif
