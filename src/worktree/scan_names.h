/*
 * The names in a directory that the index does not have; worktree/scan.h has
 * the whole.
 */
#ifndef WORKTREE_SCAN_NAMES_H
#define WORKTREE_SCAN_NAMES_H

#include "base/buf.h"
#include "base/error.h"
#include "worktree/roster.h"
#include "worktree/scan.h"

struct scan_names {
	const char *at;	   /* as in struct roster */
	const char *end;   /* of them */
	struct buf listed; /* where they were listed just now */
	char *seen;	   /* which directories of the seal's; or NULL */
	size_t count;	   /* of all names in the directory but . and .. */
	bool may_be_kept;  /* `listed` may be believed next time */
};

/*
 * List the open directory, or take what rosters know of it. `st` is its
 * fstat(), `tracked` the sum of what the index has in it. Fills dir->roster
 * where there is one already. The caller must scan_names_release() in any case.
 */
int scan_names_read(struct scan_names *names, struct scan *scan,
		    struct scan_dir *dir, int fd, const struct stat *st,
		    uint64_t tracked, struct error *err);
void scan_names_release(struct scan_names *names);

/* The next name and its d_type; NULL: that was the last. Borrowed. */
const char *scan_names_next(struct scan_names *names, unsigned char *type);

#endif
