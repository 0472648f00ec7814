#include "core/record/remote_trust.h"

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/json_file.h"
#include "core/record/pushed.h"
#include "core/record/remote_session.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/remote.h"
#include "git/repository.h"

#define MAX_BYTES (16u << 20)
#define BRANCHES "refs/heads/"

struct trust {
	struct repository *repo;
	const char *remote;
	char *prefix;	      /* "refs/remotes/<remote>/" */
	char *path;	      /* of the file */
	char *key;	      /* of the URL now */
	char *url;	      /* where pushes go */
	char *known;	      /* the key in the file; NULL: there is none */
	struct oid_set doubt; /* the values in the file */
	struct ref_list refs; /* all that are remembered */
};

static void trust_release(struct trust *trust)
{
	free(trust->prefix);
	free(trust->path);
	free(trust->key);
	free(trust->url);
	free(trust->known);
	oid_set_release(&trust->doubt);
	ref_list_release(&trust->refs);
}

/* -- the file ------------------------------------------------------------ */

/* One that is missing or damaged is as if the remote had not been met. */
static void read_file(struct trust *trust)
{
	struct json *doc = json_file_find(trust->path, MAX_BYTES);

	if (json_get_string(doc, "key")) {
		trust->known = xstrdup(json_get_string(doc, "key"));
		JSON_FOR_EACH (item, json_get(doc, "doubted")) {
			const char *hex = json_as_string(item);
			struct oid oid;

			if (hex && strlen(hex) == OID_HEXSZ &&
			    oid_parse(&oid, hex))
				oid_set_add(&trust->doubt, &oid);
		}
	}
	json_free(doc);
}

static int write_file(const struct trust *trust, const struct ref_list *doubted,
		      struct error *err)
{
	struct json *doc = json_object_new(), *array;
	char hex[OID_HEXSZ + 1];
	int ret;

	json_set_string(doc, "key", trust->key);
	array = json_set_array(doc, "doubted");
	for (size_t i = 0; i < doubted->nr; i++)
		json_add_string(array, oid_hex(&doubted->items[i].oid, hex));
	ret = json_file_replace(trust->path, doc, err);
	json_free(doc);
	return ret;
}

static int trust_open(struct trust *trust, struct error *err)
{
	char *fetched = remote_prefix(trust->remote);
	char *file = pushed_key(trust->remote);
	char *name = xstrfmt("checkpoint.d/remotes/%s", file);
	int ret = remote_push_url(trust->repo, trust->remote, &trust->url, err);

	trust->prefix = xstrfmt("refs/remotes/%s/", trust->remote);
	trust->path = repository_common_path(trust->repo, name);
	if (!ret) {
		trust->key = pushed_key(trust->url);
		read_file(trust);
		ret = ref_list_read(trust->repo, trust->prefix, &trust->refs,
				    err);
	}
	if (!ret)
		ret = ref_list_read(trust->repo, fetched, &trust->refs, err);
	free(name);
	free(file);
	free(fetched);
	return ret;
}

/* -- asking -------------------------------------------------------------- */

/* What the place that pushes go to has; of several, nothing is known. */
static int list_there(const struct trust *trust, const char *pattern,
		      unsigned flags, struct ref_list *out, struct error *err)
{
	if (strchr(trust->url, '\n'))
		return 0;
	if (!remote_list_refs(trust->repo, trust->url, pattern, flags, out,
			      err))
		return 0;
	/* A password may be in it, and it would be said. */
	if (!strchr(trust->url, '@'))
		return err->code;
	return error_set(err, ERR_FAILED, "cannot list what '%s' has",
			 trust->remote);
}

/* Whether a branch of that name is there, with whatever value. */
static bool has_branch(const struct ref_list *there, const char *name)
{
	for (size_t i = 0; i < there->nr; i++)
		if (!strncmp(there->items[i].name, BRANCHES,
			     strlen(BRANCHES)) &&
		    !strcmp(there->items[i].name + strlen(BRANCHES), name))
			return true;
	return false;
}

static bool is_confirmed(const struct trust *trust, const struct ref *ref,
			 const struct oid_set *ids,
			 const struct ref_list *there)
{
	size_t len = strlen(trust->prefix);

	if (oid_set_has(ids, &ref->oid))
		return true;
	/* Once it was doubted, its value alone counts. */
	if (trust->known)
		return !strcmp(trust->known, trust->key) &&
		       !oid_set_has(&trust->doubt, &ref->oid);
	return strncmp(ref->name, trust->prefix, len) != 0 ||
	       has_branch(there, ref->name + len);
}

static int ask(const struct trust *trust, unsigned flags, struct error *err)
{
	struct ref_list there = REF_LIST_INIT, doubted = REF_LIST_INIT;
	struct oid_set ids = {0};
	int ret = list_there(trust, BRANCHES "*", flags, &there, err);

	if (!ret)
		ret = list_there(trust, CHECKPOINT_REFS "*", flags, &there,
				 err);
	for (size_t i = 0; i < there.nr; i++)
		oid_set_add(&ids, &there.items[i].oid);
	for (size_t i = 0; i < trust->refs.nr; i++) {
		const struct ref *ref = &trust->refs.items[i];

		if (!is_confirmed(trust, ref, &ids, &there))
			ref_list_add(&doubted, ref->name, &ref->oid);
	}
	if (!ret)
		ret = write_file(trust, &doubted, err);
	oid_set_release(&ids);
	ref_list_release(&there);
	ref_list_release(&doubted);
	return ret;
}

int remote_trust_update(struct repository *repo, const char *remote,
			unsigned flags, struct error *err)
{
	struct trust trust = {
		.repo = repo, .remote = remote, .refs = REF_LIST_INIT};
	int ret = trust_open(&trust, err);

	if (!ret && (!trust.known || strcmp(trust.known, trust.key) != 0 ||
		     trust.doubt.nr))
		ret = ask(&trust, flags, err);
	trust_release(&trust);
	return ret;
}

/* -- telling ------------------------------------------------------------- */

int remote_trust_read(struct repository *repo, const char *remote,
		      struct buf *out, struct error *err)
{
	struct trust trust = {
		.repo = repo, .remote = remote, .refs = REF_LIST_INIT};
	char hex[OID_HEXSZ + 1];
	int ret = 0;

	if (!remote_exists(repo, remote))
		return 0;
	ret = trust_open(&trust, err);
	for (size_t i = 0; !ret && i < trust.refs.nr; i++) {
		const struct oid *oid = &trust.refs.items[i].oid;

		if (trust.known && strcmp(trust.known, trust.key) != 0)
			break;
		if (!oid_is_zero(oid) && !oid_set_has(&trust.doubt, oid) &&
		    object_exists_quick(repo, oid))
			buf_addf(out, "^%s\n", oid_hex(oid, hex));
	}
	trust_release(&trust);
	return ret;
}
