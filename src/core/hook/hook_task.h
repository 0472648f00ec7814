/*
 * A task that something else than a command says is done: a commit, an agent.
 */
#ifndef CORE_HOOK_HOOK_TASK_H
#define CORE_HOOK_HOOK_TASK_H

#include "core/save/save.h"

struct repository;

/*
 * Complete the task of that id in the active session, with the checkpoint that
 * belongs to it; one that was not started is started first. `*done` is false
 * where no session is active or it has no such task: nothing was made then. One
 * that is completed, failed or skipped is left as it is. `save->key` is the
 * call's idempotency key.
 */
int hook_task_complete(struct repository *repo, const char *task,
		       const struct save_options *save, bool *done,
		       struct error *err);

#endif
