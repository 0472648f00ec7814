/*
 * Bringing a checkpoint back, and taking that back.
 *
 * What is there is saved first (a pre_restore checkpoint), then a journal is
 * written, then files, index, operation and refs change, then the journal goes.
 * Nothing is changed before the journal; after it, whatever happens,
 * `--continue` leads to the state after and `--abort` to the state before.
 */
#ifndef CORE_RESTORE_RESTORE_H
#define CORE_RESTORE_RESTORE_H

#include "base/error.h"
#include "core/record/journal.h"
#include "core/restore/plan.h"

struct repository;

struct restore_request {
	enum restore_kind kind;
	enum restore_mode mode;
	struct checkpoint target;    /* borrowed; of undo and redo: unused */
	const char *branch;	     /* RESTORE_BRANCH: its name */
	const struct strlist *paths; /* RESTORE_PATHS: from the top */
	bool operation;		     /* --operation */
	bool dry_run;
	bool allow_move; /* undo, redo: --move-head */
	int argc;	 /* the command line, for the metadata */
	const char *const *argv;
};

struct restore_result {
	struct checkpoint target;
	struct checkpoint safety; /* ref NULL: there was nothing to do */
	struct plan plan;
	struct ref_moves moves;
	struct buf mismatch;	/* lines; why HEAD or refs do not match */
	struct strlist exposed; /* files that are protected from now on */
	bool index_changes;	/* or would, with dry_run */
	bool operation_changes; /* that is under way; from one to another: */
	char *old_operation, *new_operation; /* names; NULL: none */
	bool operation_left;	/* the target has one, and it stayed there */
	char *operation_reason; /* why; or NULL */
	bool nothing;		/* all was as the checkpoint has it */
};

/*
 * Restore. ERR_REFUSED: HEAD or a ref does not match (result->mismatch says
 * how), or something is in the way. ERR_CHANGED: somebody changed a file
 * meanwhile; the journal is there. With dry_run only the plan is made. The
 * caller must restore_result_release() in any case.
 */
int restore_run(struct repository *repo, const struct restore_request *request,
		struct restore_result *out, struct error *err);
void restore_result_release(struct restore_result *result);

/* Finish, or take back, what a journal speaks of. ERR_NOT_FOUND: there is none.
 */
int restore_continue(struct repository *repo, int argc, const char *const *argv,
		     struct restore_result *out, struct error *err);
int restore_abort(struct repository *repo, int argc, const char *const *argv,
		  struct restore_result *out, struct error *err);

#endif
