/*
 * From what an operation's files name to refs with values, and objects that
 * are there.
 */
#ifndef GIT_OPERATION_RESOLVE_H
#define GIT_OPERATION_RESOLVE_H

#include "base/error.h"

struct operation;
struct operation_mentions;
struct repository;

/* Fill `refs` of `out`; needs no objects. */
int operation_resolve_refs(struct repository *repo,
			   struct operation_mentions *mentions,
			   struct operation *out, struct error *err);

/*
 * Fill `commits`, `others` and `tags` of `out`, whose refs are known. An object
 * that is missing is left out: a file may outlive what it names. With a tag
 * goes what it leads to.
 */
int operation_resolve_objects(struct repository *repo,
			      const struct operation_mentions *mentions,
			      struct operation *out, struct error *err);

#endif
