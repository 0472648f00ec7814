/*
 * The parts of a fetch: core/remote/fetch.c has the whole.
 */
#ifndef CORE_REMOTE_FETCHING_H
#define CORE_REMOTE_FETCHING_H

#include "base/error.h"
#include "core/record/remote_session.h"
#include "core/remote/fetch.h"
#include "git/ref.h"

struct repository;

struct fetching {
	struct repository *repo;
	const struct fetch_request *request;
	struct fetch *out;
	char *prefix;		    /* "refs/checkpoint-remotes/<remote>/" */
	struct ref_list before;	    /* below it, before anything came; sorted */
	struct remote_sessions now; /* below it, once it had */
	struct ref_list set, remove;
};

/* What a ref was before the fetch, or NULL. Borrowed. */
const struct oid *fetching_before(const struct fetching *fetching,
				  const char *ref);
/* Drop what is no more: core/remote/fetch_prune.c. */
int fetching_prune(struct fetching *fetching, struct error *err);

#endif
