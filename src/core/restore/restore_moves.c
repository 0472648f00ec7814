#include "core/restore/restoring.h"

#include "base/alloc.h"
#include "core/restore/restore_head.h"
#include "git/operation.h"

/* -- what is to be done -------------------------------------------------- */

bool restoring_touches_index(const struct restoring *restoring)
{
	return restoring->mode != RESTORE_KEEP_HEAD;
}

static bool moves_head(const struct restoring *restoring)
{
	return restoring->mode == RESTORE_AS_IS ||
	       restoring->mode == RESTORE_MOVE_HEAD ||
	       restoring->mode == RESTORE_BRANCH;
}

bool restoring_brings_operation(const struct restoring *restoring)
{
	if (restoring->mode != RESTORE_AS_IS &&
	    restoring->mode != RESTORE_MOVE_HEAD)
		return false;
	return !restoring->target.foreign || restoring->request->operation;
}

static void say_operation_left(struct restoring *restoring)
{
	struct restore_result *out = restoring->out;

	if (!restoring->target.operation.name ||
	    restoring_brings_operation(restoring))
		return;
	out->operation_left = true;
	out->operation_reason = xstrdup(
		restoring->mode == RESTORE_AS_IS ||
				restoring->mode == RESTORE_MOVE_HEAD
			? "it comes from another clone; '--operation' brings "
			  "it back"
			: "only files were asked for, or HEAD stays elsewhere");
}

static int refuse_mismatch(const struct restoring *restoring, struct error *err)
{
	const char *text = restoring->out->mismatch.ptr;
	size_t len = strcspn(text, "\n");

	error_set(err, ERR_REFUSED, "Git state mismatch: %.*s", (int)len, text);
	error_hint(err, "'--move-head' moves HEAD and refs back to where they "
			"were");
	error_hint(err, "'--keep-head' restores the files only");
	error_hint(err, "'--branch=<new>' starts a branch there");
	return error_hint(err, "'--into=<dir>' restores into a new worktree");
}

/* A branch that starts elsewhere would carry a half-done merge along. */
static int refuse_operation(const struct restoring *restoring,
			    struct error *err)
{
	struct operation operation;
	int ret = operation_read(restoring->repo, &operation, err);

	if (!ret && operation.name)
		ret = error_set(err, ERR_REFUSED,
				"a %s is under way here; finish or abort it "
				"first",
				operation.name);
	operation_release(&operation);
	return ret;
}

static bool is_moved(const struct ref_moves *moves, const char *name)
{
	for (size_t i = 0; i < moves->nr; i++)
		if (!strcmp(moves->items[i].name, name))
			return true;
	return false;
}

/* Refs that only the operation of the restore's target named go back, if they
 * still are what it made them. */
static int take_back_refs(struct restoring *restoring, struct error *err)
{
	const struct ref_moves *made = &restoring->undone->moves;
	struct ref_moves *moves = &restoring->out->moves;

	for (size_t i = 0; i < made->nr; i++) {
		const struct ref_move *move = &made->items[i];
		struct oid now = {{0}};

		if (!strcmp(move->name, "HEAD") || is_moved(moves, move->name))
			continue;
		if (ref_read(restoring->repo, move->name, &now, err) < 0) {
			if (err->code != ERR_NOT_FOUND)
				return err->code;
			error_release(err);
		}
		if (oid_equal(&now, &move->new_oid))
			ref_moves_add(moves, move->name, &move->new_oid,
				      &move->old_oid);
	}
	return 0;
}

int restoring_decide_moves(struct restoring *restoring, struct error *err)
{
	struct restore_result *out = restoring->out;

	say_operation_left(restoring);
	if (restoring->journal)
		return 0;
	if (restoring->mode == RESTORE_BRANCH) {
		if (refuse_operation(restoring, err) < 0)
			return err->code;
		return restore_head_branch(restoring->repo, &restoring->target,
					   restoring->request->branch,
					   &out->moves, err);
	}
	if (!moves_head(restoring))
		return 0;
	if (restore_head_moves(restoring->repo, &restoring->target,
			       restoring_brings_operation(restoring),
			       &out->moves, &out->mismatch, err) < 0)
		return err->code;
	if (out->mismatch.len && restoring->mode == RESTORE_AS_IS &&
	    !restoring->request->dry_run)
		return refuse_mismatch(restoring, err);
	if (restoring->undone && take_back_refs(restoring, err) < 0)
		return err->code;
	return restore_head_check(restoring->repo, &out->moves, err);
}
