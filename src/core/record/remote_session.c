#include "core/record/remote_session.h"

#include "base/alloc.h"
#include "base/sorted.h"
#include "core/record/checkpoint.h"
#include "core/record/id.h"
#include "core/record/manifest.h"
#include "git/remote.h"

char *remote_session_ref(const char *prefix, const char *session,
			 int64_t number)
{
	return xstrfmt("%s%s/manifest-%lld", prefix, session,
		       (long long)number);
}

char *remote_prefix(const char *remote)
{
	return xstrfmt("%s%s/", CHECKPOINT_REMOTE_REFS, remote);
}

void remote_sessions_release(struct remote_sessions *sessions)
{
	for (size_t i = 0; i < sessions->nr; i++) {
		free(sessions->items[i].name);
		ref_list_release(&sessions->items[i].older);
		ref_list_release(&sessions->items[i].plain);
	}
	free(sessions->items);
	free(sessions->prefix);
	ref_list_release(&sessions->strange);
	*sessions = (struct remote_sessions){0};
}

/* -- sorting ------------------------------------------------------------- */

static int compare_name(const void *name, const void *session)
{
	return id_compare(name, ((const struct remote_session *)session)->name);
}

/* Where the session is, or would be. */
static size_t position(const struct remote_sessions *sessions, const char *name)
{
	return sorted_place(name, sessions->items, sessions->nr,
			    sizeof(*sessions->items), compare_name);
}

static bool is_at(const struct remote_sessions *sessions, size_t at,
		  const char *name)
{
	return at < sessions->nr && !strcmp(sessions->items[at].name, name);
}

const struct remote_session *
remote_sessions_find(const struct remote_sessions *sessions, const char *name)
{
	size_t at = position(sessions, name);

	return is_at(sessions, at, name) ? &sessions->items[at] : NULL;
}

/* Takes `name`. */
static struct remote_session *find_or_add(struct remote_sessions *sessions,
					  char *name)
{
	size_t at = position(sessions, name);

	if (is_at(sessions, at, name)) {
		free(name);
		return &sessions->items[at];
	}
	ARRAY_GROW(sessions->items, sessions->nr, sessions->alloc);
	memmove(&sessions->items[at + 1], &sessions->items[at],
		(sessions->nr - at) * sizeof(*sessions->items));
	sessions->nr++;
	sessions->items[at] = (struct remote_session){
		.name = name, .older = REF_LIST_INIT, .plain = REF_LIST_INIT};
	return &sessions->items[at];
}

static void add_manifest(const struct remote_sessions *sessions,
			 struct remote_session *session, int64_t number,
			 const struct oid *oid)
{
	int64_t less = number;
	struct oid less_oid = *oid;
	char *ref;

	if (number > session->number) {
		less = session->number;
		less_oid = session->manifest;
		session->number = number;
		session->manifest = *oid;
	}
	if (!less)
		return;
	ref = remote_session_ref(sessions->prefix, session->name, less);
	ref_list_add(&session->older, ref, &less_oid);
	free(ref);
}

static void add_ref(struct remote_sessions *sessions, const struct ref *ref)
{
	size_t len = strlen(sessions->prefix);
	struct remote_session *session;
	const char *tail, *slash;
	int64_t number;
	char *name;

	if (strncmp(ref->name, sessions->prefix, len) != 0)
		return;
	tail = ref->name + len;
	slash = strchr(tail, '/');
	name = slash ? xstrndup(tail, (size_t)(slash - tail)) : NULL;
	number = slash ? manifest_number(slash + 1) : 0;
	if (!name || !session_name_is_valid(name) ||
	    (!number && !checkpoint_id_is_valid(slash + 1))) {
		ref_list_add(&sessions->strange, ref->name, &ref->oid);
		free(name);
		return;
	}
	session = find_or_add(sessions, name);
	if (number)
		add_manifest(sessions, session, number, &ref->oid);
	else
		ref_list_add(&session->plain, slash + 1, &ref->oid);
}

void remote_sessions_read(struct remote_sessions *out, const char *prefix,
			  const struct ref_list *refs)
{
	*out = (struct remote_sessions){.prefix = xstrdup(prefix),
					.strange = REF_LIST_INIT};
	for (size_t i = 0; i < refs->nr; i++)
		add_ref(out, &refs->items[i]);
}

/* -- asking -------------------------------------------------------------- */

int remote_sessions_list(struct repository *repo, const char *remote,
			 unsigned flags, struct remote_sessions *out,
			 struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret = remote_list_refs(repo, remote, CHECKPOINT_REFS "*", flags,
				   &refs, err);

	remote_sessions_read(out, CHECKPOINT_REFS, &refs);
	ref_list_release(&refs);
	return ret;
}

int remote_sessions_fetched(struct repository *repo, const char *remote,
			    struct remote_sessions *out, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	char *prefix = remote_prefix(remote);
	int ret = ref_list_read(repo, prefix, &refs, err);

	remote_sessions_read(out, prefix, &refs);
	ref_list_release(&refs);
	free(prefix);
	return ret;
}
