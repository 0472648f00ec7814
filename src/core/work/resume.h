/*
 * Going on with a session that stopped: which one, from which checkpoint,
 * whether that is whole, and how the workspace differs from it.
 *
 *	resume_find(repo, name, false, &resume, &err);
 *	resume_verify(repo, &resume, &err);
 *	... ask what to do about resume.drift ...
 *	resume_restore(repo, &resume, &paths, ...);
 *	resume_take_up(repo, &resume, &start, &err);
 *	... brief_make(&resume) (core/work/brief.h) ...
 *	resume_release(&resume);
 */
#ifndef CORE_WORK_RESUME_H
#define CORE_WORK_RESUME_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/record/stored.h"
#include "core/restore/restore.h"
#include "core/session/recovery.h"
#include "core/snapshot/drift.h"

struct repository;
struct session_start;

struct resume {
	struct recovery_list list;
	const struct recovery *from; /* one of it */
	char *task;		     /* that was named; or NULL */

	/* The session as it is now: from's, or, once it was taken up, `taken`,
	 * which is a new one if `taken_over`. */
	const struct session_state *state;
	struct session_state taken;
	bool taken_over;

	struct checkpoint checkpoint; /* ref NULL: there is none */
	struct stored stored;	      /* of it, where `opened` */
	bool opened;
	char *damage; /* why the checkpoint cannot be used; or NULL */
	bool newer;   /* a newer version wrote it */
	struct checkpoint backup; /* the newest good one before that; or none */
	struct drift drift;

	bool restored;
	struct restore_result result; /* where `restored` */
};

/*
 * Find what `name` means (a session, a checkpoint, the id of a task), or
 * without one what there is to go on with; with `finished`, else this
 * worktree's last session. ERR_REFUSED: nothing, or several. The caller must
 * resume_release() in any case.
 */
int resume_find(struct repository *repo, const char *name, bool finished,
		struct resume *out, struct error *err);
void resume_release(struct resume *resume);

/* Whether it stopped: it is not active in this worktree. */
bool resume_is_stopped(const struct resume *resume);

/*
 * Look whether the checkpoint is there, can be read, is of this version and
 * whole: else `damage` says why not. Then compare the workspace with it, unless
 * checkpoint.verifyOnResume is false.
 */
int resume_verify(struct repository *repo, struct resume *resume,
		  struct error *err);
/* Go on from the backup instead. */
int resume_use_backup(struct repository *repo, struct resume *resume,
		      struct error *err);

/* Bring back these files from the checkpoint; what is there is saved first. */
int resume_restore(struct repository *repo, struct resume *resume,
		   const struct strlist *paths, int argc,
		   const char *const *argv, struct error *err);
/*
 * Make the session active: its own again, or, where it is not this worktree's
 * to write, a new one that takes its tasks over. Nothing is done where it is
 * active. ERR_REFUSED: another one is.
 */
int resume_take_up(struct repository *repo, struct resume *resume,
		   const struct session_start *start, struct error *err);

#endif
