/*
 * The worktree's protected paths: files that became visible because a restore
 * brought back older ignore rules (an `.env` that was not ignored then). They
 * are not captured and not deleted, until the user adds them.
 *
 * $GIT_DIR/checkpoint.d/protected: escaped paths, one a line, sorted.
 */
#ifndef CORE_RECORD_PROTECTED_H
#define CORE_RECORD_PROTECTED_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* Add the paths to `out`, sorted. */
int protected_read(struct repository *repo, struct strlist *out,
		   struct error *err);
/* Replace them. `paths` is sorted here. */
int protected_write(struct repository *repo, struct strlist *paths,
		    struct error *err);

#endif
