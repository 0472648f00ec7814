/*
 * Where new files of an operation are written, and old ones moved to:
 * $GIT_DIR/checkpoint.d/operation/{new,old}/. Each is a file or a directory
 * that is renamed as a whole, so git never sees half of one. What a run that
 * was killed has left there is removed by the next.
 */
#ifndef GIT_OPERATION_STAGE_H
#define GIT_OPERATION_STAGE_H

#include "base/error.h"

struct operation_file;
struct repository;

struct operation_stage {
	struct repository *repo;
	int top;	      /* descriptor of checkpoint.d */
	int new_dir, old_dir; /* descriptors */
	bool kept;
};

/* Remove what a run that was killed has left there, if anything. */
int operation_stage_clear(struct repository *repo, struct error *err);

/* Make it, empty. The caller must operation_stage_close() it. */
int operation_stage_open(struct operation_stage *stage, struct repository *repo,
			 struct error *err);
/* Write a file to new/, with the directories above it. */
int operation_stage_add(struct operation_stage *stage,
			const struct operation_file *file, struct error *err);
/*
 * Give it a name that no other run removes, for what is in it is nowhere else,
 * and add a hint with that name to the error in `err`.
 */
void operation_stage_keep(struct operation_stage *stage, struct error *err);
/*
 * Remove it with all that is in it, unless it is kept. `ret` < 0: something has
 * failed, as `err` says; that is returned and `err` stays.
 */
int operation_stage_close(struct operation_stage *stage, int ret,
			  struct error *err);

#endif
