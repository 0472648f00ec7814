/*
 * Files of rules: .gitignore, .gitattributes, and those that a user's
 * configuration names. Reading one never waits (a fifo) and never takes more
 * memory than git would.
 */
#ifndef WORKTREE_RULEFILE_H
#define WORKTREE_RULEFILE_H

#include "base/buf.h"
#include "base/error.h"

struct repository;

/* What git takes at most for one file. */
#define RULEFILE_MAX ((size_t)100 * 1024 * 1024)

enum rulefile {
	RULEFILE_READ = 0,
	RULEFILE_ABSENT, /* none that git would open: missing, a symbolic link
			    where links are not followed, or no permission */
	RULEFILE_DIRECTORY,
	RULEFILE_NO_FILE, /* something else: a fifo, a socket, a device */
	RULEFILE_TOO_LARGE,
};

/*
 * Append the file `path` below `dir_fd` to `out`. `follow` says whether its
 * last part may be a symbolic link. Returns enum rulefile, or < 0 where opening
 * or reading failed; the caller puts the file's name before the text.
 */
int rulefile_read(int dir_fd, const char *path, bool follow, struct buf *out,
		  struct error *err);

/*
 * The file that `key` names ("core.excludesfile"), or else `name` in the
 * user's git directory: $XDG_CONFIG_HOME/git or ~/.config/git. `*out`, which
 * the caller must free(), is NULL where there is none.
 */
int rulefile_configured(char **out, const struct repository *repo,
			const char *key, const char *name, struct error *err);

/*
 * Whether the git in use takes "**" behind a text as pattern.h says of 2.52.
 * It is asked once, for `*known`, which is to be zeroed before.
 */
enum rulefile_stars {
	RULEFILE_STARS_UNKNOWN,
	RULEFILE_STARS_OLD,
	RULEFILE_STARS_NEW
};
int rulefile_ask_stars(enum rulefile_stars *known, struct error *err);

#endif
