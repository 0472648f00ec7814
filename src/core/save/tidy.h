/*
 * What is done once a checkpoint is made, so that many of them cost no more
 * than few: what retention drops goes, small packs are gathered, loose refs are
 * packed. Each does nothing where there is little of it.
 */
#ifndef CORE_SAVE_TIDY_H
#define CORE_SAVE_TIDY_H

#include "base/strlist.h"

struct repository;

/*
 * `session` is that of the new checkpoint; `thin`: retention may drop others of
 * it. What fails is added to `warnings`: the checkpoint is made all the same.
 */
void tidy(struct repository *repo, const char *session, bool thin,
	  struct strlist *warnings);

/* The part of it that is about refs, of all sessions. */
void tidy_refs(struct repository *repo, struct strlist *warnings);

#endif
