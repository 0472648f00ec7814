/*
 * A running watch tells whoever makes a checkpoint what has changed since an
 * earlier one: the side of the watch. core/snapshot/watch_ask.h has the other.
 *
 * It listens on a socket, $GIT_DIR/checkpoint.d/watch.socket, that only its own
 * user may open and is answered. The question is one line, and so is the
 * answer's head; behind it come paths, a letter in front of each and a NUL
 * behind, and at last an "e":
 *
 *	since <epoch> <number>
 *	watch 1 <epoch> <number> <mounts> <known>
 *	d<dir> ... t<tree> ... u<unwatched> ... e
 *
 * "watch 1 -" alone says that nothing can be said.
 */
#ifndef CORE_SNAPSHOT_WATCH_TELL_H
#define CORE_SNAPSHOT_WATCH_TELL_H

#include "base/error.h"

struct monitor;
struct repository;

#define WATCH_SOCKET "watch.socket"

struct watch_tell {
	int fd; /* readable: somebody asks; -1: nobody can */
	char *path;
	struct repository *repo;
};

#define WATCH_TELL_INIT                                                        \
	{                                                                      \
		-1, NULL, NULL                                                 \
	}

/* Begin to listen. The caller must hold watch_lock(), and watch_tell_close().
 */
int watch_tell_open(struct watch_tell *tell, struct repository *repo,
		    struct error *err);
void watch_tell_close(struct watch_tell *tell);

/* Answer who asks. `*changed` as in monitor_read(), errors as well; one who
 * asks wrongly, or does not listen, is none. */
int watch_tell_answer(struct watch_tell *tell, struct monitor *monitor,
		      bool *changed, struct error *err);

#endif
