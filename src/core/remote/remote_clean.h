/*
 * Dropping checkpoints from a remote: a manifest without them takes the place
 * of the one before, or the session's ref goes where nothing is left.
 *
 *	remote_clean_choose(repo, &request, &cleaned, &err);   changes nothing
 *	remote_clean_drop(repo, &request, &cleaned, &err);
 *	remote_cleaned_release(&cleaned);
 *
 * Every ref is changed only if it is what was looked at. What is dropped is
 * remembered, and never pushed there again.
 */
#ifndef CORE_REMOTE_REMOTE_CLEAN_H
#define CORE_REMOTE_REMOTE_CLEAN_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/manifest.h"
#include "core/record/remote_session.h"
#include "core/record/retention.h"

struct repository;

struct remote_clean_request {
	const char *remote;
	/* Ids of checkpoints that go in any case; or none. */
	const char *const *names;
	size_t nr_names;
	/*
	 * Otherwise what meets the criteria goes, of this repository's sessions
	 * or of the one named; and by age, whole, sessions of other clones in
	 * which nothing is newer. The task and what is lost are not known
	 * there.
	 */
	struct retention_criteria criteria;
	bool has_criteria; /* false: what this repository has dropped goes */
	unsigned flags;	   /* of git/remote.h */
};

/* A session of which something goes, or would but for what holds it. */
struct remote_clean_session {
	char *name;
	struct remote_session found; /* as it is there */
	struct manifest there;	     /* all that is there */
	struct manifest drop;
	struct manifest stay;		/* would go, but is held */
	enum retention_reason *reasons; /* of these */
	bool dropped;			/* it is done */
	char *refused; /* why the remote did not do it, or not all; or NULL */
};

struct remote_cleaned {
	char *remote;
	struct remote_clean_session *sessions;
	size_t nr, alloc;
	struct strlist unread; /* sessions whose manifest is none */
};

/* ERR_NOT_FOUND: the remote has no checkpoint, or no session, of a name. The
 * caller must remote_cleaned_release() `out` in any case. */
int remote_clean_choose(struct repository *repo,
			const struct remote_clean_request *request,
			struct remote_cleaned *out, struct error *err);
/* What the remote refuses is in `cleaned`, and no error. */
int remote_clean_drop(struct repository *repo,
		      const struct remote_clean_request *request,
		      struct remote_cleaned *cleaned, struct error *err);
void remote_cleaned_release(struct remote_cleaned *cleaned);

#endif
