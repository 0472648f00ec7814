/*
 * How many bytes only some checkpoints hold, and the git command that gives
 * them back once these are dropped.
 *
 * What else may hold an object is what git gc goes by: every other ref, the
 * HEAD, index and reflogs of every worktree. Bytes are those on disk, deltas
 * and compression as they are now; an object counts once, also where it is
 * there twice.
 */
#ifndef CORE_CLEAN_HELD_BYTES_H
#define CORE_CLEAN_HELD_BYTES_H

#include "base/buf.h"
#include "base/error.h"

struct remaining;
struct repository;

struct held_bytes {
	size_t objects;
	uint64_t bytes;
	bool loose;   /* some are loose objects, which git repack leaves */
	bool partial; /* some of the checkpoints are damaged, and what cannot be
			 reached through them is not counted */
	bool known;   /* false: git could not tell; the rest is zero */
};

/* Count. A repository in which git cannot walk is no failure: `known` is false.
 */
int held_bytes_count(struct repository *repo, const struct remaining *refs,
		     struct held_bytes *out, struct error *err);

/*
 * Append a line of shell that removes from disk what nothing holds any more.
 *
 * `git gc` would expire reflogs, and turns unreachable objects into loose ones
 * first, which take more room. `git repack -a -d` writes what is held into one
 * pack and removes the others, and leaves alone packs that appear meanwhile.
 */
void held_bytes_command(const struct repository *repo,
			const struct held_bytes *held, struct buf *out);

#endif
