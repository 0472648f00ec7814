/*
 * Making a checkpoint: a snapshot, its metadata, its commits, its refs.
 *
 * Objects come first, in a kept pack; then they are checked; then the ref is
 * set; then what was taken on trust (from the index, the cache, HEAD) is
 * checked again. Should it have gone meanwhile, the whole is done anew without
 * trust.
 */
#ifndef CORE_SAVE_SAVE_H
#define CORE_SAVE_SAVE_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/record.h"
#include "core/snapshot/snapshot.h"

struct session_state;

struct save_options {
	enum checkpoint_type type;
	const char *description; /* NULL: one made of the type */
	const char *task; /* id of the task it belongs to; NULL: the session's
			     current one, if there is one */
	const char *key;  /* idempotency key, or NULL */
	int64_t key_since_ms; /* older ones with that key do not count */
	/* The session it belongs to, which is this worktree's; NULL: the one
	 * that is active, or the worktree's own. */
	const struct session_state *state;
	bool all_ignored; /* --ignored */
	bool pin;
	bool snapshot_only;	/* take the snapshot, and make nothing of it */
	bool during_restore;	/* `restore --continue` and `--abort` */
	bool any_place;		/* even in the home directory or "/" */
	bool any_size;		/* even above checkpoint.maxNewBytes */
	bool leave_out_largest; /* instead of asking: hooks */
	bool look_at_all;	/* see snapshot_options */
	const struct strlist *attachments; /* files, by their path from here */
	const struct strlist *wanted;	   /* see snapshot_options */
	const struct oid *hold; /* commits that must live as long as this one */
	size_t nr_hold;
	const char
		*agent; /* who works, or NULL: the session's, if it has one */
	int argc;
	const char *const *argv; /* the command line, for the metadata */
};

struct saved {
	struct checkpoint checkpoint;
	bool was_there; /* the idempotency key's: nothing was made */
	bool skipped;	/* an `auto` like the last one: nothing was made */
	struct record record;
	struct snapshot *snapshot; /* NULL where nothing was made */
	struct pack *pack;	   /* likewise; the snapshot's */
	struct cache *cache;
	struct strlist warnings; /* what failed and does no harm */
	uint64_t bytes_added;
	int64_t elapsed_ms;
};

/*
 * Make one. ERR_REFUSED: a journal of a restore is there, or the user must be
 * asked first (any_place, any_size). The caller must saved_release() `out` in
 * any case.
 */
int save_checkpoint(struct repository *repo, const struct save_options *options,
		    struct saved *out, struct error *err);
void saved_release(struct saved *saved);

/* ERR_REFUSED where it would be the first one of a home directory or of "/",
 * for which the user must be asked (any_place). */
int save_check_place(struct repository *repo,
		     const struct save_options *options, struct error *err);

#endif
