/*
 * A plan while it is made; for core/restore/plan*.c only.
 *
 *	planning.c     the whole, and what the trees say
 *	plan_place.c   what is in the way, and what goes
 *	plan_unread.c  what could not be read, then or now
 *	plan_modes.c   permissions of what stays
 *	plan_empty.c   empty directories
 *	plan_open.c    directories that do not let us in
 */
#ifndef CORE_RESTORE_PLANNING_H
#define CORE_RESTORE_PLANNING_H

#include "base/error.h"
#include "core/restore/plan.h"

/* More entries than this in one tree are hostile. */
#define PLANNING_MAX_ENTRIES UINT64_C(50000000)

struct planning {
	struct plan *plan;
	struct snapshot *now;
	const struct target *target;
	const struct strlist *pathspecs;
	struct strmap dirs; /* whose permissions have been looked at */
	char *missing;	    /* "a/b/": the directory that was found last not to
			       be there; NULL: none was */
};

/* The item of `path`: a new one, or the one that is there already, as it is. */
struct plan_item *planning_add(struct planning *planning, const char *path,
			       enum plan_action action);

/* Plan that a file or link is written, with the permissions it has to have. */
void planning_put(struct planning *planning, const char *path,
		  enum plan_action action, uint32_t mode,
		  const struct oid *blob);

/* Plan that `path` becomes a file or link with this content, where there may be
 * something in the way. */
int planning_file(struct planning *planning, const char *path, uint32_t mode,
		  const struct oid *blob, struct error *err);

/*
 * Plan that those files go of which the target knows that they were not there,
 * ignored or not: core/restore/plan_place.c.
 */
int planning_absent(struct planning *planning, struct error *err);

/* The mode of `path` in the target's tree; 0: it has none, or failed. */
uint32_t planning_entry(struct planning *planning, const char *path,
			struct oid *blob, struct error *err);

/*
 * What could not be read when the target was made: its tree has the staged
 * content in its place, and nobody knows the permissions below a directory.
 * planning_keep_unread() plans that such a file stays as it is; false where
 * there is no file now, or what was there is known.
 */
bool planning_was_unread(const struct planning *planning, const char *path);
bool planning_keep_unread(struct planning *planning, const char *path);

/* Plan what cannot be read now, though the trees do not say that it differs. */
int planning_unread(struct planning *planning, struct error *err);

/*
 * Plan the permissions of directories that have to be opened for the rest of
 * the plan. ERR_REFUSED: one is not ours to open.
 */
int planning_open_dirs(struct planning *planning, struct error *err);

/* Whether a link was, and is to be, the plain file that core.symlinks=false
 * makes of it. */
bool planning_is_link_as_file(const struct planning *planning,
			      const char *path);

/* Plan what changes on disk of files and directories whose content stays. */
int planning_modes(struct planning *planning, struct error *err);

/* Plan the empty directories, those that are now and those of the target. */
int planning_empty_dirs(struct planning *planning, struct error *err);

/*
 * A directory that has to be made gets its permissions from the umask; where
 * the checkpoint has others, plan that they are set afterwards.
 */
void planning_new_dirs(struct planning *planning);

/* ERR_REFUSED: what is at `path` is in the way. */
int planning_refuse(struct error *err, const char *path, const char *why);

/*
 * Where a file is to come into being: is the place free, or can it be made so?
 * What has to go is put into the plan; what is in no checkpoint yet on its
 * list.
 */
int planning_look_at_place(struct planning *planning, const char *path,
			   struct error *err);

/*
 * Plan that `path` becomes a directory, whatever is there now; `permissions`
 * -1: as the umask has it.
 */
int planning_dir(struct planning *planning, const char *path, int permissions,
		 struct error *err);

/* Refuse a path that lies in a repository which is not ours. */
int planning_look_for_nested(struct planning *planning, const char *path,
			     struct error *err);

#endif
