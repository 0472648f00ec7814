/*
 * Changing a session: its log is locked and folded, an event is decided on and
 * added, and the state is what it is then.
 *
 *	session_change_open(&change, repo, name, &err);
 *	... look at change.state ...
 *	session_change_add(&change, event, &err);
 *	session_change_close(&change);
 */
#ifndef CORE_SESSION_SESSION_CHANGE_H
#define CORE_SESSION_SESSION_CHANGE_H

#include "base/error.h"
#include "core/record/session_log.h"
#include "core/session/session_state.h"

struct json;
struct repository;

struct session_change {
	struct session_log log;
	struct session_state state;
	bool cut; /* a line was found that somebody did not finish */
};

#define SESSION_CHANGE_INIT                                                    \
	{                                                                      \
		SESSION_LOG_INIT, {0}, false                                   \
	}

/*
 * Lock and fold the log of that session. Of one that is new there is nothing
 * in it. ERR_NEWER. The caller must session_change_close() in any case.
 */
int session_change_open(struct session_change *out, struct repository *repo,
			const char *session, struct error *err);
/* An event of that name and the time that is next. */
struct json *session_change_event(const struct session_change *change,
				  const char *name);
/* Add it, which is taken, to log and state. */
int session_change_add(struct session_change *change, struct json *event,
		       struct error *err);
void session_change_close(struct session_change *change);

#endif
