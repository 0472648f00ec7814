/*
 * A checkpoint with all that is known of it, for people, as `git show` shows a
 * commit.
 */
#ifndef UI_DETAIL_H
#define UI_DETAIL_H

#include "base/strlist.h"
#include "core/record/omitted.h"
#include "core/record/stored.h"

struct output;

struct detail {
	const struct stored *stored;
	const char *base; /* "<short id> <subject>"; NULL: HEAD was unborn */
	const struct strlist *attachments;
	const struct omitted *omitted; /* empty where the list is not here */
	bool pinned;
};

/* The lines about it, and its description. */
void detail_print(const struct detail *detail, struct output *output);
/* What was left out; nothing where that is nothing. */
void detail_print_omitted(const struct detail *detail, struct output *output);

#endif
