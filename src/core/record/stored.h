/*
 * A checkpoint that is stored: its commits, its metadata, its state, read as
 * if hostile. gitformat-checkpoint(5) says what it must look like.
 */
#ifndef CORE_RECORD_STORED_H
#define CORE_RECORD_STORED_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/index_extra.h"
#include "core/record/omitted.h"
#include "core/record/record.h"
#include "core/record/worktree_extra.h"
#include "git/commit.h"
#include "git/operation.h"

struct repository;

struct stored {
	struct checkpoint name;
	struct commit commit;  /* C */
	struct oid base;       /* zero: HEAD was unborn */
	struct oid index;      /* commit I */
	struct oid state;      /* commit S */
	struct oid tree;       /* of C */
	struct oid index_tree; /* of I */
	struct oid state_tree; /* of S */
	struct record record;
};

/*
 * Open it. ERR_NOT_FOUND: an object of it is missing; ERR_INVALID: not in its
 * format, or ids that do not match its ref; ERR_NEWER: written by a newer
 * version. The caller must stored_release() in any case but only where this was
 * called.
 */
int stored_open(struct repository *repo, const struct checkpoint *checkpoint,
		struct stored *out, struct error *err);
void stored_release(struct stored *stored);

/* The parts of its state. Each is initialised here and to be released. */
int stored_index_extra(struct repository *repo, const struct stored *stored,
		       struct index_extra *out, struct error *err);
int stored_worktree_extra(struct repository *repo, const struct stored *stored,
			  struct worktree_extra *out, struct error *err);
/* Files as stored and refs as recorded; empty where there was no operation. */
int stored_operation(struct repository *repo, const struct stored *stored,
		     struct operation *out, struct error *err);

/*
 * L: what never leaves the clone. 1: there is one; 0: none. `tree` (may be
 * NULL) is that of the captured ignored files, zero where there are none.
 */
int stored_local(struct repository *repo, const struct stored *stored,
		 struct oid *commit, struct oid *tree, struct error *err);
/* What L says of the captured ignored files: permissions alone. */
int stored_local_extra(struct repository *repo, const struct stored *stored,
		       struct worktree_extra *out, struct error *err);
/* The full list of omitted paths, from L; empty where there is no L. */
int stored_omitted(struct repository *repo, const struct stored *stored,
		   struct omitted *out, struct error *err);

/* A blob below S's tree ("raw/a/b", "attachments/x"). ERR_NOT_FOUND. */
int stored_find(struct repository *repo, const struct stored *stored,
		const char *path, struct oid *out, struct error *err);

/* The names of its attachments are added to `out`, sorted. */
int stored_attachments(struct repository *repo, const struct stored *stored,
		       struct strlist *out, struct error *err);

/* Texts of the state larger than this are hostile. */
#define STORED_MAX_TEXT (UINT64_C(256) << 20)

#endif
