/*
 * Packing refs: ref_pack() of git/ref.h.
 *
 * In the order in which git does it: the refs are in packed-refs before the
 * files go, and a file goes under the ref's own lock, while it says what
 * packed-refs says. So who reads the loose ref first and packed-refs after it
 * finds one of the two. Who deletes a ref holds packed-refs.lock until its
 * file is gone (git-update-ref(1)); so what we have read must still be there
 * once we have that lock, or the ref would come back.
 */
#include "git/ref.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "git/config.h"
#include "git/object.h"
#include "git/packed_refs.h"
#include "git/ref_draft.h"
#include "git/ref_lock.h"
#include "git/ref_loose.h"
#include "git/ref_name.h"
#include "git/ref_twin.h"
#include "git/ref_value.h"
#include "git/repository.h"

#define MIN_LOOSE 64
/* What is written at most for each ref that is packed. Fewer at a time write
 * more; more at a time make one checkpoint wait for all of them. */
#define BYTES_A_REF 65536

struct packing {
	struct repository *repo;
	const char *const *prefixes;
	struct ref_list refs; /* what is to be packed, sorted */
	struct packed_refs packed;
	struct ref_twin twin;
	char *path; /* of packed-refs */
	char *lock_path;
};

/* -- whether --------------------------------------------------------------- */

/* gc.packRefs: true, false, or "notbare". */
static int is_allowed(const struct repository *repo, bool *out,
		      struct error *err)
{
	const char *value = config_get(repo->config, "gc.packrefs");

	*out = true;
	if (value && !strcmp(value, "notbare"))
		return 0;
	return config_get_bool(repo->config, "gc.packrefs", true, out, err);
}

static int are_many(const struct packing *packing, bool *out, struct error *err)
{
	size_t nr = 0, many = MIN_LOOSE;
	struct stat st;
	int ret = 0;

	if (!lstat(packing->path, &st))
		many += (size_t)st.st_size / BYTES_A_REF;
	for (size_t i = 0; packing->prefixes[i] && nr < many && !ret; i++) {
		size_t some;

		ret = ref_count_loose(packing->repo, packing->prefixes[i],
				      many - nr, &some, err);
		nr += some;
	}
	*out = nr >= many;
	return ret;
}

/* -- what ------------------------------------------------------------------ */

/* Only what needs no second line in packed-refs, and is there. */
static int leads_to_commit(struct repository *repo, const struct oid *oid,
			   bool *out, struct error *err)
{
	enum object_type type;
	int ret = object_header(repo, oid, &type, NULL, err);

	*out = !ret && type == OBJECT_COMMIT;
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

static int visit(void *context, const char *path, const char *name,
		 struct error *err)
{
	struct packing *packing = context;
	struct ref_value value = {0};
	bool is_commit = false;
	int ret = ref_value_read_loose(path, name, &value, err);

	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		return 0;
	}
	if (!ret && !value.target)
		ret = leads_to_commit(packing->repo, &value.oid, &is_commit,
				      err);
	if (!ret && is_commit)
		ref_list_add(&packing->refs, name, &value.oid);
	ref_value_release(&value);
	return ret;
}

static int collect(struct packing *packing, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; packing->prefixes[i] && !ret; i++) {
		char *path = ref_name_path(packing->repo, packing->prefixes[i]);

		ret = ref_loose_each(path, packing->prefixes[i], visit, packing,
				     err);
		free(path);
	}
	ref_list_sort(&packing->refs);
	return ret;
}

/* -- into packed-refs ------------------------------------------------------ */

/* Whether the loose ref still says this. */
static int is_loose(const struct repository *repo, const struct ref *ref,
		    bool *out, struct error *err)
{
	char *path = ref_name_path(repo, ref->name);
	struct ref_value value = {0};
	int ret = ref_value_read_loose(path, ref->name, &value, err);

	*out = !ret && !value.target && oid_equal(&value.oid, &ref->oid);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	ref_value_release(&value);
	free(path);
	return ret;
}

/* Under the lock: whether all is as it was read. */
static int is_undisturbed(const struct packing *packing, bool *out,
			  struct error *err)
{
	int ret = 0;

	*out = packed_refs_is_current(&packing->packed, packing->repo);
	for (size_t i = 0; i < packing->refs.nr && *out && !ret; i++)
		ret = is_loose(packing->repo, &packing->refs.items[i], out,
			       err);
	return ret;
}

/* Rename the twin, which has all of it, over packed-refs. `*done`: nobody was
 * in the way. */
static int replace(struct packing *packing, bool *done, struct error *err)
{
	sigset_t before;
	int ret;

	ref_lock_block_signals(&before);
	ret = ref_twin_take_lock(&packing->twin, packing->lock_path);
	if (ret == -1)
		ret = error_errno(err, "cannot lock packed-refs");
	if (ret < 0)
		goto done;
	ret = is_undisturbed(packing, done, err);
	if (!ret && *done && rename(packing->lock_path, packing->path) < 0)
		ret = error_errno(err, "cannot write '%s'", packing->path);
	if (ret < 0 || !*done)
		unlink(packing->lock_path);
done:
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static int write_packed(struct packing *packing, bool *done, struct error *err)
{
	bool sync = ref_draft_syncs(packing->repo);
	int ret = packed_refs_open(&packing->packed, packing->repo, err);

	if (!ret)
		ret = ref_twin_make(&packing->twin, packing->repo,
				    "packed-refs", "", false, err);
	if (!ret)
		ret = packed_refs_merge(packing->twin.fd, &packing->packed,
					&packing->refs, err);
	if (!ret && sync)
		ret = file_sync(packing->twin.fd, err);
	if (!ret)
		ret = replace(packing, done, err);
	/* The refs' files go next: the new name must be on disk before. */
	if (!ret && *done && sync)
		ret = file_sync_dir(packing->path, err);
	ref_twin_drop(&packing->twin);
	if (ret == ERR_LOCKED || ret == ERR_UNSUPPORTED) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* -- out of the files ------------------------------------------------------ */

static int is_packed(const struct repository *repo, const struct ref *ref,
		     bool *out, struct error *err)
{
	struct packed_refs packed;
	struct oid oid;
	int ret = packed_refs_open(&packed, repo, err);

	if (ret < 0)
		return ret;
	ret = packed_refs_find(&packed, ref->name, &oid, err);
	packed_refs_close(&packed);
	*out = ret > 0 && oid_equal(&oid, &ref->oid);
	return ret < 0 ? ret : 0;
}

/* The lock holds what the ref is, so that it is known if we are killed. */
static int prune(struct packing *packing, const struct ref *ref,
		 struct error *err)
{
	struct ref_draft draft;
	struct ref_lock lock;
	bool same = false;
	int ret;

	ref_draft_init(&draft, packing->repo, ref->name, &ref->oid);
	draft.sync = false;
	ret = ref_lock_take(&lock, packing->repo, ref->name, &draft, 0, err);
	if (ret < 0)
		goto done;
	/* Both again: it may have been deleted and made anew. */
	ret = is_loose(packing->repo, ref, &same, err);
	if (!ret && same)
		ret = is_packed(packing->repo, ref, &same, err);
	if (!ret && same && unlink(lock.path) < 0 && errno != ENOENT)
		ret = error_errno(err, "cannot remove '%s'", lock.path);
	ref_lock_release(&lock);
done:
	ref_draft_release(&draft);
	if (ret == ERR_LOCKED) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* All of them, and the directories that are empty then. */
static int prune_all(struct packing *packing, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; i < packing->refs.nr && !ret; i++)
		ret = prune(packing, &packing->refs.items[i], err);
	for (size_t i = 0; packing->prefixes[i]; i++) {
		char *path = ref_name_path(packing->repo, packing->prefixes[i]);

		ref_loose_remove_empty(path);
		free(path);
	}
	return ret;
}

/* -- the whole ------------------------------------------------------------- */

static int pack(struct packing *packing, struct error *err)
{
	bool done = false;
	int ret = collect(packing, err);

	if (!ret && packing->refs.nr)
		ret = write_packed(packing, &done, err);
	if (!ret && done)
		ret = prune_all(packing, err);
	return ret;
}

int ref_pack(struct repository *repo, const char *const *prefixes,
	     struct error *err)
{
	struct packing packing = {
		.repo = repo,
		.prefixes = prefixes,
		.refs = REF_LIST_INIT,
		.twin = REF_TWIN_INIT,
		.path = repository_common_path(repo, "packed-refs"),
		.lock_path = repository_common_path(repo, "packed-refs.lock"),
	};
	bool wanted;
	int ret = is_allowed(repo, &wanted, err);

	if (!ret && wanted)
		ret = are_many(&packing, &wanted, err);
	if (!ret && wanted)
		ret = pack(&packing, err);
	packed_refs_close(&packing.packed);
	ref_list_release(&packing.refs);
	free(packing.path);
	free(packing.lock_path);
	return ret;
}
