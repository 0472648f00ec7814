/*
 * Refs: read, compare-and-swap, delete.
 *
 * All of this is per repository, except HEAD and what git keeps per worktree
 * (refs/bisect, refs/worktree, refs/rewritten).
 *
 * Git's files are read and locked here, by git's own protocol: `<ref>.lock`,
 * gitrepository-layout(5) and git-update-ref(1). libgit2 looks for some of the
 * per-worktree refs in the wrong place, parses all of packed-refs for one ref,
 * writes a reflog for notes that cannot be turned off, and does not
 * sync: Documentation/technical/decisions/0006-refs.md. Deleting is git's own.
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
 * exist). ERR_CHANGED where it has not; ERR_INVALID where it is symbolic or
 * damaged; ERR_LOCKED: a lock held by another is waited for, about a second.
 * Synced unless core.fsync says otherwise. No reflog is written and no hook is
 * run: this is for refs of our own. A user's branch is moved by
 * `git update-ref`.
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
 * A loose ref that is damaged (a power failure can leave it empty) has the zero
 * id; a symbolic one that leads nowhere is left out.
 * Cost: loose refs are read only below the prefix, packed ones are searched.
 */
int ref_list_read(struct repository *repo, const char *prefix,
		  struct ref_list *out, struct error *err);
/*
 * The same without reading loose refs, whose ids are zero then, whatever they
 * hold: for who wants the names, or a few of them. ref_read() reads one.
 * `beginning`: only those of which the part behind the last slash begins so;
 * NULL: any.
 */
int ref_list_read_names(struct repository *repo, const char *prefix,
			const char *beginning, struct ref_list *out,
			struct error *err);
/*
 * Add the names directly below `prefix` under which there are refs, or which
 * are refs, to `out`, sorted: "a" for refs/x/a/1 and refs/x/a/2 below
 * "refs/x/". Cost: one search, or one directory, for each name.
 */
int ref_list_children(struct repository *repo, const char *prefix,
		      struct strlist *out, struct error *err);
/*
 * How many loose refs there are below `prefix`, `max` if there are more. Their
 * files are not read.
 */
int ref_count_loose(const struct repository *repo, const char *prefix,
		    size_t max, size_t *out, struct error *err);
/* By name, as they are read. */
void ref_list_sort(struct ref_list *list);
/* The one of this name in a list that is sorted, or NULL. */
const struct ref *ref_list_find(const struct ref_list *list, const char *name);
void ref_list_add(struct ref_list *list, const char *name,
		  const struct oid *oid);
void ref_list_release(struct ref_list *list);

/*
 * Delete refs that have these values, in one `git update-ref --stdin`: either
 * all go, or none (ERR_CHANGED, ERR_LOCKED). One that is gone already is no
 * failure. The zero id deletes whatever is there, also a damaged ref.
 */
int ref_delete(struct repository *repo, const struct ref_list *refs,
	       struct error *err);

/*
 * Set refs to these values, whatever they are now, in one `git update-ref
 * --stdin`: either all are set, or none. For refs that anybody may set again,
 * as those of what was fetched.
 */
int ref_set_all(struct repository *repo, const struct ref_list *refs,
		struct error *err);

/*
 * Move the loose refs below these prefixes (NULL-terminated) that lead to
 * commits to packed-refs, as `git pack-refs` would, which takes the user's
 * refs as well. Does nothing unless there are many: 64, and one more for each
 * 64 KiB that packed-refs has, all of which is written anew. What another
 * process changes meanwhile stays as it is, and so does everything where
 * gc.packRefs is false, where packed-refs is locked, a symbolic link, or of a
 * kind that is not known here, and where there are no hard links: then the lock
 * of a process that was killed could not be told from another's.
 */
int ref_pack(struct repository *repo, const char *const *prefixes,
	     struct error *err);

/* HEAD of this worktree. */
struct head {
	char *branch;  /* the ref that a commit would move, "refs/heads/main";
			  NULL when detached */
	bool unborn;   /* the branch does not exist yet */
	struct oid id; /* zero when unborn */
};
int head_read(struct repository *repo, struct head *out, struct error *err);
void head_release(struct head *head);

/*
 * Let `change` compute the new value of `name` from the old one (`old` NULL: it
 * does not exist) and set it; the zero id deletes it. Our own processes take
 * turns, which is waited for, about five seconds; where another program
 * has changed the ref meanwhile, `change` is called again with what is
 * there now.
 */
typedef int (*ref_change)(void *context, const struct oid *old,
			  struct oid *new_oid, struct error *err);
int ref_update_locked(struct repository *repo, const char *name,
		      ref_change change, void *context, struct error *err);

#endif
