/*
 * Automatic pushes (checkpoint.autoPush): asked for by a hook, made in the
 * background by one process at a time.
 *
 * Who asks only adds the remote to a list, each once, so however often that
 * happens nothing piles up. The process that holds the queue pushes until the
 * list is empty; one that is killed leaves the list to the next. Nothing of it
 * fails or delays what the user does, and nobody is asked for a password: what
 * went wrong is kept for `push` and `status` to say.
 */
#ifndef CORE_REMOTE_PUSH_QUEUE_H
#define CORE_REMOTE_PUSH_QUEUE_H

#include "base/error.h"

#include <sys/types.h>

struct repository;

/* Whether checkpoint.autoPush is set. */
int push_queue_wanted(const struct repository *repo, bool *out,
		      struct error *err);

/*
 * Push in the background, to checkpoint.remote or else to `remote`, what a push
 * without arguments would; once the process `after` has ended (0: at once), so
 * that it is not in the way of the user's own push. A `remote` that is no
 * remote's name, as of a push to a URL, is no failure.
 *
 * Returns 0 at once. 1: this is the background process, which has done it; it
 * must return to main() and end without printing.
 */
int push_queue_add(struct repository *repo, const char *remote, pid_t after,
		   struct error *err);

/* Why the last automatic push failed, and when; NULL: it did not. The caller
 * must free(). */
char *push_queue_failure(const struct repository *repo, int64_t *time_ms);
/* A push has been made since. */
void push_queue_forget_failure(const struct repository *repo);

#endif
