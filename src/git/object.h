/*
 * Reading objects. New ones are written through git/pack.h.
 *
 * Objects come from libgit2; in a partial clone, what is missing is asked of
 * git, which fetches it. All of these are safe from several threads.
 */
#ifndef GIT_OBJECT_H
#define GIT_OBJECT_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct repository;

enum object_type {
	OBJECT_ANY = 0,
	OBJECT_COMMIT = 1,
	OBJECT_TREE = 2,
	OBJECT_BLOB = 3,
	OBJECT_TAG = 4,
};

/* The id of the blob without bytes. */
extern const struct oid blob_empty_id;

const char *object_type_name(enum object_type type);

/* The id that `data` has as an object (collision-detecting SHA-1). */
int object_hash(struct oid *out, enum object_type type, const void *data,
		size_t len, struct error *err);

/*
 * Present here, without fetching. Where it is not found at first, new packs
 * are looked for, which costs a read of the pack directory each time; the
 * quick one does without, and may miss what another program has just added.
 */
bool object_exists(struct repository *repo, const struct oid *oid);
bool object_exists_quick(struct repository *repo, const struct oid *oid);

/*
 * Many objects will be read: from now on look for them in the packs that there
 * are now, before libgit2 is asked (git/pack_source.h). Not beside other calls
 * on the repository.
 */
void object_read_many(struct repository *repo);
/* They have been: what that holds in memory is let go. */
void object_read_few(struct repository *repo);

/* Type and size. ERR_NOT_FOUND where it is missing. Either may be NULL. */
int object_header(struct repository *repo, const struct oid *oid,
		  enum object_type *type, uint64_t *size, struct error *err);

/*
 * Append the object to `out`. ERR_NOT_FOUND: missing; ERR_INVALID: damaged, of
 * another type than `type`, or of more than `limit` bytes.
 */
int object_read(struct repository *repo, const struct oid *oid,
		enum object_type type, uint64_t limit, struct buf *out,
		struct error *err);

/*
 * Hand a blob to `sink` piece by piece, with memory that does not depend on its
 * size: what is large is read by `git cat-file`. A sink that returns < 0 ends
 * it, and that is returned. ERR_INVALID where it is damaged; the sink may have
 * got some of it by then.
 */
typedef int (*object_sink)(void *context, const void *data, size_t len,
			   struct error *err);
int object_stream(struct repository *repo, const struct oid *oid,
		  object_sink sink, void *context, struct error *err);

/*
 * Read the object's bytes through and check them against its id: ERR_NOT_FOUND
 * or ERR_INVALID where it is not whole.
 */
int object_verify(struct repository *repo, const struct oid *oid,
		  struct error *err);

#endif
