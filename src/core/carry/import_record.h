/*
 * A checkpoint of metadata alone: what another system has recorded, on the
 * commit that it names.
 *
 * Tree and index are those of that commit, or empty where it names none that is
 * here. Author, committer and times are fixed, so that all who import the same
 * files make the same commit, and none is another's conflict.
 */
#ifndef CORE_CARRY_IMPORT_RECORD_H
#define CORE_CARRY_IMPORT_RECORD_H

#include "base/error.h"
#include "core/carry/old_work.h"
#include "git/oid.h"

struct pack;
struct repository;

/*
 * Complete the record and write the commits into `pack`. ERR_INVALID: it cannot
 * be one of ours; other errors are about the repository. `old` is as it was but
 * for `record.git`.
 */
int import_record_write(struct repository *repo, struct pack *pack,
			struct old_record *old, struct oid *commit,
			struct error *err);

#endif
