/*
 * Paths that a user names behind `--`: files, directories with all below them,
 * and patterns, seen from where he stands, or behind ":/" from the top.
 */
#ifndef CORE_RECORD_PATHSPEC_H
#define CORE_RECORD_PATHSPEC_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/*
 * Turn what was typed into paths from the top of the worktree and add them to
 * `out`. ERR_FAILED where one leads outside, or has other magic of git's.
 */
int pathspec_resolve(const struct repository *repo, const char *const *items,
		     size_t nr, struct strlist *out, struct error *err);

/* Whether a path is meant. An empty list means every path. */
bool pathspec_matches(const struct strlist *pathspecs, const char *path);

#endif
