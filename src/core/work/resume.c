#include "core/work/resume.h"

#include "base/alloc.h"
#include "core/record/checkpoint_name.h"
#include "core/record/id.h"
#include "core/save/session_run.h"

/* -- which one ----------------------------------------------------------- */

static const struct recovery *find_session(const struct recovery_list *list,
					   const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->items[i].state.id, name))
			return &list->items[i];
	return NULL;
}

/* In a session that is open first, and then in any, the newest first. */
static const struct recovery *find_task(const struct recovery_list *list,
					const char *id)
{
	const struct recovery *found = NULL;

	for (size_t i = 0; i < list->nr; i++) {
		const struct recovery *item = &list->items[i];

		if (!session_state_task(&item->state, id))
			continue;
		if (recovery_is_open(item))
			return item;
		if (!found || id_compare(item->state.id, found->state.id) > 0)
			found = item;
	}
	return found;
}

static int find_named(struct repository *repo, const char *name,
		      struct resume *out, struct error *err)
{
	int ret;

	out->from = find_session(&out->list, name);
	if (out->from)
		return 0;
	out->from = find_task(&out->list, name);
	if (out->from) {
		out->task = xstrdup(name);
		return 0;
	}
	ret = checkpoint_resolve(repo, name, &out->checkpoint, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_set(err, ERR_REFUSED,
			  "'%s' is no session, checkpoint or task that is "
			  "known here",
			  name);
		return error_hint(err, "'git checkpoint resume --list' lists "
				       "what can be resumed");
	}
	if (ret < 0)
		return ret;
	out->from = find_session(&out->list, out->checkpoint.session);
	if (out->from)
		return 0;
	error_set(err, ERR_REFUSED,
		  "checkpoint '%s' belongs to no session that could be resumed",
		  out->checkpoint.id);
	return error_hint(err,
			  "'git checkpoint restore %s' brings its files "
			  "back",
			  out->checkpoint.id);
}

static int find_any(struct resume *out, bool finished, struct error *err)
{
	bool several;

	out->from = recovery_choose(&out->list, &several);
	/* This worktree's come first. */
	if (!out->from && !several && finished && out->list.nr &&
	    out->list.items[0].ours)
		out->from = &out->list.items[0];
	if (out->from)
		return 0;
	if (several) {
		error_set(err, ERR_REFUSED,
			  "several sessions of other clones are unfinished");
		return error_hint(err, "'git checkpoint resume --list' lists "
				       "them; name one");
	}
	error_set(err, ERR_REFUSED, "there is nothing to resume");
	return error_hint(err, "'git checkpoint session start' starts a "
			       "session");
}

int resume_find(struct repository *repo, const char *name, bool finished,
		struct resume *out, struct error *err)
{
	int ret;

	*out = (struct resume){.list = RECOVERY_LIST_INIT};
	ret = recovery_list_read(repo, &out->list, err);
	if (!ret)
		ret = name ? find_named(repo, name, out, err)
			   : find_any(out, finished, err);
	if (ret < 0)
		return ret;
	if (!out->checkpoint.ref && out->from->newest.ref)
		checkpoint_copy(&out->checkpoint, &out->from->newest);
	out->state = &out->from->state;
	return 0;
}

void resume_release(struct resume *resume)
{
	if (resume->opened)
		stored_release(&resume->stored);
	if (resume->restored)
		restore_result_release(&resume->result);
	drift_release(&resume->drift);
	session_state_release(&resume->taken);
	checkpoint_release(&resume->checkpoint);
	checkpoint_release(&resume->backup);
	recovery_list_release(&resume->list);
	free(resume->task);
	free(resume->damage);
	*resume = (struct resume){0};
}

bool resume_is_stopped(const struct resume *resume)
{
	return !resume->from->ours || resume->state->status != SESSION_ACTIVE;
}

/* -- going on ------------------------------------------------------------ */

/* A path as a pattern that only it matches; core/record/pathspec.h. */
static char *literal(const char *path)
{
	struct buf out = BUF_INIT;

	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			buf_addch(&out, '\\');
		buf_addch(&out, *path);
	}
	return buf_detach(&out);
}

static bool is_pattern(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}

int resume_restore(struct repository *repo, struct resume *resume,
		   const struct strlist *paths, int argc,
		   const char *const *argv, struct error *err)
{
	struct strlist pathspecs = STRLIST_INIT;
	const struct restore_request request = {
		.kind = RESTORE_RESTORE,
		.mode = RESTORE_PATHS,
		.target = resume->checkpoint,
		.paths = &pathspecs,
		.argc = argc,
		.argv = argv,
	};
	int ret;

	for (size_t i = 0; i < paths->nr; i++) {
		if (is_pattern(paths->items[i]))
			strlist_take(&pathspecs, literal(paths->items[i]));
		else
			strlist_add(&pathspecs, paths->items[i]);
	}
	resume->restored = true;
	ret = restore_run(repo, &request, &resume->result, err);
	strlist_release(&pathspecs);
	return ret;
}

int resume_take_up(struct repository *repo, struct resume *resume,
		   const struct session_start *start, struct error *err)
{
	struct session_result result;
	int ret;

	if (!resume_is_stopped(resume))
		return 0;
	resume->taken_over = !resume->from->ours ||
			     resume->state->status == SESSION_ABANDONED;
	if (resume->taken_over)
		ret = session_take_over(repo, resume->state, start, &result,
					err);
	else
		ret = session_continue(repo, resume->state->id, start, &result,
				       err);
	if (!ret) {
		ret = session_state_read(repo, result.state.id, &resume->taken,
					 err);
		resume->state = &resume->taken;
	}
	session_result_release(&result);
	return ret;
}
