/*
 * How far the search for secrets is, and what it found.
 */
#ifndef UI_SEARCHED_H
#define UI_SEARCHED_H

#include "core/secret/secret_find.h"
#include "ui/output.h"
#include "ui/progress.h"

struct searching {
	struct output *output;
	struct progress progress;
	uint64_t done;
};

void searching_start(struct searching *searching, struct output *output);
/* For struct secret_request: `context` is the struct. */
void searching_tick(void *context, uint64_t done, uint64_t total);
/* With --json, print what was found, if anything was: the error has it for
 * people. */
void searching_stop(struct searching *searching,
		    const struct secret_finds *finds);

#endif
