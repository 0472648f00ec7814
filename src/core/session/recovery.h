/*
 * What could be gone on with: sessions with a task that is not done, of this
 * worktree, of another one, or fetched from another clone.
 *
 *	struct recovery_list list = RECOVERY_LIST_INIT;
 *
 *	recovery_list_read(repo, &list, &err);
 *	...
 *	recovery_list_release(&list);
 */
#ifndef CORE_SESSION_RECOVERY_H
#define CORE_SESSION_RECOVERY_H

#include "base/error.h"
#include "core/record/checkpoint.h"
#include "core/session/session_state.h"

struct repository;

struct recovery {
	struct session_state state;
	char *remote; /* of one that was fetched below refs/checkpoint-remotes;
			 NULL: of this repository */
	bool ours;    /* this worktree may write to it */
	bool foreign; /* another clone's, or imported: it has no log here */
	/* The newest that no restore made; ref NULL: it has none. */
	struct checkpoint newest;
	/* A later session goes on with it. */
	bool superseded;
};

struct recovery_list {
	struct recovery *items;
	size_t nr, alloc;
};

#define RECOVERY_LIST_INIT                                                     \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

/*
 * All sessions that are known here, finished ones too: this worktree's first,
 * then other worktrees', then other clones', each the newest first. Those that
 * cannot be read are passed over; `verify` names them.
 */
int recovery_list_read(struct repository *repo, struct recovery_list *out,
		       struct error *err);
void recovery_list_release(struct recovery_list *list);

/* Whether there is something left to do in it: not where it was abandoned, or
 * another one goes on with it. */
bool recovery_is_open(const struct recovery *recovery);

/*
 * The one to go on with where none is named: this worktree's active session if
 * it is unfinished, its newest that is, its last one if that has no tasks and
 * has not been ended, or a fetched one where that is the only one. NULL: there
 * is none, or (`*several`) more than one. Borrowed.
 */
const struct recovery *recovery_choose(const struct recovery_list *list,
				       bool *several);

/* The newest checkpoint of a session that no restore made. ERR_NOT_FOUND. */
int recovery_newest(struct repository *repo, enum checkpoint_scope scope,
		    const char *session, struct checkpoint *out,
		    struct error *err);

/* How much of a session is done, failed and skipped tasks counted in; -1: it
 * has no task. */
int recovery_percent(const struct session_state *state);

#endif
