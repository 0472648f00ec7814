/*
 * The digest of a snapshot: equal ones are of equal workspaces;
 * gitformat-checkpoint(5), "THE DIGEST".
 */
#ifndef CORE_RECORD_DIGEST_H
#define CORE_RECORD_DIGEST_H

#include "base/error.h"
#include "git/oid.h"

struct ref_list;

/* "sha256:", 64 hex digits and a NUL. */
#define DIGEST_SIZE (sizeof("sha256:") + 64)

/* What goes in; a zero id is one that is not there. */
struct digest_parts {
	const struct oid *tree;
	const struct oid *raw;
	const struct oid *index;
	const struct oid *index_extra;
	const struct oid *worktree_extra;
	const struct oid *stages;
	const struct oid *gitdir;
	const struct ref_list *op_refs; /* that the operation names; sorted */
	const char *head_ref;		/* NULL: detached */
	const struct oid *head;
};

int digest_compute(const struct digest_parts *parts, char out[DIGEST_SIZE],
		   struct error *err);

#endif
