/*
 * A restore and the session that is active: how far it has got goes with the
 * files.
 */
#ifndef CORE_RESTORE_RESTORE_SESSION_H
#define CORE_RESTORE_RESTORE_SESSION_H

#include "base/error.h"

struct restoring;

/*
 * Where everything is brought back from a checkpoint of this worktree's active
 * session, set its state to that of the checkpoint; an undo and a redo of such
 * a restore likewise. Nothing is done in all other cases, nor where the state
 * is that already. Before the journal goes, so that a kill is made up for.
 */
int restoring_set_session(struct restoring *restoring, struct error *err);

#endif
