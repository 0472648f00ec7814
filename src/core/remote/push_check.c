/*
 * What is seen to before anything is sent.
 */
#include "core/remote/pushing.h"

#include "base/alloc.h"
#include "core/record/remote_trust.h"
#include "core/record/session.h"
#include "core/secret/secret_scan.h"
#include "core/snapshot/connectivity.h"

/* -- secrets ------------------------------------------------------------- */

struct oids {
	struct oid *items;
	size_t nr, alloc;
};

static void add_commits(struct oids *oids, const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->nr; i++) {
		ARRAY_GROW(oids->items, oids->nr, oids->alloc);
		oids->items[oids->nr++] = manifest->items[i].commit;
	}
}

static int search(struct pushing *pushing, struct error *err)
{
	const struct push_request *request = pushing->request;
	struct oids tips = {0}, haves = {0};
	struct secret_request search = {
		.remote = request->remote,
		.what = "push",
		.progress = request->searched,
		.context = request->context,
	};
	int ret;

	for (size_t i = 0; i < pushing->nr; i++) {
		add_commits(&tips, &pushing->sessions[i].lacks);
		add_commits(&haves, &pushing->sessions[i].there);
	}
	ret = remote_trust_update(pushing->repo, request->remote,
				  request->flags, err);
	search.tips = tips.items;
	search.nr_tips = tips.nr;
	search.haves = haves.items;
	search.nr_haves = haves.nr;
	if (!ret)
		ret = secret_scan(pushing->repo, &search,
				  &pushing->out->secrets, err);
	free(tips.items);
	free(haves.items);
	return ret;
}

int pushing_search(struct pushing *pushing, struct error *err)
{
	int ret = search(pushing, err);
	size_t found = 0;

	if (!ret || ret == ERR_REFUSED)
		return ret;
	/* Not all of it could be read: maybe the rest can. */
	for (size_t i = 0; i < pushing->nr; i++)
		found += pushing_leave_damaged(pushing, &pushing->sessions[i],
					       pushing->sessions[i].lacks.nr);
	if (!found)
		return ret;
	error_release(err);
	return search(pushing, err);
}

/* -- what cannot be sent ------------------------------------------------- */

size_t pushing_leave_damaged(struct pushing *pushing,
			     struct pushing_session *session, size_t nr)
{
	struct manifest *lacks = &session->lacks;
	size_t found = 0;

	for (size_t i = nr; i; i--) {
		struct manifest_item *item = &lacks->items[i - 1];
		struct error missing = ERROR_INIT;

		if (connectivity_check(pushing->repo, &item->commit, &missing) <
		    0) {
			strlist_add(&session->out->unreadable, item->id);
			manifest_remove(lacks, item->id);
			found++;
		}
		error_release(&missing);
	}
	return found;
}

/* -- sessions ------------------------------------------------------------ */

int pushing_retire_shared(struct pushing *pushing, struct error *err)
{
	struct strlist own = STRLIST_INIT;
	int ret = session_names_everywhere(pushing->repo, &own, err);

	strlist_sort(&own);
	for (size_t i = 0; !ret && i < pushing->nr; i++) {
		struct pushing_session *session = &pushing->sessions[i];

		/* That of another clone has its writer. */
		session->out->shared &= strlist_sorted_has(&own, session->name);
		if (session->out->shared)
			ret = session_retire(pushing->repo, session->name, err);
	}
	strlist_release(&own);
	return ret;
}
