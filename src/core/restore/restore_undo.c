#include "core/restore/restoring.h"

#include "git/repository.h"

/* -- undo and redo ------------------------------------------------------- */

/* HEAD and refs must be what the last restore left. */
static int expect_untouched(struct repository *repo,
			    const struct undo_entry *entry, struct error *err)
{
	struct head head;
	bool same;

	if (head_read(repo, &head, err) < 0)
		return err->code;
	same = oid_equal(&head.id, &entry->head) &&
	       !head.branch == !entry->branch &&
	       (!head.branch || !strcmp(head.branch, entry->branch));
	head_release(&head);
	for (size_t i = 0; same && i < entry->moves.nr; i++) {
		struct oid now = {{0}};

		if (ref_read(repo, entry->moves.items[i].name, &now, err) < 0 &&
		    err->code != ERR_NOT_FOUND)
			return err->code;
		error_release(err);
		same = oid_equal(&now, &entry->moves.items[i].new_oid);
	}
	if (same)
		return 0;
	error_set(err, ERR_REFUSED,
		  "Git state mismatch: HEAD or a ref is not where the last "
		  "restore left it");
	error_hint(err, "'--move-head' moves them back all the same");
	return error_hint(err, "'--keep-head' undoes the change of the files "
			       "only");
}

static int run_entry(struct restoring *restoring, struct undo_entry *entry,
		     struct error *err)
{
	struct restore_request *request =
		(struct restore_request *)restoring->request;
	bool keep = request->mode == RESTORE_KEEP_HEAD;

	restoring->mode = keep ? RESTORE_KEEP_HEAD : entry->mode;
	if (entry->mode == RESTORE_PATHS)
		restoring->paths = &entry->pathspecs;
	if (entry->mode == RESTORE_AS_IS || entry->mode == RESTORE_BRANCH ||
	    entry->mode == RESTORE_MOVE_HEAD) {
		if (!keep && !request->allow_move &&
		    expect_untouched(restoring->repo, entry, err) < 0)
			return err->code;
		if (!keep)
			restoring->mode = RESTORE_MOVE_HEAD;
	}
	if (entry->mode == RESTORE_PATHS)
		restoring->mode = RESTORE_PATHS;
	restoring->undone = entry;
	return restoring_run(restoring, &entry->safety, err);
}

int restoring_run_undo(struct restoring *restoring, struct error *err)
{
	bool undo = restoring->request->kind == RESTORE_UNDO;
	struct undo_stack stack;
	struct undo_list *list;
	int ret = undo_read(restoring->repo->git_dir, &stack, err);

	list = undo ? &stack.done : &stack.undone;
	if (!ret && !list->nr)
		ret = error_set(err, ERR_REFUSED, "nothing to %s",
				undo ? "undo" : "redo");
	if (!ret)
		ret = run_entry(restoring, &list->items[list->nr - 1], err);
	undo_stack_release(&stack);
	return ret;
}
