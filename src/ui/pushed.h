/*
 * What a push sent, for people and for scripts.
 */
#ifndef UI_PUSHED_H
#define UI_PUSHED_H

#include "base/compat.h"

struct output;
struct push;

/*
 * --json: one object {"remote", "dry_run", "sessions": [{"session_id", "ref"
 * (on the remote; null: nothing was sent), "sent": [ids], "left": [ids],
 * "there": <number>, "removed": [ids], "unreadable": [ids], "refused": <text>
 * or null, "shared"}], "commits" (null: not known), "complete"}.
 */
void pushed_print(struct output *output, const struct push *push, bool dry_run);

#endif
