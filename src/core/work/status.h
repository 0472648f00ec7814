/*
 * How things stand: the session and how far it is, the last checkpoint and
 * what differs since, what checkpoints there are.
 */
#ifndef CORE_WORK_STATUS_H
#define CORE_WORK_STATUS_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/digest.h"
#include "core/record/journal.h"
#include "core/session/recovery.h"

struct json;
struct repository;

/* So many of the newest are read for their sizes. */
#define STATUS_MOST_READ 1000

struct status {
	int64_t now_ms;

	/* This worktree's session: the active one, else the newest that is
	 * unfinished. */
	bool has_session;
	struct session_state session;

	/* The last that no restore made; ref NULL: there is none. */
	struct checkpoint last;
	char *last_type; /* NULL: it cannot be read */
	int64_t last_ms;
	char *last_digest;	  /* NULL: likewise */
	char digest[DIGEST_SIZE]; /* of the workspace; "": not known */
	char *digest_error;	  /* why not; or NULL */

	int64_t interval_ms; /* 0: never */
	bool automatic;	     /* checkpoint.auto, and `interval` is on */
	int64_t due_ms;	     /* in how long an `auto` is due; negative: since */

	size_t count; /* checkpoints of this worktree */
	int64_t bytes_added;
	bool bytes_complete; /* all were read */
	size_t limit;	     /* checkpoint.maxCheckpoints */
	char *crowded;	     /* the session with most above it; or NULL */
	size_t crowded_count;

	bool unfinished_restore;
	struct journal journal; /* of that, if it can be read */
	struct strlist protected_paths;

	char *push_failure; /* why the last automatic push failed; or NULL */
	int64_t push_failure_ms;

	struct recovery_list others; /* filled with --remotes */
};

/*
 * Look. With `remotes`, also at the sessions of other clones. The caller must
 * status_release() in any case.
 */
int status_read(struct repository *repo, bool remotes, struct status *out,
		struct error *err);
void status_release(struct status *status);

/* Whether a session has tasks that are not done: this worktree's, or one of
 * `others`. */
bool status_is_incomplete(const struct status *status);
/* The document of --json. The caller must json_free() it. */
struct json *status_to_json(const struct status *status, bool remotes);

#endif
