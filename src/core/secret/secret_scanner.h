/*
 * The user's own scanner instead of ours: the command in
 * checkpoint.secretScanner.
 *
 * It is run by the shell at the top of the worktree, with a directory behind
 * its arguments in which every object that would travel is a file of its own:
 * "<object id>/<path>", commits and tags as "<object id>/message". Exit status
 * 0 says that they may go; anything else, also that it could not be run, that
 * they may not. What it prints goes to standard error.
 */
#ifndef CORE_SECRET_SECRET_SCANNER_H
#define CORE_SECRET_SECRET_SCANNER_H

#include "base/error.h"
#include "core/secret/secret_places.h"

struct repository;

/* The command; NULL: none is set. Borrowed. */
const char *secret_scanner(const struct repository *repo);

/*
 * Write out the objects of the places in `which`, and ask it. ERR_REFUSED where
 * it did not say yes; `what` is what was to be done.
 */
int secret_scanner_ask(struct repository *repo, const char *scanner,
		       const struct secret_places *places, const size_t *which,
		       size_t nr, const char *what, struct error *err);

#endif
