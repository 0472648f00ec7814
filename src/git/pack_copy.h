/*
 * Copying packs of ours, whose entries are whole objects: the bytes of an entry
 * mean the same in any pack.
 */
#ifndef GIT_PACK_COPY_H
#define GIT_PACK_COPY_H

#include "base/error.h"

struct pack_writer;

/*
 * Add all objects of the pack `name` ("pack-<sum>") to the one that is being
 * written, but those that it has. ERR_INVALID: the pack is damaged or has
 * deltas; what was copied before that is whole and stays. ERR_NOT_FOUND: gone.
 */
int pack_copy(struct pack_writer *writer, const char *name, struct error *err);

#endif
