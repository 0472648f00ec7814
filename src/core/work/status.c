#include "core/work/status.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "core/record/checkpoint_name.h"
#include "core/record/protected.h"
#include "core/record/stored.h"
#include "core/remote/push_queue.h"
#include "core/save/candidates.h"
#include "core/save/occasion.h"
#include "core/snapshot/workspace.h"

/* -- the session --------------------------------------------------------- */

static int read_session(struct status *status, struct repository *repo,
			struct error *err)
{
	int ret = session_state_active(repo, &status->session, err);

	if (!ret) {
		session_state_release(&status->session);
		ret = session_state_unfinished(repo, &status->session, err);
	}
	status->has_session = ret > 0;
	return ret < 0 ? ret : 0;
}

static int read_others(struct status *status, struct repository *repo,
		       struct error *err)
{
	struct recovery_list all = RECOVERY_LIST_INIT;
	int ret = recovery_list_read(repo, &all, err);
	size_t kept = 0;

	/* What is left of `all` are this repository's own. */
	for (size_t i = 0; i < all.nr; i++) {
		struct recovery item = all.items[i];

		if (item.foreign) {
			ARRAY_GROW(status->others.items, status->others.nr,
				   status->others.alloc);
			status->others.items[status->others.nr++] = item;
		} else {
			all.items[kept++] = item;
		}
	}
	all.nr = kept;
	recovery_list_release(&all);
	return ret;
}

/* -- the last checkpoint, and what differs since ------------------------- */

static int read_last(struct status *status, struct repository *repo,
		     struct error *err)
{
	struct stored stored;
	int ret = checkpoint_latest(repo, 0, &status->last, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	/* One that is damaged is there, and `verify` says what is wrong. */
	if (!stored_open(repo, &status->last, &stored, err)) {
		status->last_ms = stored.record.timestamp;
		status->last_type = xstrdup(stored.record.type_name);
		if (stored.record.snapshot.digest)
			status->last_digest =
				xstrdup(stored.record.snapshot.digest);
	}
	error_release(err);
	stored_release(&stored);
	return 0;
}

/* That the workspace cannot be looked at is a thing to say, and no reason to
 * say nothing else. */
static void read_digest(struct status *status, struct repository *repo)
{
	struct workspace workspace;
	struct error err = ERROR_INIT;

	if (!status->last_digest)
		return;
	if (!workspace_capture(&workspace, repo, NULL, &err))
		memcpy(status->digest, workspace.digest,
		       sizeof(status->digest));
	else
		status->digest_error = xstrdup(err.text);
	workspace_release(&workspace);
	error_release(&err);
}

static int read_interval(struct status *status, struct repository *repo,
			 struct error *err)
{
	int64_t seconds;

	if (occasion_interval(repo, &seconds, err) < 0 ||
	    occasion_wants(repo, TYPE_AUTO, &status->automatic, err) < 0)
		return err->code;
	status->interval_ms =
		seconds > INT64_MAX / 1000 ? INT64_MAX : seconds * 1000;
	if (status->last.ref && status->interval_ms)
		status->due_ms = status->interval_ms -
				 (status->now_ms - status->last_ms);
	return 0;
}

/* -- all checkpoints ----------------------------------------------------- */

static void add_size(struct status *status, struct repository *repo,
		     const struct checkpoint *name)
{
	struct error ignored = ERROR_INIT;
	struct stored stored;

	if (stored_open(repo, name, &stored, &ignored) < 0 ||
	    stored.record.snapshot.bytes_added == RECORD_UNKNOWN)
		status->bytes_complete = false;
	else
		status->bytes_added += stored.record.snapshot.bytes_added;
	error_release(&ignored);
	stored_release(&stored);
}

static void count_one(struct status *status, struct strmap *counts,
		      const char *session)
{
	size_t count = (size_t)(uintptr_t)strmap_get(counts, session) + 1;

	strmap_put(counts, session, (void *)(uintptr_t)count);
	if (count <= status->limit || count <= status->crowded_count)
		return;
	status->crowded_count = count;
	free(status->crowded);
	status->crowded = xstrdup(session);
}

static int read_all(struct status *status, struct repository *repo,
		    struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct strmap counts = STRMAP_INIT;
	int ret = candidates_limit(repo, &status->limit, err);

	if (!ret)
		ret = checkpoint_list_names(repo, SCOPE_WORKTREE, NULL, &list,
					    err);
	status->count = list.nr;
	status->bytes_complete = list.nr <= STATUS_MOST_READ;
	for (size_t i = 0; !ret && i < list.nr; i++) {
		count_one(status, &counts, list.items[i].session);
		if (i < STATUS_MOST_READ)
			ret = checkpoint_read_commit(repo, &list.items[i], err);
		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			ret = 0;
		} else if (!ret && i < STATUS_MOST_READ) {
			add_size(status, repo, &list.items[i]);
		}
	}
	checkpoint_list_release(&list);
	strmap_release(&counts, NULL);
	return ret;
}

static int read_journal(struct status *status, struct repository *repo,
			struct error *err)
{
	status->unfinished_restore = journal_exists(repo);
	if (status->unfinished_restore &&
	    journal_read(repo, &status->journal, err) < 0)
		error_release(err);
	return protected_read(repo, &status->protected_paths, err);
}

int status_read(struct repository *repo, bool remotes, struct status *out,
		struct error *err)
{
	*out = (struct status){.now_ms = clock_now_ms(),
			       .protected_paths = STRLIST_INIT,
			       .others = RECOVERY_LIST_INIT};
	if (read_session(out, repo, err) < 0 || read_last(out, repo, err) < 0 ||
	    read_interval(out, repo, err) < 0 || read_all(out, repo, err) < 0 ||
	    read_journal(out, repo, err) < 0)
		return err->code;
	read_digest(out, repo);
	out->push_failure = push_queue_failure(repo, &out->push_failure_ms);
	return remotes ? read_others(out, repo, err) : 0;
}

void status_release(struct status *status)
{
	session_state_release(&status->session);
	checkpoint_release(&status->last);
	free(status->last_type);
	free(status->last_digest);
	free(status->digest_error);
	free(status->push_failure);
	free(status->crowded);
	journal_release(&status->journal);
	strlist_release(&status->protected_paths);
	recovery_list_release(&status->others);
	*status = (struct status){0};
}

bool status_is_incomplete(const struct status *status)
{
	if (status->has_session &&
	    session_state_is_unfinished(&status->session))
		return true;
	for (size_t i = 0; i < status->others.nr; i++)
		if (recovery_is_open(&status->others.items[i]))
			return true;
	return false;
}
