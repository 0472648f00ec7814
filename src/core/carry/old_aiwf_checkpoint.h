/*
 * A checkpoint of AIWF, in either of the layouts that `.aiwf/checkpoints/` may
 * have:
 *
 *	cp_.../metadata.json, and beside it, where they are there,
 *	       session.json, git-state.json, metrics.json
 *	cp_....json, with `state_snapshot` and `git_info` in it
 *
 * What one says of its session is added to that as well. A checkpoint that
 * cannot be taken is a problem of core/carry/old_work.h, and no error.
 */
#ifndef CORE_CARRY_OLD_AIWF_CHECKPOINT_H
#define CORE_CARRY_OLD_AIWF_CHECKPOINT_H

#include "base/error.h"

struct old_work;

/* Read the one in the directory, or in the file, of that name in checkpoints/.
 */
int old_aiwf_read_directory(struct old_work *work, const char *name,
			    struct error *err);
int old_aiwf_read_file(struct old_work *work, const char *name,
		       struct error *err);

#endif
