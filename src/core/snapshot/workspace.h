/*
 * The workspace as a tree that the git program can read for a while: for
 * comparing, not for keeping.
 *
 * What the repository does not have yet is in an object directory of its own
 * below $GIT_DIR/checkpoint.d, which goes with this; so comparing leaves
 * nothing behind, whatever is in the workspace.
 */
#ifndef CORE_SNAPSHOT_WORKSPACE_H
#define CORE_SNAPSHOT_WORKSPACE_H

#include "base/error.h"
#include "core/record/digest.h"
#include "git/oid.h"
#include "worktree/filter_scratch.h"

struct repository;

struct workspace {
	struct oid tree;
	char digest[DIGEST_SIZE]; /* that a checkpoint would have */
	char *alternates; /* "NAME=value", for the environment of a git that
			     is to read it */
	struct filter_scratch scratch;
	char *objects_dir;
};

/*
 * Capture what `git checkpoint create` would save now. A path that is in the
 * tree `other` and is on disk is in it too, ignored or not: it is no difference
 * that the rules have changed. The caller must workspace_release() in any case.
 *
 * NULL for `other`: the digest is all that is wanted. No file is written for
 * that, and `tree` cannot be read.
 */
int workspace_capture(struct workspace *out, struct repository *repo,
		      const struct oid *other, struct error *err);
void workspace_release(struct workspace *workspace);

#endif
