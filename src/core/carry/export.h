/*
 * Checkpoints into a bundle, for a backup or to carry them elsewhere.
 *
 * A bundle holds refs/checkpoints/<session>/<id> and all they reach, so that it
 * is complete in itself, or without the history that the caller says is there
 * already where it goes. Notes are not in it: an import makes them again.
 */
#ifndef CORE_CARRY_EXPORT_H
#define CORE_CARRY_EXPORT_H

#include "base/error.h"
#include "base/strlist.h"
#include "core/carry/export_outputs.h"
#include "core/record/checkpoint.h"
#include "core/secret/secret_find.h"
#include "git/bundle.h"

struct repository;

struct export_request {
	const char *file; /* from where the process is; or "-": fd 1 */
	/* Sessions, unique beginnings of their names, or checkpoints; none:
	 * the sessions of this worktree. */
	const char *const *names;
	size_t nr_names;
	bool all;	 /* every session of this repository */
	bool with_local; /* what never leaves this clone otherwise, and pins */
	bool thin;	 /* without what remote-tracking branches have */
	const struct strlist *without; /* revisions: without their history */
	const char *outputs; /* directory for the outputs of tasks; or NULL */
	/* Called while it is searched for secrets; or NULL. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

struct exported {
	struct checkpoint_list list; /* what is in the file, newest first */
	struct strlist sessions;     /* sorted */
	struct strlist left_out;     /* ids: they are in what is left out */
	size_t local, pins;
	struct bundle bundle; /* its header as it was written */
	uint64_t bytes;
	struct outputs outputs;
	struct secret_finds secrets; /* because of which nothing was written */
};

/*
 * Write the file beside its place and rename it: a failure leaves what was
 * there. ERR_NOT_FOUND: nothing to export, or a name that names nothing;
 * ERR_REFUSED: an output is there with other content, or a checkpoint has a
 * secret (what only `with_local` adds is not searched). The caller must
 * exported_release() in any case.
 */
int export_run(struct repository *repo, const struct export_request *request,
	       struct exported *out, struct error *err);
void exported_release(struct exported *exported);

#endif
