/*
 * Files that may change without inotify(7) saying so: what is mapped shared by
 * a process at this moment, whose writes are seen by nobody until the mapping
 * ends, and what is open for writing, as writes by io_setup(2) and older
 * kernels' io_uring(7) are reported on closing only.
 *
 * As far as /proc shows: other users' processes, and those outside the PID
 * namespace, are not seen.
 */
#ifndef WORKTREE_WRITERS_H
#define WORKTREE_WRITERS_H

#include "base/compat.h"

struct writers {
	/* Of any file system, cut to 32 bits as in the index; sorted. */
	uint32_t *inodes;
	size_t nr, alloc;
	uint64_t seen[64]; /* what to ask first: a bit of 4096 for each */
};

/* false: it cannot be told, or not fast enough. The caller must
 * writers_release() in any case. */
bool writers_find(struct writers *out);
void writers_release(struct writers *writers);

bool writers_have(const struct writers *writers, uint64_t inode);

#endif
