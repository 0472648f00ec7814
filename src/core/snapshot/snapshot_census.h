/*
 * How often each of the permissions that a file or directory may have occurs,
 * so that the commonest need not be written down for each.
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_CENSUS_H
#define CORE_SNAPSHOT_SNAPSHOT_CENSUS_H

#include "base/compat.h"

struct census;
struct scan_dir;
struct seal_count;
struct worktree_extra;

/* The caller must census_free(). */
struct census *census_new(void);
void census_free(struct census *census);

void census_add_file(struct census *census, unsigned mode);
/* The directory itself, if it counts. */
void census_add_dir(struct census *census, const struct scan_dir *dir);

/* What there is of each, `sign` times. */
void census_add_list(struct census *census, const struct seal_count *list,
		     size_t nr, int sign);
/* What there is, which the caller must free(). Empties it. */
struct seal_count *census_take_list(struct census *census, size_t *nr);

/* The commonest; of equals the smallest, so that the choice is one. */
void census_choose(const struct census *census, struct worktree_extra *extra);

#endif
