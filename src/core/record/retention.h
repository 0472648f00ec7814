/*
 * Which checkpoints go, and which stay: decided here for automatic retention
 * and for `clean`, from nothing but what the items say.
 *
 * Automatic retention keeps a session at its limit. What goes first are `auto`
 * ones, thinned by age: of all of them the one goes whose neighbours would be
 * nearest to each other then, measured against its age. So the gaps that are
 * left grow with the distance from now, whether many are dropped at once or
 * one after each save. Then other automatic types go, oldest first.
 *
 * Both leave alone what is pinned, what an undo needs, and the newest with its
 * backups: the newest that is no pre_restore, and the sound ones next before
 * it.
 */
#ifndef CORE_RECORD_RETENTION_H
#define CORE_RECORD_RETENTION_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/record.h"

/* Why an item stays that would go otherwise. */
enum retention_reason {
	RETENTION_FREE, /* nothing holds it */
	RETENTION_PINNED,
	RETENTION_UNDO,	  /* an undo, a redo or a journal needs it */
	RETENTION_NEWEST, /* the newest, or one of its backups */
};

/* "pinned" and so on. */
const char *retention_reason_name(enum retention_reason reason);

/* A checkpoint, as far as it matters here. */
struct retention_item {
	const char *session;
	const char *task; /* NULL: none */
	int64_t time_ms;
	enum checkpoint_type type;
	bool pinned;
	bool needed;	 /* by an undo, a redo or a journal */
	bool unfinished; /* its session is: only `auto` goes by itself */
	bool unsound;	 /* not all of it can be read: it is nobody's backup */
	bool lost; /* it cannot be restored: what `clean --verify` drops */

	/* What was decided. */
	bool condemned; /* `clean`: the criteria are met */
	bool drop;
	enum retention_reason reason; /* set by retention_protect() */
};

/* What `clean` is asked for; an item must meet all of it. */
struct retention_criteria {
	int64_t keep; /* how many of those chosen stay; -1: not given */
	int64_t older_than_ms; /* a time; INT64_MIN: not given */
	unsigned types;	       /* bits 1 << enum checkpoint_type; 0: any */
	const char *session;   /* NULL: any */
	const char *task;      /* NULL: any */
	const struct strlist *sessions; /* NULL: any; sorted */
	bool lost;			/* only what cannot be restored */
};

#define RETENTION_CRITERIA_INIT                                                \
	{                                                                      \
		-1, INT64_MIN, 0, NULL, NULL, NULL, false                      \
	}

/*
 * In all of these the items are sorted, the newest first.
 *
 * Set the reason of each. `backups` is checkpoint.backupCount. An unsound item
 * is neither the newest nor a backup.
 */
void retention_protect(struct retention_item *items, size_t nr, size_t backups);

/*
 * Automatic retention of the items of one session, after retention_protect():
 * mark `drop` so that at most `limit` stay, or as many as must. Returns how
 * many it marked.
 */
size_t retention_thin(struct retention_item *items, size_t nr, size_t limit,
		      int64_t now_ms);

/*
 * Mark as condemned what meets the criteria, and `drop` where no reason keeps
 * it. Of those that the types, session and task choose, `keep` stay: the
 * newest, pre_restore ones not counted.
 */
size_t retention_condemn(struct retention_item *items, size_t nr,
			 const struct retention_criteria *criteria);

#endif
