/*
 * The parts of a push: core/remote/push.c has the whole.
 */
#ifndef CORE_REMOTE_PUSHING_H
#define CORE_REMOTE_PUSHING_H

#include "base/error.h"
#include "core/record/pushed.h"
#include "core/record/remote_session.h"
#include "core/remote/push.h"

struct repository;

/* A session, as the push needs it. */
struct pushing_session {
	char *name;
	struct manifest wanted; /* what is here and to be pushed */
	struct manifest there;	/* what the remote lists, or MANIFEST_INIT */
	struct manifest lacks;	/* what is to be sent */
	struct pushed memory;	/* with what the remote has now */
	bool memory_changed;	/* and is to be written */
	struct oid now;		/* the remote's manifest; zero: it has none */
	struct push_session *out;
};

struct pushing {
	struct repository *repo;
	const struct push_request *request;
	struct push *out;
	char *key; /* of the remote, in memory */
	struct pushing_session *sessions;
	size_t nr, alloc;
	int64_t started_ms;
	size_t total; /* checkpoints that are to be sent */
};

/* What there is to push: core/remote/push_plan.c. */
int pushing_plan(struct pushing *pushing, struct error *err);
/* Look again at what the remote has of one session. */
int pushing_refresh(struct pushing *pushing, struct pushing_session *session,
		    struct error *err);
/* How many commits of the user's travel along. */
void pushing_count_commits(struct pushing *pushing);
/* Write what is known now of the remote. */
int pushing_remember(struct pushing *pushing, struct error *err);

/* What is to be seen to before anything is sent: core/remote/push_check.c. Look
 * for secrets in all of it. */
int pushing_search(struct pushing *pushing, struct error *err);
/* Take those out of what a session lacks, of the oldest `nr`, that cannot be
 * sent because an object is missing, and returns how many these were: one of
 * them keeps git from sending any. */
size_t pushing_leave_damaged(struct pushing *pushing,
			     struct pushing_session *session, size_t nr);
/* Sessions that somebody else writes to are given up. */
int pushing_retire_shared(struct pushing *pushing, struct error *err);

/* Upload what git-lfs keeps elsewhere: core/remote/push_lfs.c. */
int pushing_upload_lfs(struct pushing *pushing, struct error *err);

/* Send it: core/remote/push_batch.c. */
int pushing_send(struct pushing *pushing, struct error *err);

#endif
