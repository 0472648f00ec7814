/*
 * The life of a session: started, continued, ended, cleared. Each is an event
 * in its log first, then the checkpoint that belongs to it: a kill in between
 * leaves a session that can be gone on with, and no checkpoint of what was not.
 */
#ifndef CORE_SAVE_SESSION_RUN_H
#define CORE_SAVE_SESSION_RUN_H

#include "base/error.h"
#include "core/save/save.h"
#include "core/session/session_state.h"

struct json;
struct repository;

struct session_start {
	const char *sprint;	  /* or NULL */
	const char *agent;	  /* who works, or NULL */
	const char *resumed_from; /* another session's name, or NULL */
	int64_t pid; /* whose memory is measured; RECORD_UNKNOWN: nobody's */
	const struct json *tasks; /* an array of records, or NULL */
	bool force;		  /* an active one ends as abandoned */
	bool fresh; /* so does this worktree's newest that is unfinished */
	struct save_options save; /* command line, any_place and so on */
};

/* What came of it. */
struct session_result {
	struct session_state state;
	struct saved saved;
	bool made;    /* a checkpoint was */
	char *ended;  /* the session that was ended for it; or NULL */
	bool was_cut; /* the log had a line that somebody did not finish */
};

/*
 * Start one. ERR_REFUSED, "session already active": there is one, and no
 * `force`. What is unfinished is the caller's to look at before
 * (core/session/recovery.h). The caller must session_result_release() in any
 * case.
 */
int session_start(struct repository *repo, const struct session_start *start,
		  struct session_result *out, struct error *err);
/*
 * Go on with a session of this worktree that is not active any more: it is
 * again. ERR_REFUSED: it is, or another one; it was abandoned; or it is not
 * this worktree's, and only a new one can take its tasks over
 * (session_take_over()).
 */
int session_continue(struct repository *repo, const char *name,
		     const struct session_start *start,
		     struct session_result *out, struct error *err);
/*
 * Start a new session with the tasks of `from`, another worktree's or clone's:
 * what is done stays done.
 */
int session_take_over(struct repository *repo, const struct session_state *from,
		      const struct session_start *start,
		      struct session_result *out, struct error *err);

enum session_ending {
	SESSION_END_PLAINLY,
	SESSION_END_INTERRUPTED, /* to be gone on with */
	SESSION_END_SPRINT,	 /* so does its sprint */
};

/* End the active one, with its checkpoints. ERR_REFUSED: there is none. */
int session_end(struct repository *repo, enum session_ending ending,
		const struct save_options *save, struct session_result *out,
		struct error *err);
/*
 * Save an `interrupted` checkpoint of the active or else the newest unfinished
 * session, then forget its tasks. ERR_REFUSED: there is none.
 */
int session_clear(struct repository *repo, const struct save_options *save,
		  struct session_result *out, struct error *err);

/* A checkpoint of everything was restored: the state is what it was when the
 * log had `events` lines. Nothing is done where `session` is not the active
 * one. */
int session_restored(struct repository *repo, const char *session,
		     const char *checkpoint, int64_t events, struct error *err);

/* ERR_REFUSED "no session is active", with the hint that helps. */
int session_none(struct error *err);

void session_result_release(struct session_result *result);

#endif
