/*
 * Git bundles: refs and their objects in a file; gitformat-bundle(5).
 *
 *	# v2 git bundle LF
 *	-<id> [SP <comment>] LF        what a repository must have:
 *prerequisites <id> SP <ref> LF               what is in it LF <pack>
 *
 * Version 3 has "@<capability>" lines behind the first. Git writes them, checks
 * their prerequisites and unpacks them; the header is read here, for what a
 * file brings must be known before it is unpacked.
 */
#ifndef GIT_BUNDLE_H
#define GIT_BUNDLE_H

#include "base/error.h"
#include "git/oid.h"
#include "git/pack_keep.h"
#include "git/ref.h"

struct repository;

struct bundle {
	struct ref_list refs; /* in the order of the file */
	struct oid *needs;    /* prerequisites */
	size_t nr_needs, alloc_needs;
	uint64_t pack_start;
};

/* Headers of more than this are hostile. */
#define BUNDLE_MAX_HEADER (UINT64_C(64) << 20)

/*
 * Read the header of the open file `fd`. ERR_INVALID: it is no bundle;
 * ERR_UNSUPPORTED: one of another version, of SHA-256, or one that leaves
 * objects out. The caller must bundle_release() `out` in any case.
 */
int bundle_read(struct bundle *out, int fd, struct error *err);
/* The same for text. Returns 1; 0: the header goes on behind `len`. */
int bundle_parse(struct bundle *out, const char *text, size_t len,
		 struct error *err);
void bundle_release(struct bundle *bundle);

/*
 * Write a bundle to `fd`: `refs` are names, `without` ids whose history is left
 * out. A ref whose commit is left out in that way is not in it.
 */
int bundle_write(const struct repository *repo, const struct strlist *refs,
		 const struct strlist *without, int fd, struct error *err);

/* Whether prerequisites are here, with their history: `git bundle verify`. */
int bundle_check(const struct repository *repo, const char *path,
		 struct error *err);

/*
 * Unpack the bundle in the open file `fd` into a pack that is kept until
 * pack_keep_drop(), which is to be called in any case.
 */
int bundle_unpack(const struct repository *repo, const struct bundle *bundle,
		  int fd, struct pack_keep *keep, struct error *err);

#endif
