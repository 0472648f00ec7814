/*
 * A commit was made: which tasks it completes, and whether it is saved.
 */
#ifndef CORE_HOOK_GIT_HOOK_COMMIT_H
#define CORE_HOOK_GIT_HOOK_COMMIT_H

#include "core/hook/git_hook.h"

/*
 * Complete each task that the commit at HEAD names in a trailer
 * (checkpoint.taskTrailer), once: a commit that is made anew, as by
 * `commit --amend`, keeps its author's time and completes nothing again.
 */
int git_hook_post_commit(struct repository *repo, const struct git_hook *hook,
			 struct error *err);

#endif
