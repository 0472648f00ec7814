/*
 * What a walk need not find out for itself, because a running watch has told
 * it: which directories have not changed since the last walk.
 *
 * core/snapshot/watch_ask.h asks; the walk believes or looks; told_remember()
 * keeps what it saw for the next time.
 */
#ifndef WORKTREE_TOLD_H
#define WORKTREE_TOLD_H

#include "base/error.h"
#include "base/strlist.h"
#include "worktree/recall.h"
#include "worktree/writers.h"

struct scan;

struct told {
	struct recall *recall; /* without what has changed; never NULL */
	bool believes;	       /* false: every directory is looked at */
	bool records;	       /* a watch runs: `head` is for what is seen */
	struct recall_head head;
	struct strlist dirs;	  /* something in them has changed */
	struct strlist trees;	  /* nothing below is believed; sorted */
	struct strlist unwatched; /* nothing below is recorded; sorted */
	struct writers writers;
};

void told_release(struct told *told);

/*
 * Keep what the walk saw, where enough of it is new for that to be worth its
 * cost. What was kept before stays true otherwise.
 */
int told_remember(const struct told *told, const struct scan *scan,
		  struct error *err);

#endif
