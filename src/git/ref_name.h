/*
 * Which names refs can have, and where git keeps them.
 */
#ifndef GIT_REF_NAME_H
#define GIT_REF_NAME_H

#include "base/error.h"

struct repository;

/*
 * Whether `name` is one that git takes for a ref (git-check-ref-format(1)):
 * "refs/..." or one word in capitals, as HEAD. No such name leads out of the
 * directory of the refs.
 */
bool ref_name_is_valid(const char *name);
/* ERR_INVALID, with the name, where it is not. */
int ref_name_check(const char *name, struct error *err);

/* Whether each worktree has its own: HEAD, refs/bisect/ and the like. */
bool ref_name_is_per_worktree(const char *name);
/* The prefixes of those below refs/; NULL-terminated. */
extern const char *const ref_per_worktree_prefixes[];

/* What people call a branch: "main" for "refs/heads/main", any other name as it
 * is. Borrowed. */
const char *ref_name_short(const char *name);

/* The file that a loose ref of this name is in; the caller must free() it. */
char *ref_name_path(const struct repository *repo, const char *name);

#endif
