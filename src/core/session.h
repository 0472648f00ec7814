/*
 * Whose checkpoints these are: the session that this worktree writes to.
 *
 * A checkpoint made outside any session that was started belongs to its
 * worktree's own `manual_` session, drawn once a worktree, and drawn again when
 * path, inode or host say that the clone was copied: one writer a session, so
 * that clones never meet in one ref.
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* The session that a new checkpoint of this worktree belongs to; drawn where
 * there is none. The caller must free(). */
int session_current(struct repository *repo, char **out, struct error *err);

/* All sessions that this worktree has written, sorted; those before it was
 * copied too. */
int session_names(struct repository *repo, struct strlist *out,
		  struct error *err);

/* The same of all worktrees of this repository. */
int session_names_everywhere(struct repository *repo, struct strlist *out,
			     struct error *err);

/* Take sessions for this worktree's own: a backup brings them back. */
int session_adopt(struct repository *repo, const struct strlist *names,
		  struct error *err);

/*
 * The time for a new id: now, or one millisecond after the last that was drawn
 * in this repository, whatever the clock does.
 */
int session_draw_time(struct repository *repo, int64_t *out, struct error *err);

/*
 * The id of this clone, drawn once and drawn again in a copy. A checkpoint
 * with another one was not written here. The caller must free().
 */
int session_clone_id(struct repository *repo, char **out, struct error *err);

#endif
