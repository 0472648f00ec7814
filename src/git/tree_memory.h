/*
 * Trees that have been made and cannot be read yet, because the pack they are
 * in is not finished; and reading trees from there or from the repository.
 */
#ifndef GIT_TREE_MEMORY_H
#define GIT_TREE_MEMORY_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct pack;
struct repository;
struct tree_memory;

/* The caller must tree_memory_free(). */
struct tree_memory *tree_memory_new(void);
void tree_memory_free(struct tree_memory *memory);

/* Add a tree to the pack and remember it. `memory` may be NULL. */
int tree_memory_add(struct tree_memory *memory, struct pack *pack,
		    const struct buf *raw, struct oid *out, struct error *err);

/* Remember one that is known to be in the repository, to read it faster. */
void tree_memory_put(struct tree_memory *memory, const struct buf *raw,
		     const struct oid *oid);

/* Append the tree `oid`, from memory or the repository. `memory` may be NULL;
 * git's empty tree always exists. */
int tree_memory_read(const struct tree_memory *memory, struct repository *repo,
		     const struct oid *oid, struct buf *out, struct error *err);

/* Trees of more bytes than this are hostile. */
#define TREE_MAX_BYTES (UINT64_C(512) << 20)

/* The id of the tree without entries. */
extern const struct oid tree_empty_id;

#endif
