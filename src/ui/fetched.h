/*
 * What a fetch brought, for people and for scripts.
 */
#ifndef UI_FETCHED_H
#define UI_FETCHED_H

#include "base/compat.h"

struct fetch;
struct output;

/*
 * --json: one object {"remote", "fetched": [{"id", "session_id", "ref",
 * "commit"}], "pruned": [the same], "refused": [{"ref", "reason"}]}. With -q
 * the ids of what was fetched.
 */
void fetched_print(struct output *output, const struct fetch *fetch);

#endif
