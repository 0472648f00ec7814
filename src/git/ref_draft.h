/*
 * The value that a ref is to get, before it is set. It may be written ahead, to
 * the file that becomes the ref's lock (git/ref_twin.h): then it can be synced
 * at the same time as what it names, and setting the ref is a rename.
 */
#ifndef GIT_REF_DRAFT_H
#define GIT_REF_DRAFT_H

#include "base/error.h"
#include "git/oid.h"
#include "git/ref_twin.h"

struct repository;

struct ref_draft {
	char *name;
	char text[OID_HEXSZ + 2]; /* what the ref's file is to hold */
	bool sync;		  /* core.fsync does not say otherwise */
	struct ref_twin twin;	  /* where it is written already */
};

/* Whether core.fsync has refs synced, which it does unless it says otherwise.
 */
bool ref_draft_syncs(const struct repository *repo);

/* The caller must ref_draft_release(). */
void ref_draft_init(struct ref_draft *draft, const struct repository *repo,
		    const char *name, const struct oid *oid);
/*
 * Write it, not synced yet. For a ref that nobody else sets: others who would
 * set the same one wait for us until it is released. Where no such file can be
 * made it is written, and synced, when it is set.
 */
int ref_draft_write(struct ref_draft *draft, const struct repository *repo,
		    struct error *err);
/* The file that the caller must fsync(2) before the ref is set; -1: none. */
int ref_draft_fd(const struct ref_draft *draft);
/* ref_update() of git/ref.h with it. Once. */
int ref_draft_set(struct ref_draft *draft, struct repository *repo,
		  const struct oid *old_oid, struct error *err);
void ref_draft_release(struct ref_draft *draft);

#endif
