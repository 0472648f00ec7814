/*
 * Commits: written as bytes, read as if hostile.
 */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct pack;
struct repository;

struct commit {
	struct oid tree;
	struct oid *parents;
	size_t nr_parents;
	char *author; /* "Name <mail> seconds zone" */
	char *committer;
	int64_t committed; /* the committer's seconds */
	char *message;
};

/* Commits of more than this are damaged or hostile. */
#define COMMIT_MAX_BYTES (16u << 20)

/* Read and parse. The caller must commit_release(). */
int commit_read(struct repository *repo, const struct oid *oid,
		struct commit *out, struct error *err);
int commit_parse(const char *raw, size_t len, struct commit *out,
		 struct error *err);
void commit_release(struct commit *commit);

/* Add a commit to `pack`. `author` and `committer` are as in struct commit. */
int commit_write(struct pack *pack, const struct oid *tree,
		 const struct oid *parents, size_t nr_parents,
		 const char *author, const char *committer, const char *message,
		 struct oid *out, struct error *err);

/*
 * The value of the trailer `name` in the last paragraph of a message, which
 * the caller must free(); NULL where there is none or more than one. A trailer
 * is a line "<name>: <value>"; interpret-trailers(1).
 */
char *commit_trailer(const char *message, const char *name);

/*
 * The user's idents for a commit made at `seconds`: "Name <mail> seconds zone",
 * from GIT_AUTHOR_*, GIT_COMMITTER_*, author.*, committer.*, user.*, EMAIL, in
 * git's order; a fixed identity where none is configured, never a failure.
 * The caller must free() both.
 */
void commit_idents(const struct repository *repo, int64_t seconds,
		   char **author, char **committer);

#endif
