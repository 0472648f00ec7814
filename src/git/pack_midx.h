/*
 * The multi-pack-index, as far as which packs it covers: gitformat-pack(5).
 */
#ifndef GIT_PACK_MIDX_H
#define GIT_PACK_MIDX_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/*
 * Add the names ("pack-<sum>.idx") of the packs that the repository's
 * multi-pack-index covers; none where there is no such file. ERR_UNSUPPORTED
 * for one in several layers, ERR_INVALID for a damaged one.
 */
int pack_midx_packs(const struct repository *repo, struct strlist *out,
		    struct error *err);

#endif
