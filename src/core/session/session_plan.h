/*
 * A plan: the tasks of a session before any is begun, as JSON;
 * git-checkpoint(1), "PLANS".
 */
#ifndef CORE_SESSION_SESSION_PLAN_H
#define CORE_SESSION_SESSION_PLAN_H

#include "base/error.h"

struct json;

/* Larger ones are refused. */
#define SESSION_PLAN_MAX_BYTES (4u << 20)

/*
 * Read a plan: `*tasks` is an array of records, each with a `task_id` of its
 * own, which the caller must json_free(); `*sprint` (NULL: none said) is for
 * the caller to free(). ERR_INVALID says what is wrong where.
 */
int session_plan_parse(const char *text, size_t len, struct json **tasks,
		       char **sprint, struct error *err);

#endif
