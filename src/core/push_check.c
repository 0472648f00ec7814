/*
 * What is seen to before anything is sent.
 */
#include "core/pushing.h"

#include "base/alloc.h"
#include "core/secret_scan.h"
#include "core/session.h"

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

int pushing_search(struct pushing *pushing, struct error *err)
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
	search.tips = tips.items;
	search.nr_tips = tips.nr;
	search.haves = haves.items;
	search.nr_haves = haves.nr;
	ret = secret_scan(pushing->repo, &search, &pushing->out->secrets, err);
	free(tips.items);
	free(haves.items);
	return ret;
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
