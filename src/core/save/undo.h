/*
 * The undo stack of this worktree: $GIT_DIR/checkpoint.d/undo, a JSON document.
 *
 * Every restore that is done puts its safety checkpoint on it. Undo is itself a
 * restore, from that safety checkpoint, and leaves another; redo goes back to
 * that one, never to the first target. A new restore clears what could be
 * redone.
 */
#ifndef CORE_SAVE_UNDO_H
#define CORE_SAVE_UNDO_H

#include "base/error.h"
#include "core/record/journal.h"

struct json;
struct repository;

struct undo_entry {
	enum restore_mode mode;
	struct checkpoint target;
	struct checkpoint safety;
	struct strlist pathspecs;
	struct strlist made;	/* see struct journal */
	struct ref_moves moves; /* that the restore made */
	char *branch;		/* where HEAD was afterwards; NULL: detached */
	struct oid head;
	int64_t time_ms;
};

struct undo_list {
	struct undo_entry *items; /* the newest last */
	size_t nr, alloc;
};

struct undo_stack {
	struct undo_list done;	 /* can be undone */
	struct undo_list undone; /* can be redone */
};

/* The stack of the worktree at `git_dir`; empty where there is none. The caller
 * must undo_stack_release(). */
int undo_read(const char *git_dir, struct undo_stack *out, struct error *err);
void undo_stack_release(struct undo_stack *stack);

/*
 * Note what a finished restore did: `entry` is taken. `depth` is how many can
 * be undone at most.
 */
int undo_note(struct repository *repo, enum restore_kind kind,
	      struct undo_entry *entry, size_t depth, struct error *err);

/*
 * The refs of all checkpoints that an undo or redo of any worktree needs, and
 * of every journal: sorted.
 */
int undo_needs(struct repository *repo, struct strlist *refs,
	       struct error *err);

/*
 * Take every entry that needs the checkpoint `ref` off all stacks; with it go
 * those that could only be reached through it. `*lost` counts them.
 */
int undo_forget(struct repository *repo, const char *ref, size_t *lost,
		struct error *err);

void undo_entry_release(struct undo_entry *entry);

#endif
