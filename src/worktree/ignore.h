/*
 * Ignore rules, exactly as `git ls-files -o --exclude-standard` applies them:
 * gitignore(5). libgit2's engine differs from git's and loses files.
 *
 * Rules come, in falling precedence, from the .gitignore of the path's own
 * directory up to the top, $GIT_COMMON_DIR/info/exclude, core.excludesFile. A
 * .gitignore that a sparse checkout left out of the worktree is read from the
 * index, as git does; one that is a symbolic link is not followed.
 *
 * A walk pushes one level a directory; levels are immutable once made, so any
 * number of threads may check against the same one.
 */
#ifndef WORKTREE_IGNORE_H
#define WORKTREE_IGNORE_H

#include "base/error.h"
#include "base/strlist.h"

struct ignore;
struct ignore_level;
struct index;
struct repository;

enum ignore_match {
	IGNORE_NONE,	 /* no pattern says anything */
	IGNORE_EXCLUDED, /* ignored */
	IGNORE_INCLUDED, /* a negated pattern has the last word */
};

/*
 * Read the rules that hold for the whole worktree, honouring core.ignoreCase.
 * `index` (may be NULL) is borrowed until ignore_free().
 */
int ignore_open(struct ignore **out, struct repository *repo,
		const struct index *index, struct error *err);
/* Free it with all its levels. */
void ignore_free(struct ignore *ignore);

/* The level of the top directory. Borrowed, like all levels. */
struct ignore_level *ignore_top(struct ignore *ignore, int top_fd,
				struct error *err);

/*
 * The level of the directory `dir` ("a/b/", with the slash), which `dir_fd` is
 * open on, below `parent`. `has_file` false says that the caller has listed
 * the directory and saw no .gitignore; then, unless the index has one that is
 * not in the worktree, `parent` itself is returned. Safe from several threads.
 * A file that may not be opened counts as none, as it does for git. NULL:
 * reading failed, `err` says how.
 */
struct ignore_level *ignore_push(struct ignore *ignore,
				 struct ignore_level *parent, const char *dir,
				 int dir_fd, bool has_file, struct error *err);

/*
 * What the rules say of `path` (from the top, no slash at the end), whose
 * directory has `level`. Speaks of this path alone: that nothing below an
 * excluded directory can be included is the walk's to know. Safe from several
 * threads.
 */
enum ignore_match ignore_check(const struct ignore_level *level,
			       const char *path, size_t len, bool is_dir);

/*
 * Whether `path` is ignored, its directories included: opens what levels it
 * needs. Not safe from several threads. -1 with `err` filled on failure.
 */
int ignore_path(struct ignore *ignore, int top_fd, const char *path,
		bool is_dir, struct error *err);

/*
 * A list of gitignore patterns from elsewhere (checkpoint.include,
 * checkpoint.exclude), anchored at the top.
 */
struct ignore_list;
struct ignore_list *ignore_list_new(const struct strlist *patterns,
				    bool ignore_case);
enum ignore_match ignore_list_check(const struct ignore_list *list,
				    const char *path, size_t len, bool is_dir);
void ignore_list_free(struct ignore_list *list);

#endif
