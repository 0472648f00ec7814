/*
 * Which checkpoints an export is of. A name is a session's, or an unambiguous
 * beginning of one; or else a checkpoint's, as anywhere.
 */
#ifndef CORE_CARRY_EXPORT_CHOICE_H
#define CORE_CARRY_EXPORT_CHOICE_H

#include "base/error.h"

struct checkpoint_list;
struct export_request;
struct repository;

/*
 * Add those of the request, each once. ERR_NOT_FOUND: none, or a name that
 * names nothing; ERR_AMBIGUOUS: a name of several; ERR_UNSUPPORTED: a
 * checkpoint that was fetched.
 */
int export_choose(struct repository *repo, const struct export_request *request,
		  struct checkpoint_list *out, struct error *err);

#endif
