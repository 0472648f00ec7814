/*
 * Which commits and indexes have some content: for a secret that was saved.
 */
#ifndef CORE_CLEAN_REACHING_H
#define CORE_CLEAN_REACHING_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct remaining;
struct repository;

/* A commit that has one of the blobs, and no parent of it has it there. */
struct reaching_commit {
	struct oid oid;
	char *ref; /* one that leads to it; "" for a reflog */
	char *subject;
};

struct reaching {
	struct reaching_commit *commits;
	size_t nr, alloc;
	struct strlist indexes; /* files; an entry is one of the blobs */
	bool unknown; /* git cannot walk the history: there may be more */
};

/* What still holds one of the blobs where only `remaining` remains. A
 * repository in which git cannot walk is no failure. The caller must
 * reaching_release() it in any case. */
int reaching_read(struct reaching *out, struct repository *repo,
		  const struct oid_set *blobs,
		  const struct remaining *remaining, struct error *err);
void reaching_release(struct reaching *reaching);

#endif
