/*
 * What this repository remembers of its pushes, a file a remote and session
 * below $GIT_COMMON_DIR/checkpoint.d/pushed/: the manifest that it has put
 * there, and which checkpoints it has pushed that were removed there since.
 * These are never pushed again.
 *
 * A manifest leads to all that it lists. A ref to it would keep here what was
 * dropped here, so its commit is kept as bytes, and made an object again when
 * the next one is to follow it.
 *
 * Remotes are told apart by where they are, not by their name: the same name
 * with another URL is another remote.
 */
#ifndef CORE_RECORD_PUSHED_H
#define CORE_RECORD_PUSHED_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct repository;

struct pushed {
	int64_t number; /* of the manifest; 0: none was pushed */
	struct oid manifest;
	char *raw;	     /* the commit's bytes; NULL: none */
	struct strlist gone; /* ids that were removed there, sorted */
};

/* The key of a remote, for free(): drawn from the URL. */
char *pushed_key(const char *url);

/* A file that is missing or damaged is as if nothing had been pushed. The
 * caller must pushed_release(). */
void pushed_read(const struct repository *repo, const char *key,
		 const char *session, struct pushed *out);
int pushed_write(const struct repository *repo, const char *key,
		 const char *session, const struct pushed *pushed,
		 struct error *err);
void pushed_release(struct pushed *pushed);

#endif
