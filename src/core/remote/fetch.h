/*
 * Getting checkpoints of other clones from a remote, to
 * refs/checkpoint-remotes/<remote>/<session>/.
 *
 * Manifests are fetched as they are; a ref is made for each checkpoint that one
 * lists, once its commit says that it is that checkpoint. A fetch that is
 * interrupted is finished by the next: what counts is which refs there are.
 */
#ifndef CORE_REMOTE_FETCH_H
#define CORE_REMOTE_FETCH_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"

struct repository;

struct fetch_request {
	/* NULL, with `prune`: what is left of remotes that are gone goes, and
	 * that is all. */
	const char *remote;
	/* Which; none: all but those that this repository has written. */
	const struct strlist *sessions;
	bool prune;	/* drop what the remote, or the remote's name, has no
			   more */
	unsigned flags; /* of git/remote.h */
};

/* Something of the remote that is not what it says, and was not taken. */
struct fetch_refusal {
	char *ref; /* here */
	char *reason;
};

struct fetch {
	char *remote;
	struct checkpoint_list fetched; /* new here; newest
					   first, as `pruned` is */
	struct checkpoint_list pruned;
	struct fetch_refusal *refused;
	size_t nr_refused, alloc_refused;
	struct strlist warnings;
};

/*
 * Do it. ERR_FAILED: the remote could not be reached; ERR_NOT_FOUND: it has no
 * session of that name. The caller must fetch_release() `out` in any case.
 */
int fetch_run(struct repository *repo, const struct fetch_request *request,
	      struct fetch *out, struct error *err);
void fetch_release(struct fetch *fetch);

#endif
