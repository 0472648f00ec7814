#include "core/restore.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/drop.h"
#include "core/restore_expose.h"
#include "core/restore_files.h"
#include "core/restore_head.h"
#include "core/restore_index.h"
#include "core/restore_sweep.h"
#include "core/save.h"
#include "core/undo.h"
#include "git/config.h"
#include "git/index.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/writer.h"

#define DEFAULT_UNDO_DEPTH 20

/* One restore under way. */
struct restoring {
	struct repository *repo;
	const struct restore_request *request;
	struct restore_result *out;
	struct target target;
	struct saved saved; /* the safety checkpoint, with its snapshot */
	struct strlist no_paths;
	const struct strlist *paths;
	struct index_lock *lock;
	struct writer *writer;
	char tag[17];
	enum restore_mode mode;
	const struct journal *journal; /* that is being dealt with, or NULL */
	const struct undo_entry *undone; /* of undo and redo, or NULL */
	bool aborting;
};

/* -- what is to be done ------------------------------------------------------------- */

static bool touches_index(const struct restoring *restoring)
{
	return restoring->mode != RESTORE_KEEP_HEAD;
}

static bool moves_head(const struct restoring *restoring)
{
	return restoring->mode == RESTORE_AS_IS ||
	       restoring->mode == RESTORE_MOVE_HEAD ||
	       restoring->mode == RESTORE_BRANCH;
}

/*
 * Operation files come back only where HEAD and every ref they name have the
 * recorded values once this is done, and from another clone only when asked.
 */
static bool brings_operation(const struct restoring *restoring)
{
	if (restoring->mode != RESTORE_AS_IS &&
	    restoring->mode != RESTORE_MOVE_HEAD)
		return false;
	return !restoring->target.foreign || restoring->request->operation;
}

static void say_operation_left(struct restoring *restoring)
{
	struct restore_result *out = restoring->out;

	if (!restoring->target.operation.name || brings_operation(restoring))
		return;
	out->operation_left = true;
	out->operation_reason = xstrdup(
		restoring->mode == RESTORE_AS_IS ||
				restoring->mode == RESTORE_MOVE_HEAD
			? "it comes from another clone; '--operation' brings "
			  "it back"
			: "HEAD is not where it was");
}

static int refuse_mismatch(const struct restoring *restoring,
			   struct error *err)
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
				"first", operation.name);
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

/* A ref that the restore made goes again, if it still is what it was made. */
static int take_back_refs(struct restoring *restoring, struct error *err)
{
	const struct ref_moves *made = &restoring->undone->moves;
	struct ref_moves *moves = &restoring->out->moves;

	for (size_t i = 0; i < made->nr; i++) {
		const struct ref_move *move = &made->items[i];
		struct oid now;

		if (!oid_is_zero(&move->old_oid) || is_moved(moves, move->name))
			continue;
		if (!ref_read(restoring->repo, move->name, &now, err) &&
		    oid_equal(&now, &move->new_oid))
			ref_moves_add(moves, move->name, &move->new_oid,
				      &move->old_oid);
		if (err->code && err->code != ERR_NOT_FOUND)
			return err->code;
		error_release(err);
	}
	return 0;
}

static int decide_moves(struct restoring *restoring, struct error *err)
{
	struct restore_result *out = restoring->out;

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
			       brings_operation(restoring), &out->moves,
			       &out->mismatch, err) < 0)
		return err->code;
	if (out->mismatch.len && restoring->mode == RESTORE_AS_IS &&
	    !restoring->request->dry_run)
		return refuse_mismatch(restoring, err);
	if (restoring->undone && take_back_refs(restoring, err) < 0)
		return err->code;
	return restore_head_check(restoring->repo, &out->moves, err);
}

/* -- what is there -------------------------------------------------------------------- */

static int take_safety(struct restoring *restoring,
		       const struct strlist *wanted, struct error *err)
{
	const struct restore_request *request = restoring->request;
	const struct ref_moves *moves = &restoring->out->moves;
	struct save_options options = {.type = TYPE_PRE_RESTORE,
				       .wanted = wanted,
				       .any_place = true,
				       .any_size = true,
				       .during_restore =
					       restoring->journal != NULL,
				       .snapshot_only = request->dry_run,
				       .argc = request->argc,
				       .argv = request->argv};
	struct oid *hold = xcalloc(moves->nr, sizeof(*hold));
	char *description;
	int ret;

	for (size_t i = 0; i < moves->nr; i++)
		if (!oid_is_zero(&moves->items[i].old_oid))
			hold[options.nr_hold++] = moves->items[i].old_oid;
	options.hold = hold;
	description = xstrfmt("Before restoring %s",
			      restoring->target.stored.name.id);
	options.description = description;
	saved_release(&restoring->saved);
	ret = save_checkpoint(restoring->repo, &options, &restoring->saved,
			      err);
	free(description);
	free(hold);
	return ret;
}

/* Every byte that is to be written can be read; nothing is changed before. */
static int check_content(struct restoring *restoring, struct error *err)
{
	const struct plan *plan = &restoring->out->plan;

	for (size_t i = 0; i < plan->nr; i++) {
		const struct plan_item *item = &plan->items[i];
		const struct worktree_conversion *conversion;
		const struct oid *oid = &item->blob;
		enum object_type type;

		if (item->action != PLAN_CREATE && item->action != PLAN_WRITE)
			continue;
		conversion = worktree_extra_conversion(
			&restoring->target.worktree_extra, item->path);
		if (conversion && conversion->keep_raw)
			oid = &conversion->raw;
		if (restoring->repo->partial &&
		    !object_exists(restoring->repo, oid))
			continue;
		if (object_header(restoring->repo, oid, &type, NULL, err) < 0)
			return error_prefix(err, "'%s' cannot be restored",
					    item->path);
		if (type != OBJECT_BLOB)
			return error_set(err, ERR_INVALID,
					 "'%s' cannot be restored: it is stored "
					 "as no blob", item->path);
	}
	return 0;
}

static int make_plan(struct restoring *restoring, struct error *err)
{
	struct plan *plan = &restoring->out->plan;

	plan_release(plan);
	return plan_make(plan, restoring->saved.snapshot, &restoring->target,
			 restoring->paths, err);
}

static int save_and_plan(struct restoring *restoring, struct error *err)
{
	struct plan *plan = &restoring->out->plan;
	struct strlist wanted = STRLIST_INIT;
	struct checkpoint first = {0};
	int ret = take_safety(restoring, NULL, err);

	if (!ret)
		ret = make_plan(restoring, err);
	if (!ret && plan->uncovered.nr && !restoring->request->dry_run) {
		/* Files in the way that are ignored or too large: save again,
		 * with them. */
		for (size_t i = 0; i < plan->uncovered.nr; i++)
			strlist_add(&wanted, plan->uncovered.items[i]);
		checkpoint_copy(&first, &restoring->saved.checkpoint);
		ret = take_safety(restoring, &wanted, err);
		if (!ret)
			ret = drop_checkpoint(restoring->repo, &first, err);
		if (!ret)
			ret = make_plan(restoring, err);
		if (!ret && plan->uncovered.nr)
			ret = error_set(err, ERR_REFUSED,
					"'%s' is in the way and cannot be "
					"saved", plan->uncovered.items[0]);
	}
	checkpoint_release(&first);
	strlist_release(&wanted);
	return ret ? ret : check_content(restoring, err);
}

/* -- the change --------------------------------------------------------------------------- */

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
		.operation = old ? old->operation
				 : restoring->request->operation,
		.pathspecs = *restoring->paths,
		.moves = old ? old->moves : restoring->out->moves,
	};
	struct stat st;
	int ret;

	if (restoring->lock && !stat(index_lock_path(restoring->lock), &st))
		journal.index_lock = (int64_t)st.st_ino;

	for (size_t i = 0; i < plan->nr; i++)
		strlist_add(&journal.plan, plan->items[i].path);
	ret = journal_write(restoring->repo, &journal, err);
	strlist_release(&journal.plan);
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
	return operation_write(restoring->repo,
			       brings_operation(restoring)
				       ? &restoring->target.operation
				       : &nothing,
			       err);
}

static int change_refs(struct restoring *restoring, struct error *err)
{
	char *reason = xstrfmt("checkpoint: %s",
			       restoring->target.stored.name.id);
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
	    change_index(restoring, err) < 0 ||
	    change_refs(restoring, err) < 0)
		return err->code;
	return change_operation(restoring, err);
}

/* -- afterwards ------------------------------------------------------------------------------ */

static int note_undo(struct restoring *restoring, struct error *err)
{
	const struct journal *old = restoring->journal;
	struct undo_entry entry = {.mode = old ? old->mode : restoring->mode,
				   .time_ms = clock_now_ms()};
	struct ref_moves back = {0};
	struct head head;
	int64_t depth;

	if (config_get_int(restoring->repo->config, "checkpoint.undodepth",
			   DEFAULT_UNDO_DEPTH, &depth, err) < 0 ||
	    head_read(restoring->repo, &head, err) < 0)
		return err->code;
	checkpoint_copy(&entry.target, old ? &old->target
					   : &restoring->target.stored.name);
	checkpoint_copy(&entry.safety, old ? &old->safety
					   : &restoring->saved.checkpoint);
	for (size_t i = 0; i < restoring->paths->nr; i++)
		strlist_add(&entry.pathspecs, restoring->paths->items[i]);
	/* Inverted twice: a copy. */
	ref_moves_invert(&back, old ? &old->moves : &restoring->out->moves);
	ref_moves_invert(&entry.moves, &back);
	ref_moves_release(&back);
	entry.branch = head.branch ? xstrdup(head.branch) : NULL;
	entry.head = head.id;
	head_release(&head);
	return undo_note(restoring->repo,
			 old ? old->kind : restoring->request->kind, &entry,
			 depth > 0 ? (size_t)depth : 1, err);
}

static int finish(struct restoring *restoring, struct error *err)
{
	if (restore_expose(restoring->repo, restoring->saved.snapshot,
			   &restoring->out->plan, &restoring->target,
			   &restoring->out->exposed, err) < 0)
		return err->code;
	if (!restoring->aborting &&
	    restoring->mode != RESTORE_NEW_WORKTREE &&
	    note_undo(restoring, err) < 0)
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
	} else if (touches_index(restoring)) {
		if (restore_index_differs(restoring->saved.snapshot,
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
	return error_hint(err, "'git checkpoint restore --abort' takes it back");
}

static int carry_out(struct restoring *restoring, struct error *err)
{
	struct repository *repo = restoring->repo;
	struct restore_result *out = restoring->out;

	if (is_nothing(restoring, &out->nothing, err) < 0)
		return err->code;
	if (out->nothing)
		return drop_checkpoint(repo, &restoring->saved.checkpoint,
				       err);
	checkpoint_copy(&out->safety, &restoring->saved.checkpoint);
	random_hex(restoring->tag, 8);
	if (writer_open(&restoring->writer, repo->worktree, restoring->tag,
			NULL, err) < 0 ||
	    write_journal(restoring, err) < 0)
		return err->code;
	if (change(restoring, err) < 0 || finish(restoring, err) < 0)
		return hint_journal(err);
	/* Nothing was in a new worktree that could be wanted back. */
	if (restoring->mode == RESTORE_NEW_WORKTREE) {
		checkpoint_release(&out->safety);
		return drop_checkpoint(repo, &restoring->saved.checkpoint,
				       err);
	}
	return 0;
}

static int run(struct restoring *restoring, struct error *err)
{
	int ret;

	say_operation_left(restoring);
	if (brings_operation(restoring) &&
	    operation_check(&restoring->target.operation,
			    !restoring->target.foreign, err) < 0)
		return err->code;
	if (!restoring->journal && decide_moves(restoring, err) < 0)
		return err->code;
	if (touches_index(restoring) && !restoring->request->dry_run &&
	    index_lock(&restoring->lock, restoring->repo->index_file, err) < 0)
		return err->code;
	ret = save_and_plan(restoring, err);
	if (!ret && !restoring->request->dry_run)
		ret = carry_out(restoring, err);
	return ret;
}

static int restore(struct restoring *restoring, const struct checkpoint *target,
		   struct error *err)
{
	int ret;

	checkpoint_copy(&restoring->out->target, target);
	if (!restoring->paths)
		restoring->paths = &restoring->no_paths;
	ret = target_open(restoring->repo, target, &restoring->target, err);
	if (!ret)
		ret = run(restoring, err);
	if (restoring->lock)
		index_lock_rollback(restoring->lock);
	writer_close(restoring->writer);
	saved_release(&restoring->saved);
	target_release(&restoring->target);
	return ret;
}

/* -- undo and redo --------------------------------------------------------------------------------- */

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
	return restore(restoring, &entry->safety, err);
}

static int run_undo(struct restoring *restoring, struct error *err)
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

/* -- the calls ----------------------------------------------------------------------------------------- */

static void init_result(struct restore_result *out)
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

	init_result(out);
	if (journal_refuse(repo, err) < 0)
		return err->code;
	if (request->kind != RESTORE_RESTORE)
		return run_undo(&restoring, err);
	return restore(&restoring, &request->target, err);
}

/* The lock of the index that the killed restore held is nobody's now. */
static int drop_lock(struct repository *repo, const struct journal *journal,
		     struct error *err)
{
	char *path = xstrfmt("%s.lock", repo->index_file);
	struct stat st;
	int ret = 0;

	if (journal->index_lock && !stat(path, &st) &&
	    (int64_t)st.st_ino == journal->index_lock && unlink(path) < 0)
		ret = error_errno(err, "cannot remove '%s'", path);
	free(path);
	return ret;
}

static int resume_journal(struct repository *repo, bool aborting, int argc,
			  const char *const *argv, struct restore_result *out,
			  struct error *err)
{
	struct restore_request request = {.argc = argc, .argv = argv};
	struct restoring restoring = {.repo = repo,
				      .request = &request,
				      .out = out,
				      .aborting = aborting};
	struct journal journal;
	int ret = journal_read(repo, &journal, err);

	init_result(out);
	if (ret == ERR_NOT_FOUND)
		error_set(err, ERR_REFUSED, "no restore is under way");
	if (!ret)
		ret = drop_lock(repo, &journal, err);
	if (!ret)
		ret = restore_sweep(repo, &journal, err);
	if (!ret) {
		request.operation = journal.operation || aborting;
		restoring.journal = &journal;
		restoring.paths = &journal.pathspecs;
		restoring.mode = journal.mode;
		if (restoring.mode == RESTORE_AS_IS ||
		    (aborting && restoring.mode == RESTORE_BRANCH))
			restoring.mode = RESTORE_MOVE_HEAD;
		if (aborting) {
			ref_moves_invert(&out->moves, &journal.moves);
		} else {
			struct ref_moves back;

			ref_moves_invert(&back, &journal.moves);
			ref_moves_invert(&out->moves, &back);
			ref_moves_release(&back);
		}
		ret = restore(&restoring,
			      aborting ? &journal.safety : &journal.target,
			      err);
	}
	journal_release(&journal);
	return ret;
}

int restore_continue(struct repository *repo, int argc, const char *const *argv,
		     struct restore_result *out, struct error *err)
{
	return resume_journal(repo, false, argc, argv, out, err);
}

int restore_abort(struct repository *repo, int argc, const char *const *argv,
		  struct restore_result *out, struct error *err)
{
	return resume_journal(repo, true, argc, argv, out, err);
}

void restore_result_release(struct restore_result *result)
{
	checkpoint_release(&result->target);
	checkpoint_release(&result->safety);
	plan_release(&result->plan);
	ref_moves_release(&result->moves);
	buf_release(&result->mismatch);
	strlist_release(&result->exposed);
	free(result->operation_reason);
}
