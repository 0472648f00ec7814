/*
 * Other repositories, reached through the git program: its transports,
 * credential helpers, proxies and settings are the user's.
 *
 * A remote is one that `git remote` knows. Whatever the user has configured for
 * his own pushes and fetches (mirrors, tags, submodules, signing, pruning,
 * hooks) does not change what is done here.
 */
#ifndef GIT_REMOTE_H
#define GIT_REMOTE_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"
#include "git/ref.h"

struct repository;

/* The names of all remotes are added to `out`, sorted. */
void remote_names(const struct repository *repo, struct strlist *out);
bool remote_exists(const struct repository *repo, const char *name);

/* Where a push to it goes; several lines where it goes to several places. The
 * caller must free(). */
int remote_push_url(const struct repository *repo, const char *remote,
		    char **out, struct error *err);

/* How the user is to see it. */
enum remote_flag {
	REMOTE_PROGRESS = 1,  /* git shows how far it is, on a terminal */
	REMOTE_UNATTENDED = 2 /* nobody is there to be asked for a password */
};

/*
 * Add the refs of the remote that match `pattern` (git-ls-remote(1)) to `out`,
 * sorted as the remote does, with names that are valid ones. No object is
 * fetched.
 */
int remote_list_refs(const struct repository *repo, const char *remote,
		     const char *pattern, unsigned flags, struct ref_list *out,
		     struct error *err);

/*
 * Fetch what the refspecs say, and nothing else: no tags, no FETCH_HEAD, no gc,
 * no pruning. Objects that the repository has are not fetched again.
 */
int remote_fetch(const struct repository *repo, const char *remote,
		 const struct strlist *refspecs, unsigned flags,
		 struct error *err);

/*
 * The same into the repository `git_dir` (bare, with the configuration of
 * `repo`), and of each ref the commit that it leads to alone.
 */
int remote_fetch_tips(const struct repository *repo, const char *git_dir,
		      const char *remote, const struct strlist *refspecs,
		      unsigned flags, struct error *err);

enum remote_result {
	REMOTE_PENDING, /* the remote said nothing of it */
	REMOTE_DONE,
	REMOTE_STALE,  /* the ref is not what was expected */
	REMOTE_REFUSED /* the remote did not take it; `reason` */
};

/* A ref of the remote that is to be changed. */
struct remote_update {
	char *ref;
	struct oid oid;	     /* the new value; zero: delete it */
	struct oid expected; /* what it is now; zero: it does not exist */
	enum remote_result result;
	char *reason; /* the remote's words, or NULL */
};

/*
 * Change them, each on its own or, with `atomic`, all or none. What became of
 * each is in its `result`; an error means that the remote could not be reached,
 * or failed as a whole. ERR_UNSUPPORTED: it does not do `atomic`. The caller
 * must remote_update_release() each.
 */
int remote_push(const struct repository *repo, const char *remote,
		struct remote_update *updates, size_t nr, bool atomic,
		unsigned flags, struct error *err);
void remote_update_release(struct remote_update *update);

#endif
