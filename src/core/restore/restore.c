#include "core/restore/restore.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/restore/new_index.h"
#include "core/restore/restore_expose.h"
#include "core/restore/restore_files.h"
#include "core/restore/restore_head.h"
#include "core/restore/restore_index.h"
#include "core/restore/restore_lock.h"
#include "core/restore/restore_session.h"
#include "core/restore/restoring.h"
#include "core/save/drop.h"
#include "git/config.h"
#include "git/index.h"
#include "git/object.h"
#include "git/operation_tag.h"
#include "git/repository.h"
#include "worktree/writer.h"

#define DEFAULT_UNDO_DEPTH 20

/* -- the change ---------------------------------------------------------- */

/* Of a file below what was left out nothing says that it was not there; so an
 * undo has to be told. */
static void note_made(struct restoring *restoring)
{
	const struct omitted *omitted = &restoring->saved.snapshot->omitted;
	const struct journal *old = restoring->journal;
	const struct plan *plan = &restoring->out->plan;

	for (size_t i = 0; old && i < old->made.nr; i++)
		strlist_add(&restoring->made, old->made.items[i]);
	for (size_t i = 0; i < plan->nr; i++)
		if (plan->items[i].action == PLAN_CREATE &&
		    omitted_find(omitted, plan->items[i].path))
			strlist_add(&restoring->made, plan->items[i].path);
	strlist_sort(&restoring->made);
	strlist_unique(&restoring->made);
}

/* What is known not to have been there when the target was made. */
static const struct strlist *absent_then(const struct restoring *restoring)
{
	if (restoring->undone)
		return &restoring->undone->made;
	if (restoring->journal)
		return restoring->aborting ? &restoring->journal->made
					   : &restoring->journal->absent;
	return NULL;
}

static int write_journal(struct restoring *restoring, struct error *err)
{
	const struct plan *plan = &restoring->out->plan;
	const struct journal *old = restoring->journal;
	struct journal journal = {
		.tag = restoring->tag,
		.kind = old ? old->kind : restoring->request->kind,
		.mode = old ? old->mode : restoring->mode,
		.target = old ? old->target : restoring->target.stored.name,
		.safety = old ? old->safety : restoring->saved.checkpoint,
		.operation =
			old ? old->operation : restoring->request->operation,
		.pathspecs = *restoring->paths,
		.made = restoring->made,
		.moves = old ? old->moves : restoring->out->moves,
	};
	struct stat st;
	int ret;

	if (old)
		journal.absent = old->absent;
	else if (restoring->target.absent)
		journal.absent = *restoring->target.absent;
	if (restoring->lock && !stat(index_lock_path(restoring->lock), &st))
		journal.index_lock = (int64_t)st.st_ino;

	journal.plan.items = xcalloc(plan->nr, sizeof(*journal.plan.items));
	for (size_t i = 0; i < plan->nr; i++)
		journal.plan.items[journal.plan.nr++] = plan->items[i].path;
	ret = journal_write(restoring->repo, &journal, err);
	if (!ret && restoring->lock)
		index_lock_drop_token(restoring->lock);
	free(journal.plan.items);
	return ret;
}

static int change_index(struct restoring *restoring, struct error *err)
{
	struct index_lock *lock = restoring->lock;

	if (!lock)
		return 0;
	restoring->lock = NULL;
	return restore_index(lock, restoring->saved.snapshot,
			     &restoring->target, &restoring->out->plan,
			     restoring->paths, err);
}

static int change_operation(struct restoring *restoring, struct error *err)
{
	static const struct operation nothing;

	if (restoring->mode != RESTORE_AS_IS &&
	    restoring->mode != RESTORE_MOVE_HEAD)
		return 0;
	return operation_replace(restoring->repo,
				 &restoring->saved.snapshot->operation,
				 restoring_brings_operation(restoring)
					 ? &restoring->target.operation
					 : &nothing,
				 err);
}

static int change_refs(struct restoring *restoring, struct error *err)
{
	char *reason =
		xstrfmt("checkpoint: %s", restoring->target.stored.name.id);
	int ret = restore_head_apply(restoring->repo, &restoring->out->moves,
				     reason, err);

	free(reason);
	return ret;
}

/* Refs come before operation files: an abort of git's must never find files
 * that speak of refs which are not there yet. */
static int change(struct restoring *restoring, struct error *err)
{
	if (restore_files(&restoring->out->plan, restoring->saved.snapshot,
			  &restoring->target, restoring->writer, err) < 0 ||
	    change_index(restoring, err) < 0 || change_refs(restoring, err) < 0)
		return err->code;
	return change_operation(restoring, err);
}

/* -- afterwards ---------------------------------------------------------- */

static int note_undo(struct restoring *restoring, struct error *err)
{
	const struct journal *old = restoring->journal;
	struct undo_entry entry = {.mode = old ? old->mode : restoring->mode,
				   .time_ms = clock_now_ms()};
	struct ref_moves back = {0};
	struct head head;

	if (head_read(restoring->repo, &head, err) < 0)
		return err->code;
	checkpoint_copy(&entry.target,
			old ? &old->target : &restoring->target.stored.name);
	checkpoint_copy(&entry.safety,
			old ? &old->safety : &restoring->saved.checkpoint);
	for (size_t i = 0; i < restoring->paths->nr; i++)
		strlist_add(&entry.pathspecs, restoring->paths->items[i]);
	for (size_t i = 0; i < restoring->made.nr; i++)
		strlist_add(&entry.made, restoring->made.items[i]);
	/* Inverted twice: a copy. */
	ref_moves_invert(&back, old ? &old->moves : &restoring->out->moves);
	ref_moves_invert(&entry.moves, &back);
	ref_moves_release(&back);
	entry.branch = xstrdup_or_null(head.branch);
	entry.head = head.id;
	head_release(&head);
	return undo_note(restoring->repo,
			 old ? old->kind : restoring->request->kind, &entry,
			 restoring->undo_depth, err);
}

static int finish(struct restoring *restoring, struct error *err)
{
	if (restore_expose(restoring->repo, restoring->saved.snapshot,
			   &restoring->out->plan, &restoring->target,
			   &restoring->out->exposed, err) < 0)
		return err->code;
	if (!restoring->aborting && restoring->mode != RESTORE_NEW_WORKTREE &&
	    (restoring_set_session(restoring, err) < 0 ||
	     note_undo(restoring, err) < 0))
		return err->code;
	if (restoring->aborting && restoring_set_session(restoring, err) < 0)
		return err->code;
	return journal_remove(restoring->repo, err);
}

/* Whether all is as the target has it. An undo is made all the same: it is a
 * step on the stack. */
static int is_nothing(struct restoring *restoring, bool *out, struct error *err)
{
	const struct restore_result *result = restoring->out;
	bool differs = false;

	*out = false;
	if (plan_changes(&result->plan) || result->moves.nr ||
	    restoring->journal || restoring->undone)
		return 0;
	if (restoring->mode == RESTORE_AS_IS ||
	    restoring->mode == RESTORE_MOVE_HEAD) {
		const char *digest =
			restoring->target.stored.record.snapshot.digest;

		differs = !digest ||
			  strcmp(digest, restoring->saved.snapshot->digest);
	} else if (restoring_touches_index(restoring)) {
		if (new_index_differs(restoring->saved.snapshot,
				      &restoring->target, restoring->paths,
				      &differs, err) < 0)
			return err->code;
		/* The branch is to be made whatever the files are. */
		differs = differs || restoring->mode == RESTORE_BRANCH;
	}
	*out = !differs;
	return 0;
}

static int hint_journal(struct error *err)
{
	error_hint(err, "'git checkpoint restore --continue' goes on");
	return error_hint(err,
			  "'git checkpoint restore --abort' takes it back");
}

static int carry_out(struct restoring *restoring, struct error *err)
{
	struct repository *repo = restoring->repo;
	struct restore_result *out = restoring->out;
	int64_t depth;

	if (is_nothing(restoring, &out->nothing, err) < 0)
		return err->code;
	if (out->nothing)
		return drop_checkpoint(repo, &restoring->saved.checkpoint, err);
	checkpoint_copy(&out->safety, &restoring->saved.checkpoint);
	if (config_get_int(repo->config, "checkpoint.undodepth",
			   DEFAULT_UNDO_DEPTH, &depth, err) < 0)
		return err->code;
	restoring->undo_depth = depth > 0 ? (size_t)depth : 1;
	random_hex(restoring->tag, 8);
	note_made(restoring);
	/* First, so that whoever finishes after a kill knows the tag that is in
	 * the names of all that the writer makes, its trial files too. */
	if (write_journal(restoring, err) < 0)
		return err->code;
	restoring->started = true;
	if (writer_open(&restoring->writer, repo->worktree, repo->git_dir,
			restoring->tag, NULL, err) < 0 ||
	    change(restoring, err) < 0 || finish(restoring, err) < 0)
		return hint_journal(err);
	/* Nothing was in a new worktree that could be wanted back. */
	if (restoring->mode == RESTORE_NEW_WORKTREE) {
		checkpoint_release(&out->safety);
		return drop_checkpoint(repo, &restoring->saved.checkpoint, err);
	}
	return 0;
}

/* Nothing was changed, so nothing needs the safety checkpoint. That it stays
 * where it cannot be dropped does no harm; the first error is the one to tell.
 */
static void drop_safety(struct restoring *restoring)
{
	struct error ignored = ERROR_INIT;

	if (!restoring->saved.checkpoint.ref)
		return;
	drop_checkpoint(restoring->repo, &restoring->saved.checkpoint,
			&ignored);
	error_release(&ignored);
}

static int run(struct restoring *restoring, struct error *err)
{
	int ret;

	if (restoring_brings_operation(restoring) &&
	    (operation_check(&restoring->target.operation,
			     !restoring->target.foreign, err) < 0 ||
	     (!restoring->request->dry_run &&
	      operation_tags_make(restoring->repo, &restoring->target.operation,
				  err) < 0)))
		return err->code;
	if (restoring_decide_moves(restoring, err) < 0)
		return err->code;
	if (restoring_touches_index(restoring) &&
	    !restoring->request->dry_run &&
	    restore_lock_index(&restoring->lock, restoring->repo, err) < 0)
		return err->code;
	ret = restoring_save_and_plan(restoring, err);
	if (!ret)
		ret = restoring_note_state(restoring, err);
	if (!ret && !restoring->request->dry_run)
		ret = carry_out(restoring, err);
	if (ret < 0 && !restoring->started && !restoring->journal)
		drop_safety(restoring);
	return ret;
}

/* A record from a system that kept no files must not pass for a state in which
 * there was nothing but what was committed. */
static int check_has_files(const struct stored *stored, struct error *err)
{
	const struct record *record = &stored->record;

	if (record->snapshot.tree)
		return 0;
	error_set(err, ERR_REFUSED,
		  "checkpoint '%s' was imported, and holds no files",
		  stored->name.id);
	if (record->git.head)
		error_hint(err,
			   "'git switch --detach %.12s' goes to the "
			   "commit that it was made on",
			   record->git.head);
	return error_hint(err, "'git checkpoint show %s' says what it holds",
			  stored->name.id);
}

int restoring_run(struct restoring *restoring, const struct checkpoint *target,
		  struct error *err)
{
	int ret;

	checkpoint_copy(&restoring->out->target, target);
	if (!restoring->paths)
		restoring->paths = &restoring->no_paths;
	object_read_many(restoring->repo);
	ret = target_open(restoring->repo, target, &restoring->target, err);
	restoring->target.absent = absent_then(restoring);
	if (!ret)
		ret = check_has_files(&restoring->target.stored, err);
	if (!ret)
		ret = run(restoring, err);
	if (restoring->lock)
		index_lock_rollback(restoring->lock);
	writer_close(restoring->writer);
	saved_release(&restoring->saved);
	strlist_release(&restoring->made);
	target_release(&restoring->target);
	return ret;
}

/* -- the calls ----------------------------------------------------------- */

void restore_result_init(struct restore_result *out)
{
	*out = (struct restore_result){.plan = PLAN_INIT,
				       .mismatch = BUF_INIT,
				       .exposed = STRLIST_INIT};
}

int restore_run(struct repository *repo, const struct restore_request *request,
		struct restore_result *out, struct error *err)
{
	struct restoring restoring = {.repo = repo,
				      .request = request,
				      .out = out,
				      .paths = request->paths,
				      .mode = request->mode};
	int lock = -1;
	int ret = 0;

	restore_result_init(out);
	if (!request->dry_run)
		ret = restore_lock(&lock, repo, err);
	if (!ret)
		ret = journal_refuse(repo, err);
	if (!ret)
		ret = request->kind == RESTORE_RESTORE
			      ? restoring_run(&restoring, &request->target, err)
			      : restoring_run_undo(&restoring, err);
	file_unlock(lock);
	return ret;
}

void restore_result_release(struct restore_result *result)
{
	checkpoint_release(&result->target);
	checkpoint_release(&result->safety);
	plan_release(&result->plan);
	ref_moves_release(&result->moves);
	buf_release(&result->mismatch);
	strlist_release(&result->exposed);
	free(result->old_operation);
	free(result->new_operation);
	free(result->operation_reason);
}
