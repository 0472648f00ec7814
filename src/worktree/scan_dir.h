/*
 * One directory of the walk; worktree/scan.h has the whole.
 */
#ifndef WORKTREE_SCAN_DIR_H
#define WORKTREE_SCAN_DIR_H

#include "base/error.h"
#include "base/thread.h"
#include "worktree/scan.h"

/* Look at `dir`, note what differs, and add its directories to the queue. */
int scan_dir_read(struct scan *scan, struct scan_dir *dir,
		  struct thread_queue *queue, struct error *err);

/* Memory that lasts as long as the scan, for one thread, until it is given
 * back. */
struct scan_memory scan_take_memory(struct scan *scan);
void scan_give_memory(struct scan *scan, struct scan_memory memory);
/* A directory of nothing; the caller fills in its path, without the NUL. */
struct scan_dir *scan_dir_new(struct arena *memory, size_t path_len);

/* The end of the index entries below `path`, the one at `first`, up to and with
 * the slash at `len`. */
size_t scan_end_of_dir(const struct index *index, size_t first, size_t end,
		       size_t len);

#endif
