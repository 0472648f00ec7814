/*
 * The id of an object whose bytes come piece by piece.
 *
 * libgit2 exports its collision-detecting SHA-1 for whole buffers only
 * (git_odb_hash()). It also uses it, piece by piece, for what is written
 * through a git_odb_stream; so this is a git_odb of its own with one backend
 * that throws away what it is given (git2/sys/odb_backend.h).
 *
 * A hasher may be used by one thread after another.
 */
#ifndef GIT_HASHER_H
#define GIT_HASHER_H

#include "base/error.h"
#include "git/object.h"
#include "git/oid.h"

struct hasher;

/* For an object of exactly `size` bytes. The caller must hasher_free(). */
int hasher_new(struct hasher **out, enum object_type type, uint64_t size,
	       struct error *err);
/* More than `size` bytes in all is ERR_FAILED. */
int hasher_add(struct hasher *hasher, const void *data, size_t len,
	       struct error *err);
/* ERR_FAILED for fewer than `size` bytes, or bytes made to collide. */
int hasher_finish(struct hasher *hasher, struct oid *out, struct error *err);
void hasher_free(struct hasher *hasher);

#endif
