/*
 * A directory that is being read, for the files scan_*.c and for them alone:
 * first what the index has in it, then its rules, then what else is there.
 * Paths in it are the directory's and a name below it.
 */
#ifndef WORKTREE_SCAN_READING_H
#define WORKTREE_SCAN_READING_H

#include "base/error.h"
#include "base/spill.h"
#include "base/thread.h"
#include "worktree/scan.h"
#include "worktree/scan_names.h"
#include "worktree/scan_recall.h"

#include <sys/stat.h>

struct reading {
	struct scan *scan;
	struct scan_dir *dir;
	struct thread_queue *queue;
	struct scan_memory memory; /* where it was needed */
	bool has_memory;
	struct spill_array room; /* of the directory's items */
	int fd;			 /* -1: it is not looked at, but recalled */
	size_t recalled_at;
	struct scan_note note;
	struct scan_names names; /* that the index has no file of */
	uint64_t tracked;	 /* roster_sum() of those that it has */
	bool has_ignore_file;
	bool has_dotgit;
	bool has_untracked; /* a name that is not tracked, and not .git */
};

/* -- scan_dir.c ---------------------------------------------------------- */

/* lstat() of a name in it, as it is, or as it is known to be still. -1 with
 * errno; ENODATA: a tracked file that is as the index says. */
int reading_stat(struct reading *reading, const char *name, struct stat *st);
/* The caller must free() it. */
char *reading_path(const struct scan_dir *dir, const char *name);
/* An item of a name in it; of the directory itself, without the slash; of a
 * tracked file. */
struct scan_item *reading_add_item(struct reading *reading, enum scan_kind kind,
				   const char *name);
struct scan_item *reading_add_self(struct reading *reading,
				   enum scan_kind kind);
struct scan_item *reading_add_entry(struct reading *reading,
				    enum scan_kind kind,
				    const struct index_entry *entry);
/* `st` may be NULL. */
void reading_omit(struct reading *reading, enum omit_reason reason,
		  const char *name, const struct stat *st);
/* A directory in it of `len` bytes, to be read later, with those entries of the
 * index. */
struct scan_dir *reading_add_child(struct reading *reading, const char *name,
				   size_t len, size_t first, size_t end);
/* A link that git would take for .gitmodules. */
bool reading_is_unsafe_link(const char *name, const struct stat *st);

/* -- scan_tracked.c ------------------------------------------------------ */

/* Tracked files are looked at, tracked directories become children. */
int reading_look_at_tracked(struct reading *reading, struct error *err);
void reading_note_deleted(struct reading *reading,
			  const struct index_entry *entry);
/* Note a file with rules for others, if this is one; `path` is from the top. */
void reading_note_rules(struct reading *reading, const char *path);

/* -- scan_untracked.c ---------------------------------------------------- */

/* There is a `.git` in it, which is never entered, whatever it is. */
void reading_look_at_dotgit(struct reading *reading);
/* Every name that is not tracked, by the rules. */
int reading_look_at_untracked(struct reading *reading, struct error *err);

#endif
