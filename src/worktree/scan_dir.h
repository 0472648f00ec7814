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

#endif
