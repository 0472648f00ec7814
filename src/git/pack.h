/*
 * New objects, gathered into one pack.
 *
 * A checkpoint's objects go into a pack that has a `.keep` file from before
 * it is visible until the caller has set the ref that holds them. A loose
 * object that no ref holds yet can be taken by a `git gc --prune=now` that runs
 * at the same time, whatever its age; a kept pack can not.
 *
 * Object format, index format 2: gitformat-pack(5). Objects are named by
 * libgit2's collision-detecting SHA-1; the checksums that end pack and index
 * are plain ones, as in git.
 *
 *	pack_open(&pack, repo, &err);
 *	pack_add(pack, OBJECT_BLOB, data, len, &oid, &err);   any thread
 *	...
 *	pack_finish(pack, &err);      on disk, synced, verified, kept
 *	... set the refs ...
 *	pack_free(pack);              drops the .keep; an unfinished pack goes
 */
#ifndef GIT_PACK_H
#define GIT_PACK_H

#include "base/error.h"
#include "git/object.h"
#include "git/oid.h"

struct repository;
struct pack;

/*
 * The caller must pack_free(). Nothing is created on disk before the first
 * object. The compression is core.compression / pack.compression, as for git;
 * where neither is set, level 1: what is saved often should be cheap to save.
 */
int pack_open(struct pack **out, struct repository *repo, struct error *err);

/*
 * The same in another directory of objects, made if missing, for what is to be
 * read for a while: nothing is kept or synced, and the repository does not see
 * it; who reads it names the directory (GIT_ALTERNATE_OBJECT_DIRECTORIES).
 */
int pack_open_in(struct pack **out, struct repository *repo,
		 const char *objects_dir, struct error *err);

/*
 * Add an object and say its id; one that is in this pack already is not added
 * again. Deflates on the calling thread and takes a lock only to append, so
 * that several threads can add at once. Safe from several threads.
 */
int pack_add(struct pack *pack, enum object_type type, const void *data,
	     size_t len, struct oid *out, struct error *err);

/*
 * Add a blob of `size` bytes that `read` yields, with memory that does not
 * depend on the size. `read` fills at most `len` bytes and returns how many, 0
 * at the end, or < 0 with `err` filled. Fewer or more bytes than `size` is
 * ERR_CHANGED, and nothing was added. Safe from several threads; it holds the
 * pack's lock while it runs.
 */
typedef ssize_t (*pack_reader)(void *context, void *data, size_t len,
			       struct error *err);
int pack_add_stream(struct pack *pack, uint64_t size, pack_reader read,
		    void *context, struct oid *out, struct error *err);

/*
 * Have pack_finish() inflate what it reads back as well, for who is about to
 * remove the only other copy of it.
 */
void pack_inflate_back(struct pack *pack);

bool pack_has(struct pack *pack, const struct oid *oid);

/* Objects and bytes (of the pack file) so far. */
size_t pack_count(struct pack *pack);
uint64_t pack_bytes(struct pack *pack);

/*
 * Write what is left, index it, sync it, read every new object back from disk
 * and compare it with what was written, and let the repository see it. With no
 * objects it does nothing. core.fsync decides about syncing as it does for
 * git's packs.
 */
int pack_finish(struct pack *pack, struct error *err);
/*
 * The same, and sync the files behind these `nr` descriptors (6 at most) at the
 * same time, for what would be a commit of the file system for each is one for
 * all. The pack must have an object.
 */
int pack_finish_with(struct pack *pack, const int *beside, size_t nr,
		     struct error *err);

/* Drop the .keep of a finished pack, remove an unfinished one. */
void pack_free(struct pack *pack);

/*
 * Gather the small packs that pack_finish() left in this repository (it keeps
 * their list in $GIT_COMMON_DIR/checkpoint.d/packs) into fewer, so that any
 * number of checkpoints leaves a number of packs that grows with its logarithm.
 * Bytes are copied, not deflated again. Called after the refs are set; does
 * nothing unless there are enough packs to be worth it, nor while git itself
 * repacks or another process gathers; a failure leaves the packs as they were.
 * Objects that no ref holds stay in: only git drops objects.
 *
 * A .keep that a killed process has left is dropped here too; see
 * git/pack_keep.h for how it is told from one that is in use.
 */
int pack_gather(struct repository *repo, struct error *err);

#endif
