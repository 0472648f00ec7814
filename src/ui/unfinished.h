/*
 * A session that stopped with something left to do, shown to whoever starts a
 * new one, and the question what is to be done about it.
 */
#ifndef UI_UNFINISHED_H
#define UI_UNFINISHED_H

#include "base/error.h"

struct output;
struct repository;
struct unfinished;

enum unfinished_answer {
	UNFINISHED_ASK,
	UNFINISHED_CONTINUE,
	UNFINISHED_FRESH,
	UNFINISHED_REVIEW,
};

/* What it was, its last checkpoints, whether HEAD and files match; all of its
 * tasks with `details`. */
void unfinished_print(struct output *output, struct repository *repo,
		      const struct unfinished *unfinished, bool details);

/*
 * Show it, and ask: continue, start fresh, review, which shows the details and
 * asks again. ERR_REFUSED where everything is to be left as it is, or nobody
 * can be asked, with the options that decide.
 */
int unfinished_ask(struct output *output, struct repository *repo,
		   const struct unfinished *unfinished,
		   enum unfinished_answer *answer, struct error *err);

#endif
