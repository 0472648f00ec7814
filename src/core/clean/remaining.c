#include "core/clean/remaining.h"

#include "base/strlist.h"
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

bool remaining_add_lines(struct repository *repo, const struct ref_list *refs,
			 const char *sign, struct buf *out)
{
	char hex[OID_HEXSZ + 1];
	bool all = true;

	for (size_t i = 0; i < refs->nr; i++) {
		const struct oid *oid = &refs->items[i].oid;

		if (oid_is_zero(oid) || !is_walkable(repo, oid, 3)) {
			all = false;
			continue;
		}
		buf_addf(out, "%s%s\n", sign, oid_hex(oid, hex));
	}
	return all;
}

int remaining_read(struct remaining *out, struct repository *repo,
		   const struct checkpoint_list *list, struct error *err)
{
	static const char *const prefixes[] = {
		CHECKPOINT_REFS, CHECKPOINT_LOCAL_REFS, CHECKPOINT_PIN_REFS,
		CHECKPOINT_REMOTE_REFS};
	struct ref_list all = REF_LIST_INIT;
	struct strlist names = STRLIST_INIT;
	int ret;

	*out = (struct remaining){REF_LIST_INIT, REF_LIST_INIT};
	ret = drop_refs(repo, list, &out->drop, err);
	for (size_t i = 0; i < out->drop.nr; i++)
		strlist_add(&names, out->drop.items[i].name);
	strlist_sort(&names);
	for (size_t i = 0; !ret && i < ARRAY_SIZE(prefixes); i++)
		ret = ref_list_read(repo, prefixes[i], &all, err);
	for (size_t i = 0; !ret && i < all.nr; i++)
		if (!strlist_sorted_has(&names, all.items[i].name))
			ref_list_add(&out->stay, all.items[i].name,
				     &all.items[i].oid);
	ref_list_release(&all);
	strlist_release(&names);
	return ret;
}

void remaining_release(struct remaining *remaining)
{
	ref_list_release(&remaining->drop);
	ref_list_release(&remaining->stay);
}
