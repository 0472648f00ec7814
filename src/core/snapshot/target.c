#include "core/snapshot/target.h"

#include "core/record/foreign.h"
#include "core/record/session.h"
#include "git/tree.h"

/* Paths that a checkpoint of somebody else may have. */
#define FOREIGN_MAX_ENTRIES UINT64_C(5000000)

/* One of ours: a session that this worktree has drawn, or another of this
 * repository's worktrees; and no import has brought it. */
static int is_foreign(struct repository *repo, const struct checkpoint *name,
		      bool *out, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = session_names_everywhere(repo, &names, err);

	*out = name->remote || !strlist_sorted_has(&names, name->session);
	strlist_release(&names);
	if (!ret && !*out)
		ret = foreign_has(repo, &name->commit, out, err);
	return ret;
}

static int count_path(void *context, const char *path,
		      const struct tree_entry *entry, struct error *err)
{
	(void)context;
	(void)path;
	(void)entry;
	(void)err;
	return 0;
}

/*
 * A few trees can name ever more paths, each of which a plan has a place for.
 * More than anybody has are looked for before anything is locked.
 */
static int check_paths(struct repository *repo, const struct stored *stored,
		       struct error *err)
{
	const struct oid *trees[] = {&stored->tree, &stored->index_tree,
				     &stored->state_tree};
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(trees); i++)
		ret = tree_walk(repo, trees[i], FOREIGN_MAX_ENTRIES, count_path,
				NULL, err);
	return ret;
}

int target_open(struct repository *repo, const struct checkpoint *checkpoint,
		struct target *out, struct error *err)
{
	struct oid local;

	*out = (struct target){.omitted = OMITTED_INIT};
	index_extra_init(&out->index_extra);
	worktree_extra_init(&out->worktree_extra);
	worktree_extra_init(&out->local_extra);
	if (stored_open(repo, checkpoint, &out->stored, err) < 0 ||
	    is_foreign(repo, checkpoint, &out->foreign, err) < 0 ||
	    (out->foreign && check_paths(repo, &out->stored, err) < 0) ||
	    stored_index_extra(repo, &out->stored, &out->index_extra, err) <
		    0 ||
	    stored_worktree_extra(repo, &out->stored, &out->worktree_extra,
				  err) < 0 ||
	    stored_operation(repo, &out->stored, &out->operation, err) < 0 ||
	    stored_omitted(repo, &out->stored, &out->omitted, err) < 0 ||
	    stored_local(repo, &out->stored, &local, &out->ignored_tree, err) <
		    0 ||
	    stored_local_extra(repo, &out->stored, &out->local_extra, err) < 0)
		return err->code;
	return 0;
}

void target_release(struct target *target)
{
	stored_release(&target->stored);
	index_extra_release(&target->index_extra);
	worktree_extra_release(&target->worktree_extra);
	worktree_extra_release(&target->local_extra);
	operation_release(&target->operation);
	omitted_release(&target->omitted);
}

static int compare_entry(const void *path, const void *entry)
{
	return strcmp(path, ((const struct index_entry *)entry)->path);
}

bool target_has_on_disk(const struct target *target, const char *path)
{
	const struct index_extra *extra = &target->index_extra;
	const struct index_entry *entry = NULL;

	if (extra->nr_flags)
		entry = bsearch(path, extra->flags, extra->nr_flags,
				sizeof(*entry), compare_entry);
	if (!entry || !(entry->flags & INDEX_SKIP_WORKTREE))
		return true;
	return strlist_sorted_has(&target->worktree_extra.present, path);
}

unsigned target_permissions(const struct target *target, const char *path,
			    bool executable)
{
	unsigned mode =
		worktree_extra_mode(&target->worktree_extra, path, executable);

	return target->foreign ? mode & 0777 : mode;
}
