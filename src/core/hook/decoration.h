/*
 * Keeping checkpoints out of what `git log --decorate` shows:
 * log.excludeDecoration of this repository.
 */
#ifndef CORE_HOOK_DECORATION_H
#define CORE_HOOK_DECORATION_H

#include "base/error.h"

struct repository;

/* Add our patterns, once. */
int decoration_exclude(struct repository *repo, struct error *err);
/* Take away what decoration_exclude() has added. */
int decoration_include(struct repository *repo, struct error *err);

#endif
