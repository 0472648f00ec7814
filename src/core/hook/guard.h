/*
 * Running a command that may do harm: what is there is saved first, so that
 * it can be had back when the command fails.
 */
#ifndef CORE_HOOK_GUARD_H
#define CORE_HOOK_GUARD_H

#include "base/child.h"
#include "core/restore/restore.h"
#include "core/save/save.h"

struct guard_request {
	const char *const *command; /* NULL-terminated, not empty */
	const char *description;    /* NULL: made of the command */
	bool restore_on_failure;
	int argc; /* the command line, for the metadata */
	const char *const *argv;
};

struct guard_result {
	struct saved saved;	  /* the checkpoint that was made before */
	struct child_end end;	  /* how the command ended */
	bool head_moved;	  /* it left HEAD elsewhere than it was */
	bool restored;		  /* all is again as it was before */
	struct error restore_err; /* why not, where it was asked for */
};

/* Save, before the command runs. Where this fails it must not run. The caller
 * must guard_release() in any case. */
int guard_save(struct repository *repo, const struct guard_request *request,
	       struct guard_result *out, struct error *err);

/*
 * Run the command, where we are and with our streams, and restore if it failed
 * and that was asked for. A restore that fails is in `restore_err`, and no
 * failure of this: the command's end is what counts. ERR_NOT_FOUND: there is no
 * such program.
 */
int guard_run(struct repository *repo, const struct guard_request *request,
	      struct guard_result *out, struct error *err);
void guard_release(struct guard_result *result);

#endif
