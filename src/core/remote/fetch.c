#include "core/remote/fetch.h"

#include "base/alloc.h"
#include "core/record/id.h"
#include "core/record/journal.h"
#include "core/record/manifest_commit.h"
#include "core/record/remote_session.h"
#include "core/record/session.h"
#include "core/remote/fetching.h"
#include "core/save/tidy.h"
#include "core/verify/verify.h"
#include "git/ref.h"
#include "git/remote.h"

void fetch_release(struct fetch *fetch)
{
	checkpoint_list_release(&fetch->fetched);
	checkpoint_list_release(&fetch->pruned);
	for (size_t i = 0; i < fetch->nr_refused; i++) {
		free(fetch->refused[i].ref);
		free(fetch->refused[i].reason);
	}
	free(fetch->refused);
	free(fetch->remote);
	strlist_release(&fetch->warnings);
	*fetch = (struct fetch){0};
}

static void add_refusal(struct fetching *fetching, const char *ref,
			const char *reason)
{
	struct fetch *out = fetching->out;

	ARRAY_GROW(out->refused, out->nr_refused, out->alloc_refused);
	out->refused[out->nr_refused++] =
		(struct fetch_refusal){xstrdup(ref), xstrdup(reason)};
}

static void refuse(struct fetching *fetching, const char *ref,
		   const struct oid *oid, const char *reason)
{
	add_refusal(fetching, ref, reason);
	ref_list_add(&fetching->remove, ref, oid);
}

/* -- what to fetch ------------------------------------------------------- */

/* All but our own: what was dropped here would come back. */
static int add_all(struct fetching *fetching, struct strlist *refspecs,
		   struct error *err)
{
	struct strlist own = STRLIST_INIT;
	int ret = session_names_everywhere(fetching->repo, &own, err);

	strlist_addf(refspecs, "+%s*:%s*", CHECKPOINT_REFS, fetching->prefix);
	for (size_t i = 0; i < own.nr; i++)
		strlist_addf(refspecs, "^%s%s/*", CHECKPOINT_REFS,
			     own.items[i]);
	strlist_release(&own);
	return ret;
}

static int fetch_refs(struct fetching *fetching, struct error *err)
{
	const struct fetch_request *request = fetching->request;
	const struct strlist *named = request->sessions;
	struct strlist refspecs = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < named->nr; i++)
		strlist_addf(&refspecs, "+%s%s/*:%s%s/*", CHECKPOINT_REFS,
			     named->items[i], fetching->prefix,
			     named->items[i]);
	if (!named->nr)
		ret = add_all(fetching, &refspecs, err);
	if (!ret)
		ret = remote_fetch(fetching->repo, request->remote, &refspecs,
				   request->flags, err);
	strlist_release(&refspecs);
	return ret;
}

/* -- what came ----------------------------------------------------------- */

static int find_named(struct fetching *fetching, struct error *err)
{
	const struct strlist *named = fetching->request->sessions;

	for (size_t i = 0; i < named->nr; i++) {
		if (remote_sessions_find(&fetching->now, named->items[i]))
			continue;
		error_set(err, ERR_NOT_FOUND, "'%s' has no session '%s'",
			  fetching->request->remote, named->items[i]);
		return error_hint(err, "'git checkpoint ls-remote' lists those "
				       "it has");
	}
	return 0;
}

/* Refs of another remote may be below this one's: "a/b" is a good name. */
static bool is_of_another(const struct fetching *fetching, const char *ref)
{
	const char *name = ref + strlen(CHECKPOINT_REMOTE_REFS);
	size_t len = strlen(name);
	bool other = false;
	char *remote;

	/* The last two parts are a session and what is in it. */
	for (int parts = 0; parts < 2 && len; parts++)
		while (len && name[--len] != '/')
			;
	remote = xstrndup(name, len);
	other = strcmp(remote, fetching->request->remote) != 0 &&
		remote_exists(fetching->repo, remote);
	free(remote);
	return other;
}

static void refuse_strange(struct fetching *fetching)
{
	const struct ref_list *strange = &fetching->now.strange;

	for (size_t i = 0; i < strange->nr; i++)
		if (!is_of_another(fetching, strange->items[i].name))
			refuse(fetching, strange->items[i].name,
			       &strange->items[i].oid,
			       "it is not the name of a checkpoint");
}

static void note_fetched(struct fetching *fetching, const char *ref,
			 const struct oid *oid)
{
	struct checkpoint checkpoint;

	if (checkpoint_parse_ref(ref, &checkpoint)) {
		checkpoint.commit = *oid;
		checkpoint_list_add(&fetching->out->fetched, &checkpoint);
	}
	checkpoint_release(&checkpoint);
}

/* A checkpoint never changes: who has rewritten it there does not replace what
 * is here. */
static void keep_former(struct fetching *fetching, const char *ref,
			const struct oid *before)
{
	add_refusal(fetching, ref,
		    "it is another than the one that was fetched before, which "
		    "stays");
	ref_list_add(&fetching->set, ref, before);
}

/* A checkpoint of a session that the remote has now: is it what it says? */
static int take_item(struct fetching *fetching,
		     const struct remote_session *session, const char *id,
		     const struct oid *oid, struct error *err)
{
	char *name = xstrfmt("%s%s/%s", fetching->prefix, session->name, id);
	const struct oid *before = fetching_before(fetching, name);
	const struct ref *plain = ref_list_find(&session->plain, id);
	int ret = 0;

	if (before && !oid_equal(before, oid)) {
		keep_former(fetching, name, before);
	} else if (!before) {
		ret = manifest_check_item(fetching->repo, session->name, id,
					  oid, err);
		if (!ret) {
			ref_list_add(&fetching->set, name, oid);
			note_fetched(fetching, name, oid);
		} else if (ret != ERR_FAILED) {
			refuse(fetching, name, plain ? &plain->oid : oid,
			       err->text);
			error_release(err);
			ret = 0;
		}
	}
	free(name);
	return ret;
}

/* One that git has fetched as it is. Where the manifest has it as well, what
 * that says was taken already. */
static int take_plain(struct fetching *fetching,
		      const struct remote_session *session,
		      const struct manifest *manifest, const struct ref *ref,
		      struct error *err)
{
	const struct manifest_item *item = manifest_find(manifest, ref->name);
	const struct oid *before;
	char *name;

	if (!item)
		return take_item(fetching, session, ref->name, &ref->oid, err);
	if (oid_equal(&item->commit, &ref->oid))
		return 0;
	name = xstrfmt("%s%s/%s", fetching->prefix, session->name, ref->name);
	before = fetching_before(fetching, name);
	if (!before)
		add_refusal(fetching, name,
			    "it is another than the one that the manifest "
			    "lists");
	else if (oid_equal(before, &item->commit))
		keep_former(fetching, name, before);
	free(name);
	return 0;
}

static int take_manifest(struct fetching *fetching,
			 const struct remote_session *session,
			 struct manifest *out, struct error *err)
{
	int ret = manifest_commit_read(fetching->repo, &session->manifest,
				       session->name, out, err);

	for (size_t i = 0; !ret && i < out->nr; i++)
		ret = take_item(fetching, session, out->items[i].id,
				&out->items[i].commit, err);
	if (ret < 0 && ret != ERR_FAILED) {
		char *ref = remote_session_ref(fetching->prefix, session->name,
					       session->number);

		refuse(fetching, ref, &session->manifest, err->text);
		free(ref);
		/* One that is no manifest lists nothing. */
		manifest_release(out);
		error_release(err);
		ret = 0;
	}
	return ret;
}

static bool is_wanted(const struct fetching *fetching, const char *session)
{
	const struct strlist *named = fetching->request->sessions;

	return !named->nr || strlist_has(named, session);
}

static int take_session(struct fetching *fetching,
			const struct remote_session *session, struct error *err)
{
	struct manifest manifest = MANIFEST_INIT;
	int ret = 0;

	/* What a later manifest says is all there is to know. */
	for (size_t i = 0; i < session->older.nr; i++)
		ref_list_add(&fetching->remove, session->older.items[i].name,
			     &session->older.items[i].oid);
	if (session->number)
		ret = take_manifest(fetching, session, &manifest, err);
	for (size_t i = 0; !ret && i < session->plain.nr; i++)
		ret = take_plain(fetching, session, &manifest,
				 &session->plain.items[i], err);
	manifest_release(&manifest);
	return ret;
}

static int newest_first(const void *a, const void *b)
{
	const struct checkpoint *x = a, *y = b;
	int order = id_compare(y->id, x->id);

	return order ? order : strcmp(x->ref, y->ref);
}

static void sort(struct checkpoint_list *list)
{
	if (list->nr)
		qsort(list->items, list->nr, sizeof(*list->items),
		      newest_first);
}

/* -- all of it ----------------------------------------------------------- */

const struct oid *fetching_before(const struct fetching *fetching,
				  const char *ref)
{
	const struct ref *before = ref_list_find(&fetching->before, ref);

	return before ? &before->oid : NULL;
}

static int write_notes(struct fetching *fetching)
{
	struct error missed = ERROR_INIT;

	if (fetching->out->fetched.nr &&
	    verify_repair(fetching->repo, &fetching->out->fetched, &missed) < 0)
		strlist_addf(&fetching->out->warnings,
			     "the notes were not written: %s; 'git checkpoint "
			     "verify --repair' writes them",
			     missed.text);
	error_release(&missed);
	return 0;
}

static int take_all(struct fetching *fetching, struct error *err)
{
	int ret = find_named(fetching, err);

	if (!ret)
		refuse_strange(fetching);
	for (size_t i = 0; !ret && i < fetching->now.nr; i++)
		if (is_wanted(fetching, fetching->now.items[i].name))
			ret = take_session(fetching, &fetching->now.items[i],
					   err);
	if (!ret)
		ret = ref_set_all(fetching->repo, &fetching->set, err);
	if (!ret && fetching->remove.nr)
		ret = ref_delete(fetching->repo, &fetching->remove, err);
	if (!ret)
		ret = write_notes(fetching);
	if (!ret)
		tidy_refs(fetching->repo, &fetching->out->warnings);
	return ret;
}

static int fetch_from(struct fetching *fetching, struct error *err)
{
	const char *remote = fetching->request->remote;
	int ret;

	fetching->out->remote = xstrdup(remote);
	fetching->prefix = remote_prefix(remote);
	ret = ref_list_read(fetching->repo, fetching->prefix, &fetching->before,
			    err);
	if (!ret)
		ret = fetch_refs(fetching, err);
	if (!ret)
		ret = remote_sessions_fetched(fetching->repo, remote,
					      &fetching->now, err);
	if (!ret)
		ret = take_all(fetching, err);
	return ret;
}

int fetch_run(struct repository *repo, const struct fetch_request *request,
	      struct fetch *out, struct error *err)
{
	struct fetching fetching = {
		.repo = repo, .request = request, .out = out};
	int ret;

	*out = (struct fetch){0};
	ret = journal_refuse(repo, err);
	if (!ret && request->remote)
		ret = fetch_from(&fetching, err);
	if (!ret)
		ret = fetching_prune(&fetching, err);
	sort(&out->fetched);
	sort(&out->pruned);
	ref_list_release(&fetching.before);
	ref_list_release(&fetching.set);
	ref_list_release(&fetching.remove);
	remote_sessions_release(&fetching.now);
	free(fetching.prefix);
	return ret;
}
