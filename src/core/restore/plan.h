/*
 * What a restore would do to the worktree: target against workspace, path by
 * path. `restore --dry-run` prints exactly this.
 *
 * A path that the target does not have is deleted only where the present
 * snapshot holds it (so it is not ignored now), and the target did not leave it
 * out. What is neither in the snapshot nor can be put into it is a reason to
 * refuse.
 */
#ifndef CORE_RESTORE_PLAN_H
#define CORE_RESTORE_PLAN_H

#include "base/error.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/target.h"
#include "git/index.h"

enum plan_action {
	PLAN_DELETE,
	PLAN_RMDIR,  /* an empty directory */
	PLAN_CREATE, /* nothing of the snapshot is there */
	PLAN_WRITE,  /* other content or kind */
	PLAN_CHMOD,  /* other permissions; a directory ends in a slash */
	PLAN_MKDIR,
	PLAN_KEEP, /* stays, though the target has it otherwise */
};

struct plan_item {
	char *path;
	enum plan_action action;
	uint32_t mode;		 /* in the target: MODE_* of git/tree.h */
	struct oid blob;	 /* in C of the target */
	int permissions;	 /* bits in the target; -1 for a link, but for
				    one that is to be a plain file */
	enum omit_reason reason; /* of PLAN_KEEP */
	struct index_stat after; /* lstat() once it is done */
	bool done;
};

struct plan {
	struct plan_item *items; /* sorted by path */
	size_t nr, alloc;
	struct strmap by_path; /* the number of the item plus 1, for as long as
				  they are not sorted */
	/* Files in the way that the snapshot does not hold: it must be taken
	 * again with these wanted. Sorted. */
	struct strlist uncovered;
};

#define PLAN_INIT                                                              \
	{                                                                      \
		NULL, 0, 0, STRMAP_INIT, STRLIST_INIT                          \
	}

const char *plan_action_name(enum plan_action action);

/*
 * Compare. `pathspecs` empty: everything. ERR_REFUSED names what is in the way
 * and cannot be saved (a nested repository, a directory with files that no
 * checkpoint holds, a device). The caller must plan_release() in any case.
 */
int plan_make(struct plan *out, struct snapshot *now,
	      const struct target *target, const struct strlist *pathspecs,
	      struct error *err);
void plan_release(struct plan *plan);

/*
 * For paths that a user has just typed: ERR_FAILED names one that is neither
 * here nor in the target.
 */
int plan_expect(struct snapshot *now, const struct target *target,
		const struct strlist *pathspecs, struct error *err);

/* Items other than PLAN_KEEP. */
size_t plan_changes(const struct plan *plan);
struct plan_item *plan_find(const struct plan *plan, const char *path);

#endif
