/*
 * The log of a session: $GIT_COMMON_DIR/checkpoint.d/logs/<session>.log, one
 * JSON event a line; gitformat-checkpoint(5), "THE SESSION LOG". What it says
 * is core/session/session_fold.h's.
 *
 * Lines are only ever added. Each is added under a lock, with one write, and is
 * on disk when that returns. A line that a kill or a full disk has cut off is
 * ended when the log is next opened for a change, and stays.
 *
 *	session_log_open(&log, repo, session, &err);    takes the lock
 *	... fold log.text, decide ...
 *	session_log_append(&log, event, &err);
 *	session_log_close(&log);
 */
#ifndef CORE_RECORD_SESSION_LOG_H
#define CORE_RECORD_SESSION_LOG_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"

struct json;
struct repository;

/* Larger ones are not read. */
#define SESSION_LOG_MAX_BYTES (256u << 20)
/* A longer line is no event. */
#define SESSION_EVENT_MAX_BYTES (16u << 20)

/* One that nobody else can change now. */
struct session_log {
	struct repository *repo;
	char *path;
	int fd;		 /* the lock */
	struct buf text; /* all of it, also what was appended here */
	bool torn;	 /* the last line had no end */
	bool created;	 /* it was not there */
};

#define SESSION_LOG_INIT                                                       \
	{                                                                      \
		NULL, NULL, -1, BUF_INIT, false, false                         \
	}

/*
 * Lock it, make it where there is none, and read it. ERR_INVALID: that cannot
 * be a session's name. The caller must session_log_close() in any case.
 */
int session_log_open(struct session_log *out, struct repository *repo,
		     const char *session, struct error *err);
/* Add an event, on one line; ERR_INVALID: it is too large. */
int session_log_append(struct session_log *log, const struct json *event,
		       struct error *err);
/* Let go. A log that was made and has nothing in it goes away again. */
void session_log_close(struct session_log *log);

/* Append all of it as it is, without a lock: the last line may be in the
 * making. ERR_NOT_FOUND: there is none. */
int session_log_read(struct repository *repo, const char *session,
		     struct buf *out, struct error *err);
/* Remove it; that there is none is fine. */
int session_log_remove(struct repository *repo, const char *session,
		       struct error *err);
bool session_log_exists(struct repository *repo, const char *session);

/* The names of all sessions of this repository that have a log, the newest
 * first, are added to `out`. */
int session_log_names(struct repository *repo, struct strlist *out,
		      struct error *err);

#endif
