/*
 * Whether checkpoints can be restored: every object is there and readable,
 * trees and formats are canonical, the metadata says what the commits are, and
 * a trial restore gives the recorded bytes.
 *
 *	verify_open(&verify, repo, &err);
 *	verify_checkpoint(verify, &checkpoint, &verified, &err);   for each
 *	...
 *	verify_close(verify);
 *
 * What was found whole for one checkpoint is not read again for the next.
 */
#ifndef CORE_VERIFY_VERIFY_H
#define CORE_VERIFY_VERIFY_H

#include "base/error.h"
#include "core/record/checkpoint.h"

struct repository;
struct verify;

enum verify_kind {
	VERIFY_LOST,  /* it cannot be restored */
	VERIFY_WRONG, /* it can, but is not what it says of itself */
	VERIFY_HERE,  /* not in this clone as it is now: a filter, content of
			 git-lfs, a newer version of this program */
	VERIFY_NOTE,  /* only its note, which verify_repair() makes again */
};

struct verify_problem {
	enum verify_kind kind;
	char *text; /* like that of an error */
};

/* What was found of one checkpoint. */
struct verified {
	struct verify_problem *problems;
	size_t nr, alloc;
};

/* The caller must verify_close(). */
int verify_open(struct verify **out, struct repository *repo,
		struct error *err);
void verify_close(struct verify *verify);

/*
 * Look at one. Damage is no error, but what `out` is filled with; an error
 * means that it could not be looked at. The caller must verified_release() it
 * in any case.
 */
int verify_checkpoint(struct verify *verify,
		      const struct checkpoint *checkpoint, struct verified *out,
		      struct error *err);
void verified_release(struct verified *verified);

/* Whether there is a problem of that kind. */
bool verified_has(const struct verified *verified, enum verify_kind kind);

/* Make the notes of these checkpoints again from their metadata; what a user
 * has added to one stays. ERR_REFUSED while a restore is unfinished. */
int verify_repair(struct repository *repo, const struct checkpoint_list *list,
		  struct error *err);

#endif
