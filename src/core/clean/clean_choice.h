/*
 * Which checkpoints are to go: those of a name, those that hold a path, those
 * that meet criteria, or those that retention has done with.
 */
#ifndef CORE_CLEAN_CLEAN_CHOICE_H
#define CORE_CLEAN_CLEAN_CHOICE_H

#include "base/error.h"

struct clean_request;
struct cleaned;
struct repository;

/*
 * Add them to `drop`, and to `stay` those that something holds; the sessions
 * that are to be forgotten to `sessions`, and of a path what was found to
 * `blobs` and `unread`. Each checkpoint once, in no order. ERR_NOT_FOUND: there
 * is none of a name.
 */
int clean_choice_read(struct repository *repo,
		      const struct clean_request *request, struct cleaned *out,
		      struct error *err);

#endif
