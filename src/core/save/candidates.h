/*
 * Checkpoints with all that core/record/retention.h decides by: what the
 * trailers of C say, pins, and what undo needs.
 */
#ifndef CORE_SAVE_CANDIDATES_H
#define CORE_SAVE_CANDIDATES_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/retention.h"

struct repository;

struct candidates {
	struct checkpoint_list list;  /* newest first */
	struct retention_item *items; /* one for each, in the same order */
	char **tasks;		      /* ids; NULL: none */
};

/*
 * Look at every checkpoint of `list`, which is taken. One whose commit cannot
 * be read is unsound and of no known type; a pre_restore of the last hour is
 * taken as needed. The caller must
 * candidates_release().
 */
int candidates_read(struct candidates *out, struct repository *repo,
		    struct checkpoint_list *list, struct error *err);
void candidates_release(struct candidates *candidates);

/* checkpoint.maxCheckpoints: of a session, before retention drops any. */
int candidates_limit(const struct repository *repo, size_t *out,
		     struct error *err);

/*
 * Decide which is the newest and which are its checkpoint.backupCount backups,
 * and set the reason of each item (retention_protect()). With `thorough`, a
 * backup is one of which every object is there; otherwise one whose commits and
 * metadata can be read, for all of it was looked at when it was made.
 */
int candidates_protect(struct candidates *candidates, struct repository *repo,
		       bool thorough, struct error *err);

/*
 * Automatic retention of one session: drop what is above
 * checkpoint.maxCheckpoints. Returns how many went. Cheap as long as the
 * session is below: its refs are listed, nothing else.
 */
int retention_apply(struct repository *repo, const char *session,
		    struct error *err);

/* The same without dropping: mark `drop` in `out`, which holds the checkpoints
 * of one session. */
int candidates_thin(struct candidates *out, struct repository *repo,
		    struct error *err);

#endif
