/*
 * Objects straight from the packs, for who reads very many.
 *
 * What is whole in a pack of this repository and not large is found through the
 * pack's index, inflated, and compared with its id; for all else (deltas, loose
 * objects, alternates, damage, packs that have come since) the answer is that
 * somebody else has to be asked. So a damaged pack or index is never believed,
 * and it is libgit2 that says what is wrong with it.
 *
 * The comparison is by the plain SHA-1: it finds damage. What was made to
 * collide has been refused when it came into the pack (decision 0009).
 */
#ifndef GIT_PACK_SOURCE_H
#define GIT_PACK_SOURCE_H

#include "base/buf.h"
#include "git/object.h"
#include "git/oid.h"

struct pack_source;
struct repository;

/* With the packs that there are now; one that cannot be opened is left out. The
 * caller must pack_source_free(). */
struct pack_source *pack_source_open(const struct repository *repo);
void pack_source_free(struct pack_source *source);

/* Both are safe from several threads. false: ask somebody else; nothing was
 * added to `out`. */
bool pack_source_header(struct pack_source *source, const struct oid *oid,
			enum object_type *type, uint64_t *size);
bool pack_source_read(struct pack_source *source, const struct oid *oid,
		      enum object_type *type, uint64_t limit, struct buf *out);

#endif
