/*
 * What a restore is to bring back: a stored checkpoint with all its parts read
 * and checked.
 */
#ifndef CORE_SNAPSHOT_TARGET_H
#define CORE_SNAPSHOT_TARGET_H

#include "base/error.h"
#include "core/record/stored.h"

struct repository;

struct target {
	struct stored stored;
	struct index_extra index_extra;
	struct worktree_extra worktree_extra;
	struct operation operation;
	struct omitted omitted;
	struct oid ignored_tree;	   /* of L; zero: none */
	struct worktree_extra local_extra; /* permissions in it */
	bool foreign;			   /* another clone wrote it */
	/* Files that were not there, though `omitted` holds them or a directory
	 * above; borrowed, sorted. NULL: none are known. */
	const struct strlist *absent;
};

/*
 * Read it whole. Errors as stored_open(). The caller must target_release() it
 * in any case.
 */
int target_open(struct repository *repo, const struct checkpoint *checkpoint,
		struct target *out, struct error *err);
void target_release(struct target *target);

/* Whether a path of C was on disk: all but what a sparse checkout left out. */
bool target_has_on_disk(const struct target *target, const char *path);

/* The bits that a file of C had, or a directory ("a/"); without setuid, setgid
 * and sticky bits where it comes from another clone. */
unsigned target_permissions(const struct target *target, const char *path,
			    bool executable);

#endif
