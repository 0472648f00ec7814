/*
 * What hooks of git and of agents have to tell: a line in the log of the active
 * session; where there is none, in $GIT_DIR/checkpoint.d/hooks.log.
 */
#ifndef CORE_HOOK_HOOK_LOG_H
#define CORE_HOOK_HOOK_LOG_H

#include "base/error.h"

struct json;
struct repository;

/* That file is started anew when it has grown to this; the old one is kept as
 * hooks.log.old until the next time. */
#define HOOK_LOG_MAX_BYTES (1 << 20)

/* A new event of that name and of now, to be filled and handed to
 * hook_log_add(). */
struct json *hook_log_event(const char *name);
/* Add it; it is taken. */
int hook_log_add(struct repository *repo, struct json *event,
		 struct error *err);

/* "hook_error" of the hook `name`: what went wrong where nobody may be
 * disturbed. That this fails is not told. */
void hook_log_error(struct repository *repo, const char *name,
		    const char *text);

#endif
