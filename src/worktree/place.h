/*
 * One place in the worktree: a name in a directory, and the name beside it that
 * is ours. What is at the place changes hands here, and nothing that somebody
 * else wrote there is lost on the way.
 *
 * Each of these ends with nothing under the temporary name, except where two
 * people's versions had to be kept: then the newest is at the place, the older
 * one under the temporary name, and the error names it.
 */
#ifndef WORKTREE_PLACE_H
#define WORKTREE_PLACE_H

#include "base/error.h"

struct writer_caps;
struct writer_expect;

struct place {
	const struct writer_caps *caps;
	int dir_fd;
	const char *path; /* from the top, for errors */
	const char *name; /* its last component */
	const char *temp; /* our name in the same directory */
};

/*
 * Give what is at `temp` the name of the place, where nothing is, or an empty
 * directory. ERR_CHANGED: there is something.
 */
int place_new(const struct place *place, struct error *err);

/* Put what is at `temp` there instead of what `expect` describes, which goes.
 * ERR_CHANGED: something else is there, and stays. */
int place_over(const struct place *place, const struct writer_expect *expect,
	       struct error *err);

/* Remove what `expect` describes. ERR_NOT_FOUND: nothing is there;
 * ERR_CHANGED: something else is. */
int place_remove(const struct place *place, const struct writer_expect *expect,
		 struct error *err);

#endif
