/*
 * Letting git print: `git diff` and the like, with the user's own settings.
 */
#ifndef UI_DISPLAY_H
#define UI_DISPLAY_H

#include "base/error.h"

struct git_command;
struct output;

/*
 * Run it with its standard output and error where ours go, and wait. What the
 * keyboard sends to stop it is for it and its pager, and we go on: what must be
 * tidied up afterwards is. Its exit status is stored.
 *
 * Where its reader went away, output_closed() says so from then on.
 */
int display_git(struct output *output, const struct git_command *command,
		int *status, struct error *err);

#endif
