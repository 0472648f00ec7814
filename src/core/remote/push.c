#include "core/remote/push.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/record/journal.h"
#include "core/remote/pushing.h"
#include "git/remote.h"
#include "git/repository.h"

/* Long enough for a batch of another one to end. */
#define WAIT_MS 60000

static void session_release(struct push_session *session)
{
	free(session->name);
	manifest_release(&session->sent);
	manifest_release(&session->left);
	strlist_release(&session->removed);
	strlist_release(&session->unreadable);
	free(session->ref);
	free(session->refused);
}

void push_release(struct push *push)
{
	for (size_t i = 0; i < push->nr; i++)
		session_release(&push->sessions[i]);
	free(push->sessions);
	free(push->remote);
	secret_finds_release(&push->secrets);
	*push = (struct push){0};
}

static void pushing_release(struct pushing *pushing)
{
	for (size_t i = 0; i < pushing->nr; i++) {
		free(pushing->sessions[i].name);
		manifest_release(&pushing->sessions[i].wanted);
		manifest_release(&pushing->sessions[i].there);
		manifest_release(&pushing->sessions[i].lacks);
		pushed_release(&pushing->sessions[i].memory);
	}
	free(pushing->sessions);
	free(pushing->key);
}

/* What was to be sent and was not. */
static void conclude(struct pushing *pushing)
{
	for (size_t i = 0; i < pushing->nr; i++) {
		struct pushing_session *session = &pushing->sessions[i];

		for (size_t k = 0; k < session->lacks.nr; k++) {
			const struct manifest_item *item =
				&session->lacks.items[k];

			manifest_add(pushing->request->dry_run
					     ? &session->out->sent
					     : &session->out->left,
				     item->id, item->type, item->time_ms,
				     &item->commit);
		}
	}
}

static int send(struct pushing *pushing, struct error *err)
{
	int ret = pushing_retire_shared(pushing, err);

	if (!ret)
		ret = pushing_remember(pushing, err);
	if (!ret && pushing->total)
		ret = pushing_upload_lfs(pushing, err);
	if (!ret && pushing->total)
		ret = pushing_send(pushing, err);
	return ret;
}

static int run_locked(struct pushing *pushing, struct error *err)
{
	char *url = NULL;
	int ret = remote_push_url(pushing->repo, pushing->request->remote, &url,
				  err);

	if (ret < 0)
		return ret;
	pushing->key = pushed_key(url);
	free(url);
	ret = pushing_plan(pushing, err);
	if (!ret && pushing->total)
		pushing_count_commits(pushing);
	if (!ret && pushing->total)
		ret = pushing_search(pushing, err);
	if (!ret && !pushing->request->dry_run)
		ret = send(pushing, err);
	conclude(pushing);
	return ret;
}

int push_run(struct repository *repo, const struct push_request *request,
	     struct push *out, struct error *err)
{
	struct pushing pushing = {.repo = repo,
				  .request = request,
				  .out = out,
				  .started_ms = clock_monotonic_ms()};
	char *path = repository_common_path(repo, "checkpoint.d/push.lock");
	int fd = -1, ret;

	*out = (struct push){.remote = xstrdup(request->remote)};
	ret = journal_refuse(repo, err);
	if (!ret && file_lock(&fd, path, WAIT_MS, err) < 0) {
		if (err->code == ERR_LOCKED)
			error_set(err, ERR_LOCKED,
				  "another push of this repository's "
				  "checkpoints is under way");
		ret = err->code;
	}
	if (!ret)
		ret = run_locked(&pushing, err);
	if (fd >= 0)
		file_unlock(fd);
	pushing_release(&pushing);
	free(path);
	return ret;
}
