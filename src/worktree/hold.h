/*
 * Holding on to one file of the worktree while it is compared and replaced.
 *
 * An open descriptor keeps the inode from being used again, and a read lease,
 * fcntl(2) F_SETLEASE, says that nobody has it open for writing (a shared
 * mapping counts, but not on overlayfs). Whoever opens it for writing from then
 * on waits until the hold is released, and hold_is_alone() tells that somebody
 * does.
 *
 * The kernel tells of that by a signal as well; SIGURG is chosen for it, which
 * does nothing unless it is asked for.
 */
#ifndef WORKTREE_HOLD_H
#define WORKTREE_HOLD_H

#include "base/error.h"

#include <sys/stat.h>

struct writer_expect;

struct hold {
	int fd; /* for reading; O_PATH for a link, or a file we may not read */
	bool leased;
	struct stat stat; /* taken under the lease */
};

#define HOLD_INIT                                                              \
	{                                                                      \
		.fd = -1                                                       \
	}

/*
 * Take hold of the file or link `name` in `dir_fd`; `path` is its name in
 * errors. Somebody who writes to it is waited for, two seconds, then
 * ERR_CHANGED; so is anything that is neither file nor link. Without `lease`,
 * and where the file is not ours to lease, writers are not noticed.
 * ERR_NOT_FOUND: it is not there. The caller must hold_release().
 */
int hold_take(struct hold *hold, int dir_fd, const char *name, bool lease,
	      const char *path, struct error *err);
void hold_release(struct hold *hold);

/* Nobody has come to write since. */
bool hold_is_alone(const struct hold *hold);

/* Let those who wait for it write, then lease it again: false where they do not
 * end within two seconds. */
bool hold_yield(struct hold *hold);

/* Whether `name` in `dir_fd` is what is held. */
bool hold_is_at(const struct hold *hold, int dir_fd, const char *name);

/* Whether it is what `expect` describes: 1, 0, or < 0 with `err` filled. */
int hold_matches(const struct hold *hold, const struct writer_expect *expect,
		 const char *path, struct error *err);

#endif
