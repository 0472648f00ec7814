/*
 * A session of this worktree that stopped with something left to do, as far as
 * whoever starts a new one has to know: its last checkpoints, and whether HEAD
 * and files are still as in the last.
 */
#ifndef CORE_SESSION_UNFINISHED_H
#define CORE_SESSION_UNFINISHED_H

#include "base/error.h"
#include "core/record/checkpoint.h"
#include "core/session/session_state.h"

struct repository;

/* How many checkpoints are shown. */
#define UNFINISHED_RECENT 5

struct unfinished {
	struct session_state state;
	struct checkpoint_list recent; /* newest first, none of a restore */
	bool compared;	   /* the newest could be read, and the workspace */
	bool head_matches; /* HEAD and branch */
	bool files_match;  /* all of the workspace */
};

/* 1: there is one; 0: none, or it is active. The caller must
 * unfinished_release() in any case. */
int unfinished_find(struct repository *repo, struct unfinished *out,
		    struct error *err);
void unfinished_release(struct unfinished *unfinished);

#endif
