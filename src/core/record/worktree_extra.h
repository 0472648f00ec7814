/*
 * What a tree cannot say of a worktree: the file `worktree-extra` of S;
 * gitformat-checkpoint(5).
 *
 *	worktree-extra 1
 *	default <file mode> <executable mode> <directory mode>
 *	dir <mode> <path>                     an empty directory
 *	mode <mode> <path>                    permissions other than the
 *default; a directory ends in a slash convert <raw id> <conversion> TAB <path>
 *stored otherwise than on disk raw <path>                            its raw
 *bytes are in raw/<path> present <path>                        skip-worktree,
 *and on disk
 *
 * Modes are four octal digits, the permission bits of lstat(). Every kind of
 * line is sorted by path, and the kinds stand in this order.
 */
#ifndef CORE_RECORD_WORKTREE_EXTRA_H
#define CORE_RECORD_WORKTREE_EXTRA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "git/oid.h"

struct worktree_mode {
	const char *path;
	unsigned mode;
};

struct worktree_modes {
	struct worktree_mode *items;
	size_t nr, alloc;
};

struct worktree_conversion {
	const char *path;
	const char *conversion; /* convert_describe() of worktree/convert.h */
	struct oid raw;
	bool keep_raw; /* the bytes are in raw/<path> */
};

struct worktree_extra {
	unsigned file_mode, exec_mode, dir_mode; /* the defaults */
	struct worktree_modes empty_dirs;
	struct worktree_modes modes;
	struct worktree_conversion *conversions;
	size_t nr_conversions, alloc_conversions;
	struct strlist present;
	struct arena texts; /* the others' */
};

void worktree_extra_init(struct worktree_extra *extra);
void worktree_extra_release(struct worktree_extra *extra);

void worktree_extra_add_dir(struct worktree_extra *extra, const char *path,
			    unsigned mode);
void worktree_extra_add_mode(struct worktree_extra *extra, const char *path,
			     unsigned mode);
void worktree_extra_add_conversion(struct worktree_extra *extra,
				   const char *path, const char *conversion,
				   const struct oid *raw, bool keep_raw);
/* Sort all lists: before writing, and before looking things up. */
void worktree_extra_sort(struct worktree_extra *extra);

void worktree_extra_write(const struct worktree_extra *extra, struct buf *out);
/* ERR_INVALID where it is not in its one valid form. */
int worktree_extra_read(struct worktree_extra *out, const char *text,
			size_t len, struct error *err);

/* Look-ups in sorted lists. */
const struct worktree_conversion *
worktree_extra_conversion(const struct worktree_extra *extra, const char *path);
/* The permission bits of a file, executable or not, or of a directory ("a/").
 */
unsigned worktree_extra_mode(const struct worktree_extra *extra,
			     const char *path, bool executable);
const struct worktree_mode *
worktree_modes_find(const struct worktree_modes *modes, const char *path);

#endif
