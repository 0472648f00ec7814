#include "core/hook/guard.h"

#include "base/text.h"
#include "git/ref.h"
#include "git/repository.h"

/* "before: make clean" */
static void describe(struct buf *out, const struct guard_request *request)
{
	struct buf line = BUF_INIT;

	if (request->description) {
		buf_addstr(out, request->description);
		return;
	}
	for (size_t i = 0; request->command[i]; i++) {
		if (i)
			buf_addch(&line, ' ');
		text_printable(&line, request->command[i]);
	}
	buf_addstr(out, "before: ");
	text_clip(out, line.ptr, 200);
	buf_release(&line);
}

int guard_save(struct repository *repo, const struct guard_request *request,
	       struct guard_result *out, struct error *err)
{
	struct buf description = BUF_INIT;
	struct save_options options = {
		.type = TYPE_BEFORE_RISKY_OPERATION,
		.argc = request->argc,
		.argv = request->argv,
	};
	int ret;

	describe(&description, request);
	options.description = description.ptr;
	ret = save_checkpoint(repo, &options, &out->saved, err);
	buf_release(&description);
	return ret;
}

/* Whether HEAD is another commit, or on another branch. */
static int look_at_head(struct repository *repo, struct guard_result *out,
			struct error *err)
{
	const struct record_git *git = &out->saved.record.git;
	char hex[OID_HEXSZ + 1];
	struct head head;
	int ret = head_read(repo, &head, err);

	if (ret < 0)
		return ret;
	if (head.unborn)
		out->head_moved = git->head;
	else
		out->head_moved =
			!git->head || strcmp(git->head, oid_hex(&head.id, hex));
	if (!head.branch || !git->branch)
		out->head_moved |= head.branch || git->branch;
	else
		out->head_moved |= strcmp(head.branch, git->branch) != 0;
	head_release(&head);
	return 0;
}

static int take_back(struct repository *repo,
		     const struct guard_request *request,
		     struct guard_result *out, struct error *err)
{
	struct restore_request restore = {
		.kind = RESTORE_RESTORE,
		.mode = out->head_moved ? RESTORE_MOVE_HEAD : RESTORE_AS_IS,
		.argc = request->argc,
		.argv = request->argv,
	};
	struct restore_result result = {.plan = PLAN_INIT,
					.mismatch = BUF_INIT};
	int ret;

	checkpoint_copy(&restore.target, &out->saved.checkpoint);
	/* The command may have packed and pruned. */
	ret = repository_refresh_objects(repo, err);
	if (!ret)
		ret = restore_run(repo, &restore, &result, err);
	out->restored = !ret;
	restore_result_release(&result);
	checkpoint_release(&restore.target);
	return ret;
}

int guard_run(struct repository *repo, const struct guard_request *request,
	      struct guard_result *out, struct error *err)
{
	int ret = child_run(request->command, &out->end, err);

	if (ret < 0 || !out->end.status)
		return ret;
	ret = look_at_head(repo, out, &out->restore_err);
	if (!ret && request->restore_on_failure)
		take_back(repo, request, out, &out->restore_err);
	return 0;
}

void guard_release(struct guard_result *result)
{
	saved_release(&result->saved);
	error_release(&result->restore_err);
}
