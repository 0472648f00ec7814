/*
 * Whose checkpoints these are: the session that this worktree writes to.
 *
 * That is the one that was started and is active
 * (core/session/session_state.h). A checkpoint made outside of any belongs to
 * its worktree's own `manual_` session, drawn once a worktree, and drawn again
 * when path, inode or host say that the clone was copied: one writer a session,
 * so that clones never meet in one ref.
 */
#ifndef CORE_RECORD_SESSION_H
#define CORE_RECORD_SESSION_H

#include "base/error.h"
#include "base/strlist.h"

struct json;
struct repository;

/* This worktree's session for what is made outside of any that was started;
 * drawn where there is none. The caller must free(). */
int session_manual(struct repository *repo, char **out, struct error *err);

/* A new name for a session that is to be started, which is this worktree's from
 * now on. The caller must free(). */
int session_draw(struct repository *repo, char **out, struct error *err);
/* The one that was started last in this worktree, whatever became of it, or
 * NULL. The caller must free(). */
char *session_active_name(struct repository *repo);
int session_set_active(struct repository *repo, const char *name,
		       struct error *err);
/* For whoever decides about that: one process at a time. */
int session_lock(struct repository *repo, int *fd, struct error *err);

/* Where this worktree is: path, inode and host of its git directory, of which a
 * copy differs in one. The caller must json_free(). */
int session_place(struct repository *repo, struct json **out,
		  struct error *err);

/* All sessions that this worktree has written, sorted; those before it was
 * copied too. */
int session_names(struct repository *repo, struct strlist *out,
		  struct error *err);

/* The same of all worktrees of this repository. */
int session_names_everywhere(struct repository *repo, struct strlist *out,
			     struct error *err);

/*
 * Another clone writes to the session, too, as a copy may that has everything
 * in common with this one: a worktree whose session_manual() it is draws a new
 * one next time. It stays among the names.
 */
int session_retire(struct repository *repo, const char *name,
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
