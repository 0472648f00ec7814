/*
 * The index, read and parsed on a thread of its own while a command starts.
 * That takes 20 ms of 100,000 entries, in which git is asked for its
 * configuration and libgit2 starts.
 */
#ifndef GIT_INDEX_AHEAD_H
#define GIT_INDEX_AHEAD_H

#include "base/error.h"

struct index;
struct index_ahead;
struct repository;

/*
 * Begin; of `repo`, which must outlive it, git_dir and index_file are read, and
 * nothing else. Where no thread can be started, nothing is read ahead. The
 * caller must index_ahead_free().
 */
struct index_ahead *index_ahead_start(const struct repository *repo);
void index_ahead_free(struct index_ahead *ahead);

/*
 * index_read_seen() of the repository's index: what was read ahead, where there
 * is such a thing and the file is still the same, else what is there now. The
 * caller must index_free().
 */
int index_ahead_take(struct index **out, struct repository *repo,
		     struct error *err);

#endif
