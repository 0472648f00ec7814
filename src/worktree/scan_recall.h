/*
 * Directories that are not looked at, since what the last walk saw of them is
 * still so; and what is recorded of the others, for the next walk.
 * worktree/scan.h has the whole.
 */
#ifndef WORKTREE_SCAN_RECALL_H
#define WORKTREE_SCAN_RECALL_H

#include "base/buf.h"
#include "worktree/recall.h"
#include "worktree/scan.h"

/* What is noted of a directory while it is looked at. */
struct scan_note {
	struct buf files; /* as recall_add_file() has it */
	bool never;	  /* it is not to be recalled */
	/* Permissions of the first file that is as the index says. */
	uint16_t file_mode, exec_mode;
};

#define SCAN_NOTE_INIT                                                         \
	{                                                                      \
		BUF_INIT, false, SCAN_NOT_THERE, SCAN_NOT_THERE                \
	}

/*
 * Whether the directory need not be looked at: fills dir->recalled. Anything
 * doubtful, and it must. Sets what it takes over from its parent in any case.
 */
bool scan_recall(struct scan *scan, struct scan_dir *dir);

/*
 * Note a tracked file that is as the index says, or any other name (`st` NULL:
 * it is not there).
 */
void scan_note_same(struct scan_note *note, const char *name,
		    const struct index_entry *entry, const struct stat *st);
void scan_note_name(struct scan_note *note, const char *name,
		    const struct stat *st);
/* One of its files has several links. */
void scan_note_link(struct scan *scan, struct scan_note *note,
		    const struct stat *st);

/* Keep what was noted of a directory whose names are these: fills
 * dir->recalled, where it may be. Empties the note. */
void scan_note_finish(struct scan *scan, struct scan_dir *dir,
		      struct scan_note *note, const char *names,
		      size_t names_len, size_t count, const struct stat *st);

#endif
