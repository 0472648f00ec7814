/*
 * The outputs of completed tasks, which are attachments of the checkpoint that
 * completed them, as files: <dir>/<session>/<task>/<name>.
 *
 * Nothing that is there is replaced, and a name from a checkpoint is a name of
 * a file only where it is safe as one.
 */
#ifndef CORE_CARRY_EXPORT_OUTPUTS_H
#define CORE_CARRY_EXPORT_OUTPUTS_H

#include "base/error.h"
#include "core/record/checkpoint.h"

struct repository;

struct output_file {
	char *path;	  /* below the directory */
	char *task;	  /* id */
	char *checkpoint; /* id */
	struct oid blob;
	bool was_there; /* with this content */
};

struct outputs {
	struct output_file *items;
	size_t nr, alloc;
};

/*
 * Look for them among `list`: of each task the newest checkpoint of type
 * task_complete. ERR_INVALID where a name may not be a file's. The caller must
 * outputs_release() in any case.
 */
int outputs_find(struct repository *repo, const struct checkpoint_list *list,
		 struct outputs *out, struct error *err);
void outputs_release(struct outputs *outputs);

/*
 * See what is in the way in `dir`: ERR_REFUSED names the first file that is
 * there with other content, or is none. Nothing is written.
 */
int outputs_check(struct repository *repo, struct outputs *outputs,
		  const char *dir, struct error *err);
/* Write those that are not there. ERR_REFUSED: one came meanwhile. */
int outputs_write(struct repository *repo, const struct outputs *outputs,
		  const char *dir, struct error *err);

#endif
