/*
 * What a killed restore has left beside the files it was changing.
 */
#ifndef CORE_RESTORE_RESTORE_SWEEP_H
#define CORE_RESTORE_RESTORE_SWEEP_H

#include "base/error.h"

struct journal;
struct repository;

/*
 * Remove the journal's temporary files: those that hold what its safety
 * checkpoint has, or what its target has, or the beginning of that. One that
 * holds anything else is somebody's edit, and stays where it is.
 */
int restore_sweep(struct repository *repo, const struct journal *journal,
		  struct error *err);

#endif
