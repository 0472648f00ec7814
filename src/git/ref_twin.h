/*
 * The second name of a ref's lock, by which one that was left behind is known.
 *
 * Git's lock of a ref is a file beside it, which a process that is killed
 * leaves there, and nobody can tell from one that is in use. So what a ref is
 * to hold is written and synced before it is locked, to
 * $GIT_COMMON_DIR/checkpoint.d/refs/<name>, with colons for the slashes, and
 * taking the lock is giving this file the lock's name too. Its maker holds it
 * by flock(2): where nobody does, the maker is dead, and a lock that is the
 * same file as the twin is that maker's. packed-refs is locked in the same way,
 * with its own name for that of a ref.
 */
#ifndef GIT_REF_TWIN_H
#define GIT_REF_TWIN_H

#include "base/error.h"

struct repository;

struct ref_twin {
	char *path; /* NULL: there is none */
	int fd;	    /* holds it */
};
#define REF_TWIN_INIT                                                          \
	{                                                                      \
		NULL, -1                                                       \
	}

/*
 * Remove what the dead have left, twins and locks, and make one for the ref
 * `name` that holds `text`, synced where `sync`. ERR_LOCKED without a text:
 * another process is at the same ref. ERR_UNSUPPORTED: no file can have this
 * name. The caller must ref_twin_drop() it.
 */
int ref_twin_make(struct ref_twin *twin, const struct repository *repo,
		  const char *name, const char *text, bool sync,
		  struct error *err);
/*
 * Give it the name of the lock as well. ERR_LOCKED where that is there already,
 * ERR_UNSUPPORTED where there are no hard links, both without a text; -1 with
 * errno where something else is wrong.
 */
int ref_twin_take_lock(const struct ref_twin *twin, const char *lock_path);
/* Remove it; the lock, where it still has that name, stays. */
void ref_twin_drop(struct ref_twin *twin);

#endif
