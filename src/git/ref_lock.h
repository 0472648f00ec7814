/*
 * The lock of one ref: `<ref>.lock` beside it, as every git takes it.
 *
 * A process that is killed while it holds one leaves the file behind. So it is
 * held for a look and a rename only, never while anything is computed or
 * written, and signals that end a process wait meanwhile; and what is left all
 * the same is known by its twin (git/ref_twin.h) and removed by the next that
 * takes a lock.
 */
#ifndef GIT_REF_LOCK_H
#define GIT_REF_LOCK_H

#include "base/error.h"

#include <signal.h>

#include "git/ref_twin.h"

struct ref_draft;
struct repository;

struct ref_lock {
	const struct repository *repo;
	const char *name; /* borrowed from the caller */
	char *path;	  /* of the loose ref */
	char *lock_path;
	struct ref_twin twin;
	sigset_t signals; /* what was blocked before */
};

/*
 * Take it, with the directories above it, for a ref that is to get this value,
 * the file of which is taken over where it has one; NULL: it is not to be
 * written. Tries again for `wait_ms`. ERR_LOCKED with a hint; ERR_EXISTS where
 * a ref has the name of a directory above. The caller must ref_lock_commit() or
 * ref_lock_release().
 */
int ref_lock_take(struct ref_lock *lock, const struct repository *repo,
		  const char *name, struct ref_draft *draft, int wait_ms,
		  struct error *err);

/* Rename it over the ref. Releases the lock in either case. */
int ref_lock_commit(struct ref_lock *lock, struct error *err);
void ref_lock_release(struct ref_lock *lock);

/* Hold the signals back that end a process, until the caller sets the mask that
 * was there before. */
void ref_lock_block_signals(sigset_t *before);

/*
 * Wait before another try at something that was locked: a little longer each
 * time, and not as long as others do. `*tries` starts at 0. Returns false where
 * `deadline` (clock_monotonic_ms()) has passed.
 */
bool ref_lock_wait(unsigned *tries, int64_t deadline);

#endif
