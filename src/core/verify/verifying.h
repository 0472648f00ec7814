/*
 * The parts of looking at a checkpoint: core/verify/verify.c has the whole.
 */
#ifndef CORE_VERIFY_VERIFYING_H
#define CORE_VERIFY_VERIFYING_H

#include "base/error.h"
#include "core/snapshot/target.h"
#include "core/verify/verify.h"
#include "git/oid.h"

struct verify_scratch;

struct verify {
	struct repository *repo;
	/* Blobs that are whole, and trees that are, with all below them. */
	struct oid_set whole;
	/* Files that came back in a trial, by what decides about their bytes;
	 * and trees of I. */
	struct oid_set tried;
	struct verify_scratch *scratch;
};

/* One checkpoint that is looked at. */
struct verifying {
	struct verify *verify;
	struct repository *repo;
	struct target target;
	bool local_damaged; /* not all objects of L are whole */
	struct verified *out;
};

void verifying_add(struct verifying *verifying, enum verify_kind kind,
		   const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The id that a blob with the bytes of this file has; it is read from where it
 * stands. */
int verifying_hash(int fd, struct oid *out, struct error *err);

/* Read every object of C, I, S and L: core/verify/verify_objects.c. */
int verify_objects(struct verifying *verifying,
		   const struct checkpoint *checkpoint, struct error *err);

/*
 * For what follows the target is open, and for all but the note every object of
 * C, I and S is there. The metadata against the commits:
 * core/verify/verify_metadata.c.
 */
int verify_metadata(struct verifying *verifying, struct error *err);

/* The note against the metadata: core/verify/verify_note.c. */
int verify_note(struct verifying *verifying, struct error *err);

/* The content that pointers of git-lfs name: core/verify/verify_lfs.c. Adds the
 * paths of those without to `missing`, sorted. */
int verify_lfs(struct verifying *verifying, struct strlist *missing,
	       struct error *err);

/* Have git make the index in a scratch file, and read it back:
 * core/verify/verify_index.c. */
int verify_index(struct verifying *verifying, struct error *err);

/* Write the files to a scratch directory, and read them back:
 * core/verify/verify_trial.c. Files of `skip` are left out. */
int verify_trial(struct verifying *verifying, const struct strlist *skip,
		 struct error *err);

#endif
