/*
 * Which remote is meant, and which sessions, by the arguments
 * [<remote>] [<session>...].
 */
#ifndef CORE_REMOTE_REMOTE_CHOICE_H
#define CORE_REMOTE_REMOTE_CHOICE_H

#include "base/error.h"
#include "base/strlist.h"

struct repository;

/*
 * The remote where none is named: checkpoint.remote, or that of the branch, or
 * the only one, or `origin`. ERR_FAILED with hints where there is none of
 * these. The caller must free().
 */
int remote_default(struct repository *repo, char **out, struct error *err);

/* ERR_FAILED with hints where there is no remote of that name. */
int remote_check(const struct repository *repo, const char *name,
		 struct error *err);

/*
 * Take the arguments apart. The first may be left out where it is no remote but
 * a session. Names of sessions are added to `sessions`, each once, in order.
 */
int remote_choose(struct repository *repo, const char *const *args, size_t nr,
		  char **remote, struct strlist *sessions, struct error *err);

#endif
