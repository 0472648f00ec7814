/*
 * What would travel to another repository, and at which paths: every object
 * that is reachable from what is sent and not from what the other side has.
 */
#ifndef CORE_SECRET_SECRET_PLACES_H
#define CORE_SECRET_SECRET_PLACES_H

#include "base/error.h"
#include "core/secret/secret_find.h"
#include "git/oid.h"

struct repository;

/* A commit that travels. */
struct secret_commit {
	struct oid oid;
	char *checkpoint; /* the id of what it is part of; NULL: history */
	enum secret_where where;
};

/* A file of one of them: each blob and path once. */
struct secret_place {
	struct oid oid;
	char *path;    /* NULL: a commit, a tag */
	size_t commit; /* SIZE_MAX: none */
	size_t next;   /* another of the same object; SIZE_MAX: none */
	enum secret_where where;
	bool link;  /* a symbolic link */
	bool first; /* of its object */
};

struct secret_places {
	struct secret_commit *commits;
	size_t nr_commits, alloc_commits;
	struct secret_place *items;
	size_t nr, alloc;
	size_t *slots; /* places by object, open addressing; SIZE_MAX: free */
	size_t nr_slots, nr_used;
};

/*
 * Find all that is reachable from `tips`, and not from `haves` nor from
 * what the remote is known to have, core/record/remote_trust.h (`remote` NULL:
 * that is not known). Ids of `haves` that are not here are passed over. The
 * caller must secret_places_release() in any case.
 */
int secret_places_read(struct secret_places *out, struct repository *repo,
		       const struct oid *tips, size_t nr_tips,
		       const struct oid *haves, size_t nr_haves,
		       const char *remote, struct error *err);
void secret_places_release(struct secret_places *places);

#endif
