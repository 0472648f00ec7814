/*
 * One repository with a worktree, found as git finds it and opened in
 * libgit2.
 *
 * `git rev-parse` decides what the repository is (discovery, ownership,
 * environment, extensions), once; what it says is handed to libgit2, whose
 * own answers differ. libgit2 takes longer to start than the two git processes
 * need, so it does that on a thread of its own.
 *
 * Fields are for reading only. Paths are absolute, without a slash at the
 * end. The calls on a repository are not safe from several threads unless
 * their header says so.
 */
#ifndef GIT_REPOSITORY_H
#define GIT_REPOSITORY_H

#include "base/error.h"

struct config;
struct git_odb;
struct git_repository;
struct index_ahead;
struct pack_source;
struct repository_library;

struct repository {
	char *git_dir;	   /* of this worktree */
	char *common_dir;  /* shared by all worktrees */
	char *worktree;	   /* its top */
	char *index_file;  /* as git would use it now (GIT_INDEX_FILE) */
	char *objects_dir; /* where new objects go */
	char *prefix; /* where the user stands below the top: "" or "a/b/" */
	bool linked;  /* a linked worktree */
	bool shallow;
	bool partial; /* objects may be missing and fetched by git */
	struct config *config;
	unsigned share_mode; /* core.sharedRepository: bits to add; 0: none */
	bool share_exact;    /* it is an octal mode: other bits go */
	struct repository_library *library; /* private */
	struct index_ahead *index_ahead;    /* for index_ahead_take() */
	struct git_repository *lg2;	    /* for git/ and worktree/ only */
	struct git_odb *odb;		    /* likewise */
	struct pack_source *packs; /* see object_read_many(); or NULL */
};

/*
 * Open the repository of the directory we are in. ERR_NOT_FOUND: none, with
 * git's own words; ERR_UNSUPPORTED: bare, SHA-256, reftable, or an extension
 * that is not known here, with the reason. The caller must repository_free().
 */
int repository_open(struct repository **out, struct error *err);
void repository_free(struct repository *repo);

/*
 * The same without waiting for libgit2, for who has something else to do
 * first. Before objects are read or made the caller must
 * repository_library(): it waits, opens the repository in libgit2, and costs
 * nothing when that is done. Safe from several threads; calls that take a
 * repository and only read objects see to it themselves. The index is read
 * meanwhile; see git/index_ahead.h.
 */
int repository_open_early(struct repository **out, struct error *err);
int repository_library(struct repository *repo, struct error *err);

/* `$GIT_DIR/<name>` or `$GIT_COMMON_DIR/<name>`; the caller must free() it. */
char *repository_path(const struct repository *repo, const char *name);
char *repository_common_path(const struct repository *repo, const char *name);

/*
 * The name of this worktree: "main", or the last part of $GIT_DIR for a linked
 * one. Borrowed.
 */
const char *repository_worktree_name(const struct repository *repo);

/*
 * Whether `path` (from the top of the worktree, without a slash at its end) is
 * the repository itself, or in it, where that is in the worktree by another
 * name than ".git". Safe from several threads.
 */
bool repository_owns(const struct repository *repo, const char *path,
		     size_t len);

/*
 * Give a new file or directory of ours below the git directory the
 * permissions that core.sharedRepository asks for.
 */
int repository_share(const struct repository *repo, const char *path,
		     struct error *err);

/* See what other programs have added to the object store since. */
int repository_refresh_objects(struct repository *repo, struct error *err);

/* The text of libgit2's last error behind `fmt`. Returns the code drawn from
 * libgit2's `rc`. For git/ and worktree/ only. */
int error_libgit2(struct error *err, int rc, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

#endif
