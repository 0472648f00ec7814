/*
 * Which checkpoints are of type `manual`. Retention never drops one by itself,
 * so they become many, and their commits would be read after each save to find
 * that out again. A commit does not change: what was read once holds for ever.
 *
 * Derived data in $GIT_DIR/checkpoint.d/manual-ids, safe to delete.
 */
#ifndef CORE_SAVE_MANUAL_IDS_H
#define CORE_SAVE_MANUAL_IDS_H

#include "base/error.h"
#include "git/oid.h"

struct manual_ids;
struct repository;

/* None where there is no good file. The caller must manual_ids_free(). */
struct manual_ids *manual_ids_read(const struct repository *repo);
/* The same from memory. */
struct manual_ids *manual_ids_parse(const void *data, size_t len);
void manual_ids_free(struct manual_ids *ids);

/* Whether the commit is known to be one; if so it stays in the file. */
bool manual_ids_have(struct manual_ids *ids, const struct oid *commit);
void manual_ids_add(struct manual_ids *ids, const struct oid *commit);

/* Replace the file by those that were asked for and added; where these are few,
 * it stays as it is. */
int manual_ids_write(struct manual_ids *ids, const struct repository *repo,
		     struct error *err);

#endif
