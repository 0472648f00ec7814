/*
 * What is done when git calls one of its hooks.
 *
 * Git's command goes on whatever comes of it, but for a push of what must not
 * leave this clone.
 */
#ifndef CORE_HOOK_GIT_HOOK_H
#define CORE_HOOK_GIT_HOOK_H

#include "base/error.h"

struct repository;

/* A call, as githooks(5) has it. */
struct git_hook {
	const char *name;
	const char *const *args; /* NULL-terminated */
	const char *input;	 /* of pre-push: the refs that are pushed */
	int argc;		 /* the command line, for the metadata */
	const char *const *argv;
};

/* Whether there is anything to do for a hook of that name. */
bool git_hook_is_known(const char *name);

/*
 * Do it. ERR_REFUSED, of pre-push only: the push must not be made. Other errors
 * are for the log.
 */
int git_hook_run(struct repository *repo, const struct git_hook *hook,
		 struct error *err);

/*
 * Whether git, or something that runs it, is making commits anew (a rebase,
 * cherry-pick, revert or am is under way), or works with another index than
 * the worktree's: what is there then is in between, and completes nothing.
 */
bool git_hook_is_in_between(const struct repository *repo);

#endif
