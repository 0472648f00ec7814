#include "core/restore/restoring.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "core/restore/new_index.h"
#include "core/restore/restore_bytes.h"
#include "core/save/drop.h"
#include "git/object.h"
#include "git/repository.h"

/* Longer names of files are not looked up. */
#define PATH_BYTES 4096

/* -- what is there ------------------------------------------------------- */

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
	if (!ret)
		scan_forget_missing(restoring->saved.snapshot->scan);
	free(description);
	free(hold);
	return ret;
}

static int check_item(void *context, size_t i, struct error *err)
{
	const struct restoring *restoring = context;
	const struct plan_item *item = &restoring->out->plan.items[i];
	const struct worktree_conversion *conversion;
	const struct oid *oid = &item->blob;
	enum object_type type;

	if (item->action != PLAN_CREATE && item->action != PLAN_WRITE)
		return 0;
	conversion = worktree_extra_conversion(
		&restoring->target.worktree_extra, item->path);
	if (conversion && conversion->keep_raw)
		oid = &conversion->raw;
	if (restoring->repo->partial && !object_exists(restoring->repo, oid))
		return 0;
	if (object_header(restoring->repo, oid, &type, NULL, err) < 0)
		return error_prefix(err, "'%s' cannot be restored", item->path);
	if (type != OBJECT_BLOB)
		return error_set(err, ERR_INVALID,
				 "'%s' cannot be restored: it is stored as no "
				 "blob",
				 item->path);
	return 0;
}

/* Every byte that is to be written can be read; nothing is changed before. */
static int check_content(struct restoring *restoring, struct error *err)
{
	const struct plan *plan = &restoring->out->plan;

	if (thread_for(plan->nr, check_item, restoring, err) < 0)
		return err->code;
	return restore_bytes_check(restoring->repo, &restoring->target, plan,
				   err);
}

/*
 * A file that takes our own output is open for writing as long as we live, and
 * would stop the restore half-way as an edit does.
 */
static int check_streams(const struct restoring *restoring, struct error *err)
{
	const char *top = restoring->repo->worktree;

	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		char link[sizeof("/proc/self/fd/") + 4], path[PATH_BYTES];
		const struct plan_item *item;
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, path, sizeof(path) - 1);
		if (len <= 0)
			continue;
		path[len] = '\0';
		if (!path_is_below(path, top) || strlen(path) == strlen(top))
			continue;
		item = plan_find(&restoring->out->plan, path + strlen(top) + 1);
		if (!item ||
		    (item->action != PLAN_DELETE && item->action != PLAN_WRITE))
			continue;
		error_set(err, ERR_REFUSED,
			  "'%s' is where the output of this command goes",
			  item->path);
		return error_hint(err, "let it go outside of the worktree");
	}
	return 0;
}

static int make_plan(struct restoring *restoring, struct error *err)
{
	struct plan *plan = &restoring->out->plan;

	plan_release(plan);
	/* Those of a restore that is taken back, or gone on with, may be gone
	 * from both sides by now. */
	if (!restoring->journal && !restoring->undone &&
	    plan_expect(restoring->saved.snapshot, &restoring->target,
			restoring->paths, err) < 0)
		return err->code;
	return plan_make(plan, restoring->saved.snapshot, &restoring->target,
			 restoring->paths, err);
}

int restoring_save_and_plan(struct restoring *restoring, struct error *err)
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
					"saved",
					plan->uncovered.items[0]);
	}
	checkpoint_release(&first);
	strlist_release(&wanted);
	if (!ret && !restoring->request->dry_run)
		ret = check_streams(restoring, err);
	if (!ret && restoring_touches_index(restoring))
		ret = new_index_check(restoring->saved.snapshot,
				      &restoring->target, restoring->paths,
				      err);
	return ret ? ret : check_content(restoring, err);
}
