/*
 * The parts of a push: core/push.c has the whole.
 */
#ifndef CORE_PUSHING_H
#define CORE_PUSHING_H

#include "base/error.h"
#include "core/push.h"
#include "core/pushed.h"
#include "core/remote_session.h"

struct repository;

/* A session, as the push needs it. */
struct pushing_session {
	char *name;
	struct manifest wanted; /* what is here and to be pushed */
	struct manifest there;	/* what the remote lists, or MANIFEST_INIT */
	struct manifest lacks;	/* what is to be sent */
	struct pushed memory;	/* with what the remote has now */
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
	size_t done, total; /* checkpoints sent, and all that are to be */
};

/* What there is to push: core/push_plan.c. */
int pushing_plan(struct pushing *pushing, struct error *err);
/* Look again at what the remote has of one session. */
int pushing_refresh(struct pushing *pushing, struct pushing_session *session,
		    struct error *err);
/* How many commits of the user's travel along. */
void pushing_count_commits(struct pushing *pushing);

/* Send it: core/push_batch.c. */
int pushing_send(struct pushing *pushing, struct error *err);

#endif
