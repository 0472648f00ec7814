/*
 * A walk that looks at some directories alone: those in which something may
 * have happened since a seal was made (worktree/seal.h), and those that are
 * new. Others it passes on the way to them; what is below a directory that it
 * passes and leads to none of them is not entered.
 *
 * Where what it finds does not fit the seal, scan.unsealed says so, and the
 * scan is to be thrown away.
 */
#ifndef WORKTREE_SEALED_H
#define WORKTREE_SEALED_H

#include "base/error.h"
#include "worktree/seal.h"

struct index;
struct reading;
struct scan;
struct scan_dir;
struct told;

struct sealed {
	const struct seal *seal; /* borrowed */
	struct seal_dir *looks;	 /* to be looked at; sorted by path */
	size_t nr;
	size_t nr_entries; /* that the index has in them */
};

/*
 * Choose what is to be looked at. false: too much, so that a walk over
 * everything costs no more, or the seal is damaged. The caller must
 * sealed_release() in any case.
 */
bool sealed_choose(struct sealed *out, const struct seal *seal,
		   const struct told *told);
void sealed_release(struct sealed *sealed);

/* The one of that path, or NULL. */
const struct seal_dir *sealed_find(const struct sealed *sealed,
				   const char *path);

/* What the index has in these; NULL: it is another index. */
struct index *sealed_read_index(const struct sealed *sealed, const char *path);

/* -- for the walk -------------------------------------------------------- */

/* Whether the directory is passed; fills dir->seal or dir->passed. */
bool sealed_passes(const struct scan *scan, struct scan_dir *dir);
/* Add the directories that lead to some that are looked at, where the index
 * does not: of a directory that is passed all. */
void sealed_add_children(struct reading *reading);
/*
 * The directory has a directory of that name. true: the index has files below
 * it. `seen`, a byte for each child of dir->seal, notes it.
 */
bool sealed_note_name(const struct scan_dir *dir, const char *name, char *seen);
/* All others (`seen` NULL: all) are to be such as are looked at; else nothing
 * of this holds. */
void sealed_expect(struct scan *scan, const struct scan_dir *dir,
		   const char *seen);

#endif
