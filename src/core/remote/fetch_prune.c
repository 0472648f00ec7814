/*
 * Dropping fetched checkpoints that the remote has no more, and those of
 * remotes that are gone.
 */
#include "core/remote/fetching.h"

#include "base/alloc.h"
#include "core/record/manifest_commit.h"
#include "core/save/drop.h"
#include "git/remote.h"

/* -- of this remote ------------------------------------------------------ */

static bool is_listed(const struct remote_session *session,
		      const struct manifest *manifest, const char *id)
{
	for (size_t i = 0; i < session->plain.nr; i++)
		if (!strcmp(session->plain.items[i].name, id))
			return true;
	return manifest_find(manifest, id) != NULL;
}

/* `there` is what the remote says of the session, or NULL. */
static void prune_session(struct fetching *fetching,
			  const struct remote_session *here,
			  const struct remote_session *there,
			  struct checkpoint_list *drop)
{
	struct error ignored = ERROR_INIT;
	struct manifest manifest = MANIFEST_INIT;

	if (there && there->number &&
	    manifest_commit_read(fetching->repo, &there->manifest, here->name,
				 &manifest, &ignored) < 0) {
		/* It is not here, or was refused: then it says nothing. */
		error_release(&ignored);
		manifest_release(&manifest);
		return;
	}
	for (size_t i = 0; i < here->plain.nr; i++) {
		struct checkpoint checkpoint;
		char *ref;

		if (there &&
		    is_listed(there, &manifest, here->plain.items[i].name))
			continue;
		ref = xstrfmt("%s%s/%s", fetching->prefix, here->name,
			      here->plain.items[i].name);
		if (checkpoint_parse_ref(ref, &checkpoint)) {
			checkpoint.commit = here->plain.items[i].oid;
			checkpoint_list_add(drop, &checkpoint);
		}
		checkpoint_release(&checkpoint);
		free(ref);
	}
	if (here->number && (!there || !there->number)) {
		char *ref = remote_session_ref(fetching->prefix, here->name,
					       here->number);

		ref_list_add(&fetching->remove, ref, &here->manifest);
		free(ref);
	}
	manifest_release(&manifest);
}

static int prune_remote(struct fetching *fetching, struct checkpoint_list *drop,
			struct error *err)
{
	const struct fetch_request *request = fetching->request;
	struct remote_sessions here, there;
	int ret;

	ret = remote_sessions_list(fetching->repo, request->remote,
				   request->flags, &there, err);
	if (!ret) {
		ret = remote_sessions_fetched(fetching->repo, request->remote,
					      &here, err);
		for (size_t i = 0; !ret && i < here.nr; i++) {
			const char *name = here.items[i].name;

			if (request->sessions->nr &&
			    !strlist_has(request->sessions, name))
				continue;
			prune_session(fetching, &here.items[i],
				      remote_sessions_find(&there, name), drop);
		}
		remote_sessions_release(&here);
	}
	remote_sessions_release(&there);
	return ret;
}

/* -- of remotes that are gone -------------------------------------------- */

/* Another remote has the same: then nothing is lost, as after `git remote
 * rename`. */
static bool is_elsewhere(const struct checkpoint_list *all,
			 const struct checkpoint *checkpoint,
			 const struct strlist *remotes)
{
	for (size_t i = 0; i < all->nr; i++)
		if (oid_equal(&all->items[i].commit, &checkpoint->commit) &&
		    !strcmp(all->items[i].id, checkpoint->id) &&
		    strlist_sorted_has(remotes, all->items[i].remote))
			return true;
	return false;
}

/* Their manifests go once none of their checkpoints is left. */
static int drop_manifests(struct fetching *fetching, const char *remote,
			  struct error *err)
{
	struct remote_sessions sessions;
	struct ref_list refs = REF_LIST_INIT;
	int ret =
		remote_sessions_fetched(fetching->repo, remote, &sessions, err);

	for (size_t i = 0; !ret && i < sessions.nr; i++) {
		const struct remote_session *session = &sessions.items[i];
		char *ref;

		if (session->plain.nr || !session->number)
			continue;
		ref = remote_session_ref(sessions.prefix, session->name,
					 session->number);
		ref_list_add(&refs, ref, &session->manifest);
		free(ref);
	}
	if (refs.nr)
		ret = ref_delete(fetching->repo, &refs, err);
	ref_list_release(&refs);
	remote_sessions_release(&sessions);
	return ret;
}

static int find_gone(struct fetching *fetching, struct checkpoint_list *drop,
		     struct strlist *gone, struct error *err)
{
	struct checkpoint_list all = CHECKPOINT_LIST_INIT;
	struct strlist remotes = STRLIST_INIT;
	int ret = checkpoint_list_read(fetching->repo, SCOPE_REMOTES, NULL,
				       &all, err);

	remote_names(fetching->repo, &remotes);
	for (size_t i = 0; !ret && i < all.nr; i++) {
		const struct checkpoint *item = &all.items[i];

		/* What an import has brought is of no remote. */
		if (strlist_sorted_has(&remotes, item->remote) ||
		    ((!fetching->request->prune ||
		      !strcmp(item->remote, CHECKPOINT_IMPORTED)) &&
		     !is_elsewhere(&all, item, &remotes)))
			continue;
		checkpoint_list_add(drop, item);
		if (!strlist_has(gone, item->remote))
			strlist_add(gone, item->remote);
	}
	strlist_release(&remotes);
	checkpoint_list_release(&all);
	return ret;
}

int fetching_prune(struct fetching *fetching, struct error *err)
{
	struct checkpoint_list *drop = &fetching->out->pruned;
	struct strlist gone = STRLIST_INIT;
	int ret = 0;

	ref_list_release(&fetching->remove);
	if (fetching->request->prune && fetching->request->remote)
		ret = prune_remote(fetching, drop, err);
	if (!ret)
		ret = find_gone(fetching, drop, &gone, err);
	if (!ret && drop->nr)
		ret = drop_checkpoints(fetching->repo, drop, err);
	if (!ret && fetching->remove.nr)
		ret = ref_delete(fetching->repo, &fetching->remove, err);
	for (size_t i = 0; !ret && i < gone.nr; i++)
		ret = drop_manifests(fetching, gone.items[i], err);
	strlist_release(&gone);
	return ret;
}
