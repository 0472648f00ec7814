/*
 * How things stand, for people and for scripts.
 */
#ifndef UI_STATED_H
#define UI_STATED_H

#include "base/compat.h"

struct output;
struct status;

/*
 * Print it. The word "incomplete" is there where a session has tasks that are
 * not done, and only there: scripts look for it.
 */
void stated_print(struct output *output, const struct status *status,
		  bool remotes);

#endif
