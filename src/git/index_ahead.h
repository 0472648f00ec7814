/*
 * The index, read and parsed on a thread of its own while a command starts.
 * That takes 20 ms of 100,000 entries, in which git is asked for its
 * configuration and libgit2 starts. Beside a watch parts of it may be enough
 * (worktree/seal.h): then it is not read before it is asked for.
 */
#ifndef GIT_INDEX_AHEAD_H
#define GIT_INDEX_AHEAD_H

#include "base/error.h"

struct index;
struct index_ahead;
struct repository;

/*
 * Begin with `path`; `git_dir` is where its checksum may have been noted as
 * right. Where no thread can be started, nothing is read ahead. The caller must
 * index_ahead_free().
 */
struct index_ahead *index_ahead_start(const char *git_dir, const char *path);
/*
 * Before git has said where the repository is: begin with the index that it
 * most probably has, from where we stand. NULL: no guess. Nothing is believed
 * of that, index_ahead_take() sees whether it was that file.
 */
struct index_ahead *index_ahead_guess(void);
void index_ahead_free(struct index_ahead *ahead);

/*
 * index_read_seen() of the repository's index: what was read ahead, where that
 * was this very file and it has not changed since, else what is there now. The
 * caller must index_free().
 */
int index_ahead_take(struct index **out, struct repository *repo,
		     struct error *err);

#endif
