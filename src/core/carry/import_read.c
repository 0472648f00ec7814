#include "core/carry/importing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/record/manifest_commit.h"
#include "git/object.h"

/* Its place in the result, or -1. */
static ssize_t find_item(const struct importing *importing,
			 const struct checkpoint *name)
{
	char *tail = importing_tail(name);
	/* What is there is the place plus one. */
	uintptr_t found = (uintptr_t)strmap_get(&importing->places, tail);

	free(tail);
	return (ssize_t)found - 1;
}

static void add_checkpoint(struct importing *importing,
			   const struct checkpoint *name)
{
	struct imported *out = importing->out;
	ssize_t at = find_item(importing, name);
	char *tail;

	if (at >= 0) {
		/* The same one twice: what its own clone calls it counts. */
		if (!oid_equal(&out->items[at].name.commit, &name->commit))
			importing_refuse(&out->items[at],
					 "the file has two of this name");
		return;
	}
	checkpoint_copy(&imported_add(out)->name, name);
	tail = importing_tail(name);
	strmap_put(&importing->places, tail, (void *)(uintptr_t)out->nr);
	free(tail);
	ARRAY_GROW(importing->brought, out->nr - 1, importing->alloc_brought);
	importing->brought[out->nr - 1] = (struct brought){.pinned = false};
}

/* `ref` below `prefix`, as a name below refs/checkpoints/. */
static bool parse_below(const char *ref, const char *prefix,
			struct checkpoint *out)
{
	char *name;
	bool is_one;

	*out = (struct checkpoint){0};
	if (strncmp(ref, prefix, strlen(prefix)) != 0)
		return false;
	name = xstrfmt("%s%s", CHECKPOINT_REFS, ref + strlen(prefix));
	is_one = checkpoint_parse_ref(name, out);
	free(name);
	return is_one;
}

/* L and pins, of checkpoints that are in the file, too. */
static bool add_part(struct importing *importing, const struct ref *ref)
{
	struct checkpoint name;
	ssize_t at = -1;
	bool is_local = parse_below(ref->name, CHECKPOINT_LOCAL_REFS, &name);
	bool is_pin = false;

	if (!is_local) {
		checkpoint_release(&name);
		is_pin = parse_below(ref->name, CHECKPOINT_PIN_REFS, &name);
	}
	if (is_local || is_pin)
		at = find_item(importing, &name);
	if (at >= 0 && is_local)
		importing->brought[at].local = ref->oid;
	else if (at >= 0)
		importing->brought[at].pinned = oid_equal(
			&ref->oid, &importing->out->items[at].name.commit);
	checkpoint_release(&name);
	return at >= 0;
}

/* Of a bundle that was made of a remote: the manifest is what counts. */
static bool is_manifest(const char *ref)
{
	const char *slash = strrchr(ref, '/');

	return !strncmp(ref, CHECKPOINT_REFS, strlen(CHECKPOINT_REFS)) &&
	       slash && manifest_number(slash + 1);
}

void importing_read_refs(struct importing *importing)
{
	const struct ref_list *refs = &importing->bundle.refs;

	remote_sessions_read(&importing->manifests, CHECKPOINT_REFS, refs);

	for (size_t i = 0; i < refs->nr; i++) {
		struct checkpoint name;

		if (checkpoint_parse_ref(refs->items[i].name, &name)) {
			name.commit = refs->items[i].oid;
			add_checkpoint(importing, &name);
		}
		checkpoint_release(&name);
	}
	for (size_t i = 0; i < refs->nr; i++) {
		struct checkpoint name;

		if (!checkpoint_parse_ref(refs->items[i].name, &name) &&
		    !add_part(importing, &refs->items[i]) &&
		    !is_manifest(refs->items[i].name))
			strlist_add(&importing->out->notes,
				    refs->items[i].name);
		checkpoint_release(&name);
	}
}

/* A manifest that is not what it should be is refused as a whole. */
static int read_manifest(struct importing *importing,
			 const struct remote_session *session,
			 struct error *err)
{
	struct manifest manifest;
	int ret = manifest_commit_read(importing->repo, &session->manifest,
				       session->name, &manifest, err);

	for (size_t i = 0; !ret && i < manifest.nr; i++) {
		char *ref = checkpoint_ref(CHECKPOINT_REFS, session->name,
					   manifest.items[i].id);
		struct checkpoint name;

		if (checkpoint_parse_ref(ref, &name)) {
			name.commit = manifest.items[i].commit;
			add_checkpoint(importing, &name);
		}
		checkpoint_release(&name);
		free(ref);
	}
	manifest_release(&manifest);
	if (ret < 0 && ret != ERR_FAILED) {
		struct checkpoint name = {0};
		struct imported *out = importing->out;

		name.session = xstrdup(session->name);
		name.id = xstrfmt("manifest-%lld", (long long)session->number);
		name.ref =
			checkpoint_ref(CHECKPOINT_REFS, name.session, name.id);
		add_checkpoint(importing, &name);
		importing_refuse(&out->items[out->nr - 1], "%s", err->text);
		checkpoint_release(&name);
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* Add what the manifests list, of those that are here. `all`: they all are. */
int importing_read_manifests(struct importing *importing, bool all,
			     struct error *err)
{
	struct remote_sessions *sessions = &importing->manifests;
	int ret = 0;

	for (size_t i = 0; !ret && i < sessions->nr; i++) {
		struct remote_session *session = &sessions->items[i];

		if (!session->number ||
		    (!all &&
		     !object_exists(importing->repo, &session->manifest)))
			continue;
		ret = read_manifest(importing, session, err);
		session->number = 0;
	}
	return ret;
}

bool importing_has_manifests(const struct importing *importing)
{
	for (size_t i = 0; i < importing->manifests.nr; i++)
		if (importing->manifests.items[i].number)
			return true;
	return false;
}
