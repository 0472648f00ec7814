/*
 * Putting checkpoints on a remote: one ref a session, whose manifest lists
 * them; gitformat-checkpoint(5), "THE MANIFEST".
 *
 * What is sent is what the remote lacks: a checkpoint that is listed there, or
 * that was and was removed there, is not sent again. It goes in batches, each
 * of which is whole once it is there, so that a push that is interrupted goes
 * on where it was. A remote whose refs have changed meanwhile is looked at
 * again.
 */
#ifndef CORE_REMOTE_PUSH_H
#define CORE_REMOTE_PUSH_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/manifest.h"
#include "core/secret/secret_find.h"

struct repository;

struct push_request {
	const char *remote;
	/* Which; none: those that this repository has written. */
	const struct strlist *sessions;
	bool all; /* every type, not only those of push_is_default() */
	bool dry_run;
	unsigned flags;	   /* of git/remote.h */
	int64_t budget_ms; /* no batch is begun after that; 0: no limit */
	/* For struct secret_request. */
	void (*searched)(void *context, uint64_t done, uint64_t total);
	void *context;
};

/* A session that was looked at. */
struct push_session {
	char *name;
	struct manifest sent;	   /* what was sent, or would be */
	struct manifest left;	   /* what was not: out of time, or refused */
	size_t there;		   /* how many the remote had already */
	struct strlist removed;	   /* ids that were removed there */
	struct strlist unreadable; /* ids that are damaged here */
	char *ref;		   /* of the remote; NULL: nothing was sent */
	bool shared;   /* somebody else writes to it, and a new one is begun */
	char *refused; /* why the remote did not take it; NULL: it did */
};

struct push {
	char *remote;
	struct push_session *sessions;
	size_t nr, alloc;
	int64_t commits; /* of the user's that travel along and the remote may
			    not have; -1: git could not tell */
	bool out_of_time;
	struct secret_finds secrets;
};

/*
 * Do it. ERR_REFUSED: there are secrets in what would go, or not all of it
 * could be looked at; ERR_FAILED: the remote could not be reached; ERR_LOCKED:
 * another push of this repository is under way; ERR_NOT_FOUND: no session of
 * that name. What the remote refused is in `out`, and no error. The caller must
 * push_release() `out` in any case.
 */
int push_run(struct repository *repo, const struct push_request *request,
	     struct push *out, struct error *err);
void push_release(struct push *push);

#endif
