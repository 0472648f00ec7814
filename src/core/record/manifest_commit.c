#include "core/record/manifest_commit.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/tree_memory.h"

/* -- reading ------------------------------------------------------------- */

static int check(const struct commit *commit, const char *session,
		 const struct manifest *manifest, struct error *err)
{
	if (strcmp(manifest->session, session) != 0)
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: the manifest is of "
				 "session '%s'",
				 manifest->session);
	if (!oid_equal(&commit->tree, &tree_empty_id))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: the manifest has "
				 "files");
	if (!oid_is_zero(&manifest->previous) &&
	    (!commit->nr_parents ||
	     !oid_equal(&commit->parents[0], &manifest->previous)))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: the manifest names "
				 "a previous one that is not its parent");
	return 0;
}

int manifest_commit_parse(const char *raw, size_t len, const char *session,
			  struct manifest *out, struct error *err)
{
	struct commit commit;
	int ret;

	*out = (struct manifest)MANIFEST_INIT;
	if (commit_parse(raw, len, &commit, err) < 0)
		return err->code;
	ret = manifest_parse(out, commit.message, strlen(commit.message), err);
	if (!ret)
		ret = check(&commit, session, out, err);
	commit_release(&commit);
	return ret;
}

int manifest_commit_read(struct repository *repo, const struct oid *oid,
			 const char *session, struct manifest *out,
			 struct error *err)
{
	struct buf raw = BUF_INIT;
	int ret;

	*out = (struct manifest)MANIFEST_INIT;
	ret = object_read(repo, oid, OBJECT_COMMIT, COMMIT_MAX_BYTES, &raw,
			  err);
	if (!ret)
		ret = manifest_commit_parse(raw.ptr, raw.len, session, out,
					    err);
	buf_release(&raw);
	return ret;
}

int manifest_check_item(struct repository *repo, const char *session,
			const char *id, const struct oid *oid,
			struct error *err)
{
	struct commit commit;
	char *said_id, *said_session;
	int ret = 0;

	if (commit_read(repo, oid, &commit, err) < 0)
		return err->code;
	said_id = commit_trailer(commit.message, "Checkpoint-Id");
	said_session = commit_trailer(commit.message, "Checkpoint-Session");
	if (!said_id || strcmp(said_id, id) || !said_session ||
	    strcmp(said_session, session))
		ret = error_set(err, ERR_INVALID,
				"its commit does not say that it is that "
				"checkpoint");
	free(said_id);
	free(said_session);
	commit_release(&commit);
	return ret;
}

/* -- writing ------------------------------------------------------------- */

/* The newest that both have and that is here; NULL: none. */
static const struct manifest_item *newest_known(struct repository *repo,
						const struct manifest *manifest,
						const struct manifest *old)
{
	for (size_t i = old ? old->nr : 0; i; i--) {
		const struct manifest_item *item = &old->items[i - 1];

		if (manifest_find(manifest, item->id) &&
		    object_exists_quick(repo, &item->commit))
			return item;
	}
	return NULL;
}

int manifest_commit_write(struct repository *repo, struct pack *pack,
			  const struct manifest *manifest,
			  const struct manifest *old, struct oid *out,
			  struct error *err)
{
	struct oid *parents = xcalloc(manifest->nr + 2, sizeof(*parents));
	bool goes_on = !oid_is_zero(&manifest->previous);
	const struct manifest_item *known =
		goes_on ? newest_known(repo, manifest, old) : NULL;
	char *author = NULL, *committer = NULL;
	struct buf message = BUF_INIT;
	struct oid tree;
	size_t nr = 0;
	int ret;

	if (goes_on)
		parents[nr++] = manifest->previous;
	for (size_t i = 0; i < manifest->nr; i++)
		if (!goes_on || !old ||
		    !manifest_find(old, manifest->items[i].id))
			parents[nr++] = manifest->items[i].commit;
	if (known)
		parents[nr++] = known->commit;
	manifest_format(manifest, &message);
	commit_idents(repo, clock_now_ms() / 1000, &author, &committer);
	ret = pack_add(pack, OBJECT_TREE, "", 0, &tree, err);
	if (!ret)
		ret = commit_write(pack, &tree, parents, nr, author, committer,
				   message.ptr, out, err);
	buf_release(&message);
	free(author);
	free(committer);
	free(parents);
	return ret;
}
