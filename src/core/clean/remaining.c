#include "core/clean/remaining.h"

#include "base/alloc.h"
#include "core/save/drop.h"
#include "git/commit.h"
#include "git/repository.h"

/*
 * Whether git can walk from the commit of a ref of ours: C, I and S are there.
 * Trees and blobs may be missing, and so may history of the user's, which is
 * not ours to look at.
 */
static bool is_walkable(struct repository *repo, const struct oid *oid,
			int depth)
{
	struct error ignored = ERROR_INIT;
	struct commit commit;
	bool walkable = !commit_read(repo, oid, &commit, &ignored);

	if (walkable && depth > 1 && commit.nr_parents)
		walkable = is_walkable(repo,
				       &commit.parents[commit.nr_parents - 1],
				       depth - 1);
	if (!ignored.code)
		commit_release(&commit);
	error_release(&ignored);
	return walkable;
}

bool remaining_add_lines(struct repository *repo,
			 const struct remaining_ids *ids, const char *sign,
			 struct buf *out)
{
	char hex[OID_HEXSZ + 1];
	bool all = true;

	for (size_t i = 0; i < ids->nr; i++) {
		const struct oid *oid = &ids->items[i];

		if (oid_is_zero(oid) || !is_walkable(repo, oid, 3)) {
			all = false;
			continue;
		}
		buf_addf(out, "%s%s\n", sign, oid_hex(oid, hex));
	}
	return all;
}

static void add_id(struct remaining_ids *ids, const struct oid *oid)
{
	ARRAY_GROW(ids->items, ids->nr, ids->alloc);
	ids->items[ids->nr++] = *oid;
}

/* Those below `prefix` that do not go, which are sorted by name. */
static int add_below(struct remaining *out, struct repository *repo,
		     const char *prefix, const struct ref_list *go,
		     struct error *err)
{
	struct ref_list all = REF_LIST_INIT;
	int ret = ref_list_read(repo, prefix, &all, err);

	for (size_t i = 0; !ret && i < all.nr; i++)
		if (!ref_list_find(go, all.items[i].name))
			add_id(&out->stay, &all.items[i].oid);
	ref_list_release(&all);
	return ret;
}

/* The same session by session: the names of all would be in memory beside those
 * that go. What stands where a session should is held as well. */
static int add_stay(struct remaining *out, struct repository *repo,
		    const char *prefix, const struct ref_list *go,
		    struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = ref_list_children(repo, prefix, &names, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		char *below = xstrfmt("%s%s/", prefix, names.items[i]);
		char *itself = xstrfmt("%s%s", prefix, names.items[i]);
		struct oid oid;

		ret = ref_read(repo, itself, &oid, err);
		if (!ret) {
			add_id(&out->stay, &oid);
		} else if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
			error_release(err);
			ret = add_below(out, repo, below, go, err);
		}
		free(below);
		free(itself);
	}
	strlist_release(&names);
	return ret;
}

int remaining_read(struct remaining *out, struct repository *repo,
		   const struct checkpoint_list *list, struct error *err)
{
	static const char *const prefixes[] = {
		CHECKPOINT_REFS, CHECKPOINT_LOCAL_REFS, CHECKPOINT_PIN_REFS,
		CHECKPOINT_REMOTE_REFS};
	struct ref_list go = REF_LIST_INIT;
	int ret = drop_refs(repo, list, &go, err);

	*out = (struct remaining){0};
	for (size_t i = 0; i < go.nr; i++)
		add_id(&out->drop, &go.items[i].oid);
	ref_list_sort(&go);
	for (size_t i = 0; !ret && i < ARRAY_SIZE(prefixes); i++)
		ret = add_stay(out, repo, prefixes[i], &go, err);
	ref_list_release(&go);
	return ret;
}

void remaining_release(struct remaining *remaining)
{
	free(remaining->drop.items);
	free(remaining->stay.items);
	*remaining = (struct remaining){0};
}
