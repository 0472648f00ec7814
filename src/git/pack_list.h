/*
 * The packs that this program has left in the repository: one name
 * ("pack-<sum>") a line in $GIT_COMMON_DIR/checkpoint.d/packs, changed under a
 * lock. Only these are ever gathered; a pack that is not listed is git's, or
 * becomes git's at the next `git gc`.
 */
#ifndef GIT_PACK_LIST_H
#define GIT_PACK_LIST_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/* Add the names to `out`; none where there is no list. */
int pack_list_read(const struct repository *repo, struct strlist *out,
		   struct error *err);
/* Add `add` (or NULL) and remove `remove` (or NULL) in one step. */
int pack_list_change(const struct repository *repo, const char *add,
		     const struct strlist *remove, struct error *err);

#endif
