/*
 * What was dropped from a remote, or would be, for people and for scripts.
 */
#ifndef UI_REMOTE_CLEANED_H
#define UI_REMOTE_CLEANED_H

#include "base/compat.h"

struct output;
struct remote_cleaned;

/*
 * --json: one object {"remote", "dry_run", "dropped": [{"id", "session_id",
 * "type", "timestamp"}], "kept": [the same with "reason"], "refused":
 * [{"session_id", "reason"}], "unreadable": [sessions]}.
 */
void remote_cleaned_print(struct output *output,
			  const struct remote_cleaned *cleaned, bool dry_run);

#endif
