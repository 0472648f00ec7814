/*
 * The environment of a child: ours, with what a repository and a command
 * change in it.
 */
#ifndef GIT_ENVIRONMENT_H
#define GIT_ENVIRONMENT_H

#include "base/strlist.h"
#include "git/process.h"

/*
 * Fill `out` with "NAME=value" strings for posix_spawn(3). Variables that say
 * where the repository is are set as repository_open() found it, with absolute
 * names, so that the child means the same from another directory; those that
 * the user did not set and that git finds by itself stay unset. The caller must
 * strlist_release().
 */
void environment_build(struct strlist *out, const struct git_command *command);

/*
 * Stand at the top of the worktree for good, with the variables set by which
 * git, and repository_open(), find this repository from there: for a program
 * that outlives the directory it was started in.
 */
int environment_enter(const struct repository *repo, struct error *err);

#endif
