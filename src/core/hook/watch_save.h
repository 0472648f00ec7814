/*
 * One checkpoint of a watch, made by a child process.
 *
 * A watch runs for weeks. What a save needs (the index, the walk, libgit2's
 * caches, threads) goes with the child; configuration and object store are
 * read anew each time; and what ends a save (no memory, a kill) ends the child
 * alone, and is a failure that is told like any other. See
 * Documentation/technical/decisions/.
 */
#ifndef CORE_HOOK_WATCH_SAVE_H
#define CORE_HOOK_WATCH_SAVE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"
#include "core/record/record.h"

#include <sys/types.h>

struct repository;

struct watch_request {
	enum checkpoint_type type;
	int64_t interval_ms; /* an `auto` only where the newest is so old */
	int argc;	     /* the command line, for the metadata */
	const char *const *argv;
};

enum watch_outcome {
	WATCH_MADE,
	WATCH_SKIPPED, /* an `auto` like the last one */
	WATCH_EARLY,   /* the newest is not old enough: `wait_ms` */
	WATCH_OFF,     /* the configuration does not want this type */
	WATCH_FAILED,  /* `error` */
};

struct watch_result {
	enum watch_outcome outcome;
	int64_t wait_ms;
	struct json *record; /* of WATCH_MADE: the metadata, and `ref` */
	struct strlist warnings;
	struct error error;
};

/* A save under way. */
struct watch_save {
	pid_t pid; /* 0: none */
	int from;  /* readable: call watch_save_read() */
	struct buf text;
};

#define WATCH_SAVE_INIT                                                        \
	{                                                                      \
		0, -1, BUF_INIT                                                \
	}

/*
 * Start one. The child lets go of the descriptors `fds`, which are the
 * caller's alone, and does not mind signals that are sent to a whole group.
 * The current directory must be in the worktree.
 */
int watch_save_start(struct watch_save *save,
		     const struct watch_request *request, const int *fds,
		     size_t nr_fds, struct error *err);

/* Take what there is. false: that was not all yet; `from` is to be read again.
 */
bool watch_save_read(struct watch_save *save);

/* Wait for the child. The caller must watch_result_release() `out`. */
void watch_save_finish(struct watch_save *save, struct watch_result *out);
void watch_result_release(struct watch_result *result);

#endif
