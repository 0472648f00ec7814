/*
 * Sealing a snapshot that looked at everything, so that the next one need not
 * (core/snapshot/snapshot_told.h).
 */
#ifndef CORE_SNAPSHOT_SNAPSHOT_SEAL_H
#define CORE_SNAPSHOT_SNAPSHOT_SEAL_H

#include "base/error.h"

struct oid;
struct snapshot;

/*
 * Write the seal of the checkpoint `commit` at `ref`. Where there is something
 * in the snapshot that no seal speaks of, or the index has only just become
 * what it is, so that one might be of no use, that is no error, and nothing is
 * written.
 */
int snapshot_seal(const struct snapshot *snapshot, const char *ref,
		  const struct oid *commit, struct error *err);

#endif
