#include "core/remote/remote_clean.h"

#include "base/alloc.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "core/record/journal.h"
#include "core/record/manifest_commit.h"
#include "core/record/pin.h"
#include "core/record/session.h"
#include "core/remote/manifest_peek.h"
#include "git/config.h"
#include "git/ref.h"
#include "git/repository.h"

struct choosing {
	struct repository *repo;
	const struct remote_clean_request *request;
	struct remote_cleaned *out;
	struct strlist own, pins;
	int64_t backups; /* checkpoint.backupCount */
	bool *named;	 /* which names were found */
};

static void session_release(struct remote_clean_session *session)
{
	free(session->name);
	free(session->found.name);
	ref_list_release(&session->found.older);
	ref_list_release(&session->found.plain);
	manifest_release(&session->there);
	manifest_release(&session->drop);
	manifest_release(&session->stay);
	free(session->reasons);
	free(session->refused);
}

void remote_cleaned_release(struct remote_cleaned *cleaned)
{
	for (size_t i = 0; i < cleaned->nr; i++)
		session_release(&cleaned->sessions[i]);
	free(cleaned->sessions);
	free(cleaned->remote);
	strlist_release(&cleaned->unread);
	*cleaned = (struct remote_cleaned){0};
}

static void add_item(struct manifest *manifest,
		     const struct manifest_item *item)
{
	manifest_add(manifest, item->id, item->type, item->time_ms,
		     &item->commit);
}

/* -- what goes of a session ---------------------------------------------- */

static void choose_named(struct choosing *choosing,
			 struct remote_clean_session *session)
{
	const struct remote_clean_request *request = choosing->request;

	for (size_t i = 0; i < request->nr_names; i++) {
		const struct manifest_item *item =
			manifest_find(&session->there, request->names[i]);

		if (!item)
			continue;
		choosing->named[i] = true;
		add_item(&session->drop, item);
	}
}

/* What was dropped here since it was pushed. */
static int choose_dropped(struct choosing *choosing,
			  struct remote_clean_session *session,
			  struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < session->there.nr; i++) {
		const struct manifest_item *item = &session->there.items[i];
		char *ref = checkpoint_ref(CHECKPOINT_REFS, session->name,
					   item->id);
		struct oid oid;

		ret = ref_read(choosing->repo, ref, &oid, err);
		if (ret == ERR_NOT_FOUND) {
			add_item(&session->drop, item);
			error_release(err);
			ret = 0;
		}
		free(ref);
	}
	return ret;
}

static void fill_item(const struct choosing *choosing,
		      const struct remote_clean_session *session,
		      const struct manifest_item *from,
		      struct retention_item *out)
{
	const struct checkpoint name = {.session = session->name,
					.id = from->id};

	*out = (struct retention_item){
		.session = session->name,
		.time_ms = from->time_ms,
		.type = checkpoint_type_parse(from->type),
		.pinned = pin_list_has(&choosing->pins, &name),
	};
}

/* As `clean` does here: what is pinned stays, and the newest with its
 * backups. */
static void choose_by_criteria(struct choosing *choosing,
			       struct remote_clean_session *session)
{
	size_t nr = session->there.nr;
	struct retention_item *items = xcalloc(nr + 1, sizeof(*items));

	session->reasons = xcalloc(nr + 1, sizeof(*session->reasons));
	for (size_t i = 0; i < nr; i++)
		fill_item(choosing, session, &session->there.items[nr - 1 - i],
			  &items[i]);
	retention_protect(items, nr, (size_t)choosing->backups);
	retention_condemn(items, nr, &choosing->request->criteria);
	/* The oldest first, as manifests are. */
	for (size_t i = nr; i; i--) {
		const struct retention_item *item = &items[i - 1];
		const struct manifest_item *from =
			&session->there.items[nr - i];

		if (item->drop)
			add_item(&session->drop, from);
		else if (item->condemned)
			session->reasons[session->stay.nr] = item->reason;
		if (item->condemned && !item->drop)
			add_item(&session->stay, from);
	}
	free(items);
}

/* One of another clone, that has been left alone for so long. */
static void choose_idle(struct choosing *choosing,
			struct remote_clean_session *session)
{
	int64_t limit = choosing->request->criteria.older_than_ms;
	size_t nr = session->there.nr;

	if (!nr || limit == INT64_MIN ||
	    session->there.items[nr - 1].time_ms >= limit ||
	    choosing->request->criteria.keep >= 0 ||
	    choosing->request->criteria.types)
		return;
	for (size_t i = 0; i < nr; i++)
		add_item(&session->drop, &session->there.items[i]);
}

static int choose(struct choosing *choosing,
		  struct remote_clean_session *session, struct error *err)
{
	const struct remote_clean_request *request = choosing->request;
	bool own = strlist_sorted_has(&choosing->own, session->name);

	if (request->nr_names)
		choose_named(choosing, session);
	else if (!request->has_criteria && own)
		return choose_dropped(choosing, session, err);
	else if (request->has_criteria && (own || request->criteria.session))
		choose_by_criteria(choosing, session);
	else if (request->has_criteria)
		choose_idle(choosing, session);
	return 0;
}

/* -- all sessions -------------------------------------------------------- */

static void copy_refs(struct ref_list *to, const struct ref_list *from)
{
	for (size_t i = 0; i < from->nr; i++)
		ref_list_add(to, from->items[i].name, &from->items[i].oid);
}

/* What is there: listed by the manifest, or as refs of its own. */
static bool read_there(struct remote_clean_session *session,
		       const struct remote_session *found,
		       const struct buf *raw)
{
	struct error ignored = ERROR_INIT;
	bool good = true;

	session->name = xstrdup(found->name);
	session->found.name = xstrdup(found->name);
	session->found.number = found->number;
	session->found.manifest = found->manifest;
	copy_refs(&session->found.older, &found->older);
	copy_refs(&session->found.plain, &found->plain);
	if (found->number)
		good = !manifest_commit_parse(raw->ptr, raw->len, found->name,
					      &session->there, &ignored);
	error_release(&ignored);
	for (size_t i = 0; i < found->plain.nr; i++)
		manifest_add(&session->there, found->plain.items[i].name,
			     "manual", id_time(found->plain.items[i].name),
			     &found->plain.items[i].oid);
	return good;
}

static int look_at(struct choosing *choosing,
		   const struct remote_session *found, const struct buf *raw,
		   struct error *err)
{
	struct remote_cleaned *out = choosing->out;
	struct remote_clean_session *session;
	int ret;

	ARRAY_GROW(out->sessions, out->nr, out->alloc);
	session = &out->sessions[out->nr];
	*session = (struct remote_clean_session){0};
	if (!read_there(session, found, raw)) {
		strlist_add(&out->unread, found->name);
		session_release(session);
		return 0;
	}
	ret = choose(choosing, session, err);
	if (ret < 0 || session->drop.nr || session->stay.nr)
		out->nr++;
	else
		session_release(session);
	return ret;
}

/* Only what could be looked at: without criteria of age that is our own. */
static bool is_asked_for(const struct choosing *choosing, const char *session)
{
	const struct remote_clean_request *request = choosing->request;

	if (request->criteria.session)
		return !strcmp(request->criteria.session, session);
	return request->nr_names ||
	       request->criteria.older_than_ms != INT64_MIN ||
	       strlist_sorted_has(&choosing->own, session);
}

static int look_at_all(struct choosing *choosing,
		       const struct remote_sessions *sessions,
		       struct error *err)
{
	const struct remote_clean_request *request = choosing->request;
	const struct remote_session **asked =
		xcalloc(sessions->nr + 1, sizeof(*asked));
	struct buf *raws = xcalloc(sessions->nr + 1, sizeof(*raws));
	size_t nr = 0;
	int ret;

	for (size_t i = 0; i < sessions->nr; i++)
		if (is_asked_for(choosing, sessions->items[i].name)) {
			raws[nr] = (struct buf)BUF_INIT;
			asked[nr++] = &sessions->items[i];
		}
	ret = manifest_peek(choosing->repo, request->remote, request->flags,
			    asked, nr, raws, err);
	for (size_t i = 0; i < nr; i++) {
		if (!ret)
			ret = look_at(choosing, asked[i], &raws[i], err);
		buf_release(&raws[i]);
	}
	free(raws);
	free(asked);
	return ret;
}

static int check_found(const struct choosing *choosing,
		       const struct remote_sessions *sessions,
		       struct error *err)
{
	const struct remote_clean_request *request = choosing->request;
	const char *session = request->criteria.session;

	if (session && !remote_sessions_find(sessions, session))
		return error_set(err, ERR_NOT_FOUND, "'%s' has no session '%s'",
				 request->remote, session);
	for (size_t i = 0; i < request->nr_names; i++)
		if (!choosing->named[i])
			return error_set(err, ERR_NOT_FOUND,
					 "'%s' has no checkpoint '%s'",
					 request->remote, request->names[i]);
	return 0;
}

int remote_clean_choose(struct repository *repo,
			const struct remote_clean_request *request,
			struct remote_cleaned *out, struct error *err)
{
	struct choosing choosing = {.repo = repo,
				    .request = request,
				    .out = out,
				    .own = STRLIST_INIT,
				    .pins = STRLIST_INIT};
	struct remote_sessions sessions = {0};
	int ret;

	*out = (struct remote_cleaned){.remote = xstrdup(request->remote)};
	choosing.named = xcalloc(request->nr_names + 1, sizeof(bool));
	ret = journal_refuse(repo, err);
	if (!ret)
		ret = config_get_int(repo->config, "checkpoint.backupcount", 1,
				     &choosing.backups, err);
	if (!ret)
		ret = session_names_everywhere(repo, &choosing.own, err);
	strlist_sort(&choosing.own);
	if (!ret)
		ret = pin_list(repo, &choosing.pins, err);
	if (!ret)
		ret = remote_sessions_list(repo, request->remote,
					   request->flags, &sessions, err);
	if (!ret)
		ret = look_at_all(&choosing, &sessions, err);
	if (!ret)
		ret = check_found(&choosing, &sessions, err);
	remote_sessions_release(&sessions);
	strlist_release(&choosing.own);
	strlist_release(&choosing.pins);
	free(choosing.named);
	return ret;
}
