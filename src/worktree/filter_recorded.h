/*
 * Attributes for one run of git alone, which come before all others.
 *
 * Git has no option for that before 2.41, and none for those of
 * $GIT_COMMON_DIR/info/attributes, which come first. So git is given another
 * common directory: all in it are links to the real one, but for that file.
 * The worktree, where filters run, stays the same.
 */
#ifndef WORKTREE_FILTER_RECORDED_H
#define WORKTREE_FILTER_RECORDED_H

#include "base/error.h"

struct filter;
struct filter_request;

/* Give every request's path the attributes of its recorded conversion; `*env`
 * is for the environment of git, and to be free()d. */
int filter_recorded(struct filter *filter,
		    const struct filter_request *requests, size_t nr,
		    char **env, struct error *err);

#endif
