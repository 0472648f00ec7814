/*
 * Changing the remote: remote_clean_drop() of core/remote/remote_clean.h.
 */
#include "core/remote/remote_clean.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/manifest_commit.h"
#include "core/record/pushed.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/remote.h"
#include "git/repository.h"

#define WAIT_MS 60000

struct dropping {
	struct repository *repo;
	const struct remote_clean_request *request;
	char *key; /* of the remote, in memory */
};

struct updates {
	struct remote_update *items;
	size_t nr, alloc;
};

static void updates_release(struct updates *updates)
{
	for (size_t i = 0; i < updates->nr; i++)
		remote_update_release(&updates->items[i]);
	free(updates->items);
}

static void add_update(struct updates *updates, char *ref,
		       const struct oid *oid, const struct oid *expected)
{
	ARRAY_GROW(updates->items, updates->nr, updates->alloc);
	updates->items[updates->nr++] = (struct remote_update){
		.ref = ref, .oid = *oid, .expected = *expected};
}

/* -- the new manifest ---------------------------------------------------- */

static bool all_here(struct repository *repo, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->nr; i++)
		if (!object_exists(repo, &manifest->items[i].commit))
			return false;
	return true;
}

/* A new manifest leads to all that it lists, which has to be here. */
static int fetch_session(const struct dropping *dropping,
			 const struct remote_clean_session *session,
			 struct error *err)
{
	struct strlist refspecs = STRLIST_INIT;
	char *ref = remote_session_ref(CHECKPOINT_REFS, session->name,
				       session->found.number);
	int ret;

	strlist_add(&refspecs, ref);
	ret = remote_fetch(dropping->repo, dropping->request->remote, &refspecs,
			   dropping->request->flags, err);
	strlist_release(&refspecs);
	free(ref);
	return ret;
}

static int make_manifest(const struct dropping *dropping,
			 const struct remote_clean_session *session,
			 struct pack *pack, struct oid *out, struct error *err)
{
	struct manifest left = MANIFEST_INIT;
	int ret = 0;

	left.session = xstrdup(session->name);
	for (size_t i = 0; i < session->there.nr; i++) {
		const struct manifest_item *item = &session->there.items[i];

		if (!manifest_find(&session->drop, item->id))
			manifest_add(&left, item->id, item->type, item->time_ms,
				     &item->commit);
	}
	if (!all_here(dropping->repo, &left))
		ret = fetch_session(dropping, session, err);
	if (!ret)
		ret = manifest_commit_write(dropping->repo, pack, &left, NULL,
					    out, err);
	if (!ret)
		ret = pack_finish(pack, err);
	manifest_release(&left);
	return ret;
}

/* -- the refs ------------------------------------------------------------ */

/* `manifest` is zero where nothing is left. */
static void add_updates(const struct remote_clean_session *session,
			const struct oid *manifest, struct updates *out)
{
	static const struct oid none = {{0}};
	const struct remote_session *found = &session->found;

	if (!oid_is_zero(manifest))
		add_update(out,
			   remote_session_ref(CHECKPOINT_REFS, session->name,
					      found->number + 1),
			   manifest, &none);
	if (found->number)
		add_update(out,
			   remote_session_ref(CHECKPOINT_REFS, session->name,
					      found->number),
			   &none, &found->manifest);
	for (size_t i = 0; i < found->older.nr; i++)
		add_update(out, xstrdup(found->older.items[i].name), &none,
			   &found->older.items[i].oid);
	for (size_t i = 0; i < found->plain.nr; i++)
		if (manifest_find(&session->drop, found->plain.items[i].name))
			add_update(out,
				   checkpoint_ref(CHECKPOINT_REFS,
						  session->name,
						  found->plain.items[i].name),
				   &none, &found->plain.items[i].oid);
}

static const char *refusal(const struct updates *updates)
{
	for (size_t i = 0; i < updates->nr; i++)
		if (updates->items[i].result != REMOTE_DONE)
			return updates->items[i].reason
				       ? updates->items[i].reason
				       : "the remote says nothing of it";
	return NULL;
}

/*
 * All at once where the remote can. Else the new manifest first: two are no
 * harm, none would be.
 */
static int send(const struct dropping *dropping, struct updates *updates,
		bool has_new, struct error *err)
{
	const struct remote_clean_request *request = dropping->request;
	int ret = remote_push(dropping->repo, request->remote, updates->items,
			      updates->nr, true, request->flags, err);

	/* Where it does not let refs be deleted the new one goes alone. */
	if (ret == ERR_UNSUPPORTED || (!ret && has_new && refusal(updates))) {
		error_release(err);
		ret = remote_push(dropping->repo, request->remote,
				  updates->items, has_new ? 1 : updates->nr,
				  false, request->flags, err);
		if (!ret && has_new && updates->nr > 1 &&
		    updates->items[0].result == REMOTE_DONE)
			ret = remote_push(dropping->repo, request->remote,
					  updates->items + 1, updates->nr - 1,
					  false, request->flags, err);
	}
	return ret;
}

/* -- memory -------------------------------------------------------------- */

static int remember(const struct dropping *dropping,
		    const struct remote_clean_session *session,
		    const struct oid *manifest, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct pushed pushed;
	int ret = 0;

	pushed_read(dropping->repo, dropping->key, session->name, &pushed);
	free(pushed.raw);
	pushed.raw = NULL;
	pushed.manifest = *manifest;
	if (session->found.number > pushed.number)
		pushed.number = session->found.number;
	if (!oid_is_zero(manifest)) {
		pushed.number = session->found.number + 1;
		ret = object_read(dropping->repo, manifest, OBJECT_COMMIT,
				  COMMIT_MAX_BYTES, &raw, err);
		pushed.raw = buf_detach(&raw);
	}
	for (size_t i = 0; i < session->drop.nr; i++)
		strlist_add(&pushed.gone, session->drop.items[i].id);
	strlist_sort(&pushed.gone);
	strlist_unique(&pushed.gone);
	if (!ret)
		ret = pushed_write(dropping->repo, dropping->key, session->name,
				   &pushed, err);
	pushed_release(&pushed);
	return ret;
}

/* -- all of it ----------------------------------------------------------- */

static int drop_session(const struct dropping *dropping,
			struct remote_clean_session *session, struct error *err)
{
	bool has_new =
		session->drop.nr < session->there.nr && session->found.number;
	struct updates updates = {0};
	struct pack *pack = NULL;
	struct oid manifest = {{0}};
	const char *why;
	int ret = 0;

	if (has_new) {
		ret = pack_open(&pack, dropping->repo, err);
		if (!ret)
			ret = make_manifest(dropping, session, pack, &manifest,
					    err);
	}
	if (!ret) {
		add_updates(session, &manifest, &updates);
		ret = send(dropping, &updates, has_new, err);
	}
	if (!ret) {
		why = refusal(&updates);
		session->refused = xstrdup_or_null(why);
		session->dropped =
			!why ||
			(has_new && updates.items[0].result == REMOTE_DONE);
	}
	if (!ret && session->dropped)
		ret = remember(dropping, session, &manifest, err);
	updates_release(&updates);
	pack_free(pack);
	return ret;
}

int remote_clean_drop(struct repository *repo,
		      const struct remote_clean_request *request,
		      struct remote_cleaned *cleaned, struct error *err)
{
	struct dropping dropping = {.repo = repo, .request = request};
	char *path = repository_common_path(repo, "checkpoint.d/push.lock");
	char *url = NULL;
	int fd = -1, ret;

	ret = file_lock(&fd, path, WAIT_MS, err);
	if (!ret)
		ret = remote_push_url(repo, request->remote, &url, err);
	if (!ret)
		dropping.key = pushed_key(url);
	for (size_t i = 0; !ret && i < cleaned->nr; i++)
		if (cleaned->sessions[i].drop.nr)
			ret = drop_session(&dropping, &cleaned->sessions[i],
					   err);
	if (fd >= 0)
		file_unlock(fd);
	free(dropping.key);
	free(url);
	free(path);
	return ret;
}
