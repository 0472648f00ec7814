#include "core/restore/restoring.h"

#include "base/alloc.h"
#include "core/restore/new_index.h"

/* The parts of a whole index, by their ids. */
static int whole_index_changes(const struct restoring *restoring, bool *out,
			       struct error *err)
{
	const struct snapshot *now = restoring->saved.snapshot;
	const struct stored *stored = &restoring->target.stored;
	struct oid extra = {{0}};

	if (stored_find(restoring->repo, stored, "index-extra", &extra, err) <
	    0) {
		if (err->code != ERR_NOT_FOUND)
			return err->code;
		error_release(err);
	}
	*out = !oid_equal(&now->index_tree, &stored->index_tree) ||
	       !oid_equal(&now->index_extra_blob, &extra);
	return 0;
}

static int index_changes(const struct restoring *restoring, bool *out,
			 struct error *err)
{
	*out = false;
	if (!restoring_touches_index(restoring) ||
	    restoring->mode == RESTORE_NEW_WORKTREE)
		return 0;
	if (restoring->mode == RESTORE_PATHS)
		return new_index_differs(restoring->saved.snapshot,
					 &restoring->target, restoring->paths,
					 out, err);
	return whole_index_changes(restoring, out, err);
}

static bool same_files(const struct operation *a, const struct operation *b)
{
	if (a->nr_files != b->nr_files)
		return false;
	for (size_t i = 0; i < a->nr_files; i++) {
		const struct operation_file *x = &a->files[i];
		const struct operation_file *y = &b->files[i];

		if (strcmp(x->path, y->path) != 0 ||
		    x->text.len != y->text.len ||
		    (x->text.len &&
		     memcmp(x->text.ptr, y->text.ptr, x->text.len) != 0))
			return false;
	}
	return true;
}

static void note_operation(const struct restoring *restoring)
{
	static const struct operation none;
	const struct operation *now = &restoring->saved.snapshot->operation;
	const struct operation *then = restoring_brings_operation(restoring)
					       ? &restoring->target.operation
					       : &none;
	struct restore_result *out = restoring->out;

	if (restoring->mode != RESTORE_AS_IS &&
	    restoring->mode != RESTORE_MOVE_HEAD)
		return;
	/* ORIG_HEAD alone is none. */
	if ((!now->name && !then->name) || same_files(now, then))
		return;
	out->operation_changes = true;
	out->old_operation = xstrdup_or_null(now->name);
	out->new_operation = xstrdup_or_null(then->name);
}

int restoring_note_state(struct restoring *restoring, struct error *err)
{
	/* Half of what a journal speaks of may be done already. */
	if (restoring->journal)
		return 0;
	note_operation(restoring);
	return index_changes(restoring, &restoring->out->index_changes, err);
}
