/*
 * Stat data for the entries of an index after a restore, so that the next `git
 * status` reads no file again: of files that the plan wrote, what it found when
 * it had written them; of files that were there already, what lstat() says now,
 * where the snapshot knows them to be as the entry has them.
 */
#ifndef CORE_RESTORE_NEW_INDEX_STAT_H
#define CORE_RESTORE_NEW_INDEX_STAT_H

struct new_index;
struct plan;
struct snapshot;

/* After the plan was carried out. An entry of a file that is not known to be as
 * it says gets none, and git reads that one. */
void new_index_stat(struct new_index *index, struct snapshot *now,
		    const struct plan *plan);

#endif
