/*
 * The three steps by which a name in a directory changes what it stands for,
 * each in one piece where the file system can, and as near as it gets where it
 * cannot. All return 0, or -1 with errno.
 */
#ifndef WORKTREE_EXCHANGE_H
#define WORKTREE_EXCHANGE_H

#include "base/error.h"
#include "worktree/writer.h"

/* Find out what the file system of `dir_fd` can do. Where nothing can be
 * written there, it is taken to be able to do everything. */
void exchange_probe(int dir_fd, const char *tag, struct writer_caps *out);

/* Let two names change places. EINVAL: the file system cannot. */
int exchange_names(int dir_fd, const struct writer_caps *caps, const char *a,
		   const char *b);

/*
 * Give `from`, which is a name of ours alone, the name `to`. EEXIST: there is
 * something at `to`, and nothing has changed.
 */
int exchange_publish(int dir_fd, const struct writer_caps *caps,
		     const char *from, const char *to);

/* Take what is at `from` away to `to`, a name of ours. EEXIST as above. */
int exchange_take_away(int dir_fd, const struct writer_caps *caps,
		       const char *from, const char *to);

#endif
