/*
 * Which directories a monitor has had events of, and when: so that somebody who
 * knows how things were at one moment can be told what has changed since.
 *
 * Moments are numbers of one epoch, which ends when events may have been
 * missed: of what was before, nothing is known.
 */
#ifndef WORKTREE_MONITOR_CHANGES_H
#define WORKTREE_MONITOR_CHANGES_H

#include "base/strlist.h"
#include "base/strmap.h"
#include "worktree/recall.h"

struct monitor_changes {
	char epoch[RECALL_EPOCH_SIZE];
	uint64_t now;
	struct strmap dirs;  /* "a/b/": when something in it changed last */
	struct strmap trees; /* when all below it became another */
};

/* Begin an epoch. */
void monitor_changes_begin(struct monitor_changes *changes);
void monitor_changes_release(struct monitor_changes *changes);

/* An event in the directory `path`, "" or "a/b/". */
void monitor_changes_note(struct monitor_changes *changes, const char *path);
/* A directory "a/b/" that came, went or was replaced. */
void monitor_changes_note_tree(struct monitor_changes *changes, const char *dir,
			       const char *name);

/*
 * The present moment, and, as far as the epoch is this one, what has changed
 * after `then`. false: nothing is known of then.
 */
bool monitor_changes_since(struct monitor_changes *changes, const char *epoch,
			   uint64_t then, uint64_t *now, struct strlist *dirs,
			   struct strlist *trees);

#endif
