/*
 * Refs: read, compare-and-swap, delete.
 *
 * All of this is per repository, except HEAD and what git keeps per worktree
 * (refs/bisect, refs/worktree, refs/rewritten), which are asked of git because
 * libgit2 looks for some of them in the wrong place.
 */
#ifndef GIT_REF_H
#define GIT_REF_H

#include "base/error.h"
#include "base/strlist.h"
#include "git/oid.h"

struct repository;

/* The id that `name` leads to. ERR_NOT_FOUND where there is no such ref. */
int ref_read(struct repository *repo, const char *name, struct oid *out,
	     struct error *err);

/*
 * Set `name` to `new_oid` if it has the value `old_oid` (NULL: if it does not
 * exist). ERR_CHANGED where it has not; a lock held by another is waited for,
 * about a second. No reflog.
 */
int ref_update(struct repository *repo, const char *name,
	       const struct oid *new_oid, const struct oid *old_oid,
	       struct error *err);

/* One of many. */
struct ref {
	char *name;
	struct oid oid;
};
struct ref_list {
	struct ref *items;
	size_t nr;
	size_t alloc;
};
#define REF_LIST_INIT                                                          \
	{                                                                      \
		NULL, 0, 0                                                     \
	}

/*
 * Add all refs below `prefix` (which ends in a slash) to `out`, sorted by name.
 * Cost: loose refs are read only below the prefix, packed ones are searched.
 */
int ref_list_read(struct repository *repo, const char *prefix,
		  struct ref_list *out, struct error *err);
void ref_list_add(struct ref_list *list, const char *name,
		  const struct oid *oid);
void ref_list_release(struct ref_list *list);

/*
 * Delete refs that have these values, in one `git update-ref --stdin`: either
 * all go, or none (ERR_CHANGED, ERR_LOCKED). One that is gone already is no
 * failure.
 */
int ref_delete(struct repository *repo, const struct ref_list *refs,
	       struct error *err);

/* HEAD of this worktree. */
struct head {
	char *branch;  /* full name, "refs/heads/main"; NULL when detached */
	bool unborn;   /* the branch does not exist yet */
	struct oid id; /* zero when unborn */
};
int head_read(struct repository *repo, struct head *out, struct error *err);
void head_release(struct head *head);

/*
 * Hold `name` locked while `change` computes its new value from the old one
 * (`old` NULL: it does not exist). The lock is waited for, about five seconds.
 */
typedef int (*ref_change)(void *context, const struct oid *old,
			  struct oid *new_oid, struct error *err);
int ref_update_locked(struct repository *repo, const char *name,
		      ref_change change, void *context, struct error *err);

#endif
