/*
 * What resuming has to ask: at a terminal with questions, elsewhere by refusing
 * and naming the option that decides.
 */
#ifndef UI_RESUME_ASK_H
#define UI_RESUME_ASK_H

#include "base/error.h"
#include "base/strlist.h"

struct output;
struct repository;
struct resume;

enum resume_way {
	RESUME_UNDECIDED,
	RESUME_CONTINUE,
	RESUME_FRESH,
	RESUME_REVIEW,
};

/* Whose version of a file that differs is to be kept. */
enum resume_side {
	SIDE_UNDECIDED,
	SIDE_OURS,   /* the workspace's */
	SIDE_THEIRS, /* the checkpoint's */
	SIDE_ABORT,
};

/* A session stopped: show it with its newest checkpoints, and ask what to do.
 */
int resume_ask_way(struct output *output, struct repository *repo,
		   const struct resume *resume, enum resume_way *way,
		   struct error *err);

/* The checkpoint cannot be used: ask whether to go on from the backup (true),
 * or from the beginning (`*fresh`). ERR_REFUSED: neither. */
int resume_ask_backup(const struct resume *resume, bool *fresh,
		      struct error *err);

/* Files were deleted or changed: add those that are to be brought back. */
int resume_ask_files(struct output *output, struct repository *repo,
		     const struct resume *resume, enum resume_side side,
		     struct strlist *paths, struct error *err);

#endif
