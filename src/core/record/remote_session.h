/*
 * The sessions that a remote has, from the names of its refs alone; or those
 * that were fetched from it, which are named alike.
 *
 *	<prefix><session>/manifest-<n>    the highest counts
 *	<prefix><session>/<id>            a checkpoint
 */
#ifndef CORE_RECORD_REMOTE_SESSION_H
#define CORE_RECORD_REMOTE_SESSION_H

#include "base/error.h"
#include "git/ref.h"

struct repository;

struct remote_session {
	char *name;
	int64_t number;	       /* of its manifest; 0: it has none */
	struct oid manifest;   /* where that leads to */
	struct ref_list older; /* manifests before that one, full names */
	struct ref_list plain; /* checkpoints; the names are ids */
};

struct remote_sessions {
	char *prefix;
	struct remote_session *items; /* sorted by id_compare(), oldest first */
	size_t nr, alloc;
	struct ref_list strange; /* refs below the prefix that are none of it */
};

/* Sort refs into sessions. Those that are not below `prefix` are passed over.
 * The caller must remote_sessions_release(). */
void remote_sessions_read(struct remote_sessions *out, const char *prefix,
			  const struct ref_list *refs);
void remote_sessions_release(struct remote_sessions *sessions);
/* The one of that name, or NULL. Borrowed. */
const struct remote_session *
remote_sessions_find(const struct remote_sessions *sessions, const char *name);

/* What the remote has now; `flags` are those of git/remote.h. */
int remote_sessions_list(struct repository *repo, const char *remote,
			 unsigned flags, struct remote_sessions *out,
			 struct error *err);
/* What was fetched from it, by the refs of this repository. */
int remote_sessions_fetched(struct repository *repo, const char *remote,
			    struct remote_sessions *out, struct error *err);

/* The name of a session's manifest below a prefix; the caller must free(). */
char *remote_session_ref(const char *prefix, const char *session,
			 int64_t number);
/* "refs/checkpoint-remotes/<remote>/"; the caller must free(). */
char *remote_prefix(const char *remote);

#endif
