#include "core/snapshot/connectivity.h"

#include "base/buf.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_memory.h"

struct walk {
	struct repository *repo;
	struct oid_set seen;
};

static int missing(const struct oid *oid, struct error *err)
{
	char hex[OID_HEXSZ + 1];

	return error_set(err, ERR_NOT_FOUND, "object %s is missing",
			 oid_hex(oid, hex));
}

static int walk_tree(struct walk *walk, const struct oid *tree,
		     struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t pos = 0;
	int got;

	if (!oid_set_add(&walk->seen, tree))
		return 0;
	got = tree_memory_read(NULL, walk->repo, tree, &raw, err);
	while (!got && (got = tree_next(&raw, &pos, &entry, err)) > 0) {
		got = 0;
		if (entry.mode == MODE_TREE)
			got = walk_tree(walk, &entry.oid, err);
		else if (entry.mode != MODE_GITLINK && !walk->repo->partial &&
			 oid_set_add(&walk->seen, &entry.oid) &&
			 !object_exists(walk->repo, &entry.oid))
			got = missing(&entry.oid, err);
	}
	buf_release(&raw);
	return got;
}

/* The checkpoint's own commits; what lies behind the base is git's. */
static int walk_commit(struct walk *walk, const struct oid *oid, int depth,
		       struct error *err)
{
	struct commit commit;
	int ret;

	if (!object_exists(walk->repo, oid))
		return missing(oid, err);
	if (!depth || !oid_set_add(&walk->seen, oid))
		return 0;
	ret = commit_read(walk->repo, oid, &commit, err);
	if (ret < 0)
		return ret;
	ret = walk_tree(walk, &commit.tree, err);
	for (size_t i = 0; !ret && i < commit.nr_parents; i++) {
		/* The last parent of C is I, of I is S; others are history. */
		bool ours = i + 1 == commit.nr_parents && depth > 1;

		ret = walk_commit(walk, &commit.parents[i],
				  ours ? depth - 1 : 0, err);
	}
	commit_release(&commit);
	return ret;
}

int connectivity_check(struct repository *repo, const struct oid *commit,
		       struct error *err)
{
	struct walk walk = {.repo = repo};
	int ret = walk_commit(&walk, commit, 3, err);

	oid_set_release(&walk.seen);
	return ret;
}
