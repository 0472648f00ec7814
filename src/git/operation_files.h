/*
 * The files of an operation as they are on disk: `files` of struct operation.
 * Only regular files count, and no link is followed.
 */
#ifndef GIT_OPERATION_FILES_H
#define GIT_OPERATION_FILES_H

#include "base/error.h"

struct operation;
struct operation_unit;
struct repository;

/*
 * Add the files of all units, sorted by path. What is no regular file, a lock
 * file, or a name that cannot be stored is not seen.
 */
int operation_files_read(struct repository *repo, struct operation *out,
			 struct error *err);

/*
 * Add the files of one unit that is in the directory `dir`. Here what would not
 * be seen is an error: a lock file ERR_LOCKED, anything else ERR_REFUSED.
 */
int operation_files_read_unit(int dir, const struct operation_unit *unit,
			      struct operation *out, struct error *err);

void operation_files_release(struct operation *operation);

#endif
