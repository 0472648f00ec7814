/*
 * One restore under way: what core/restore/restore.c, restore_moves.c,
 * restore_plan.c, restore_undo.c and restore_resume.c share.
 */
#ifndef CORE_RESTORE_RESTORING_H
#define CORE_RESTORE_RESTORING_H

#include "base/error.h"
#include "core/restore/restore.h"
#include "core/save/save.h"
#include "core/save/undo.h"
#include "core/snapshot/target.h"

struct index_lock;
struct writer;

struct restoring {
	struct repository *repo;
	const struct restore_request *request;
	struct restore_result *out;
	struct target target;
	struct saved saved; /* the safety checkpoint, with its snapshot */
	struct strlist no_paths;
	const struct strlist *paths;
	struct strlist made; /* see struct journal */
	struct index_lock *lock;
	struct writer *writer;
	char tag[17];
	enum restore_mode mode;
	const struct journal *journal;	 /* that is being dealt with, or NULL */
	const struct undo_entry *undone; /* of undo and redo, or NULL */
	bool aborting;
	bool started; /* the journal is written */
	size_t undo_depth;
};

/* Whether the index changes. */
bool restoring_touches_index(const struct restoring *restoring);
/*
 * Operation files come back only where HEAD and every ref they name have the
 * recorded values once this is done, and from another clone only when asked.
 */
bool restoring_brings_operation(const struct restoring *restoring);
/* Decide what moves, and refuse what may not: core/restore/restore_moves.c. */
int restoring_decide_moves(struct restoring *restoring, struct error *err);

/* Save what is there, and plan; twice where files in the way are in no
 * checkpoint yet: core/restore/restore_plan.c. */
int restoring_save_and_plan(struct restoring *restoring, struct error *err);

/* Note what else than files and refs changes: core/restore/restore_state.c. */
int restoring_note_state(struct restoring *restoring, struct error *err);

/* Restore `target`, which is copied: core/restore/restore.c. */
int restoring_run(struct restoring *restoring, const struct checkpoint *target,
		  struct error *err);

/* The last entry of the undo stack, or of what can be redone:
 * core/restore/restore_undo.c. */
int restoring_run_undo(struct restoring *restoring, struct error *err);

void restore_result_init(struct restore_result *out);

#endif
