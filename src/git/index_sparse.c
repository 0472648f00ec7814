#include "git/index_file.h"

#include "base/alloc.h"
#include "git/tree.h"

struct expansion {
	struct arena *arena;
	struct index_entry *entries;
	size_t nr, alloc;
	const struct index_entry *dir; /* the one being expanded */
};

static int add_file(void *context, const char *path,
		    const struct tree_entry *file, struct error *err)
{
	struct expansion *expansion = context;
	const struct index_entry *dir = expansion->dir;
	struct index_entry *entry;
	size_t len = strlen(path);
	char *full;

	if (expansion->nr == INDEX_MAX_ENTRIES || len > INDEX_MAX_SIZE / 2 ||
	    expansion->arena->total > INDEX_MAX_SIZE)
		return error_set(err, ERR_INVALID, "too many files in it");
	ARRAY_GROW(expansion->entries, expansion->nr, expansion->alloc);
	entry = &expansion->entries[expansion->nr++];
	memset(entry, 0, sizeof(*entry));
	full = index_entry_put_head(entry, expansion->arena,
				    dir->path_len + len, &file->oid, NULL);
	memcpy(full, dir->path, dir->path_len);
	memcpy(full + dir->path_len, path, len);
	entry->mode = (uint16_t)file->mode;
	entry->flags = INDEX_SKIP_WORKTREE | INDEX_FROM_SPARSE_DIR;
	return 0;
}

static int expand_one(struct repository *repo, struct expansion *expansion,
		      const struct index_entry *dir, struct error *err)
{
	int ret;

	if (!repo)
		return error_set(err, ERR_INVALID,
				 "a sparse directory '%s' needs a repository",
				 dir->path);
	expansion->dir = dir;
	ret = tree_walk(repo, index_entry_oid(dir), INDEX_MAX_ENTRIES, add_file,
			expansion, err);
	if (ret < 0)
		return error_prefix(err, "cannot expand sparse directory '%s'",
				    dir->path);
	return 0;
}

int index_sparse_expand(struct repository *repo, struct arena *arena,
			struct index_entry **entries, size_t *nr,
			struct index_tree *tree, struct error *err)
{
	struct expansion expansion = {arena, NULL, 0, 0, NULL};
	const struct index_entry *old = *entries;
	size_t *moved = xmalloc(array_bytes(*nr + 1, sizeof(*moved)));
	const char *fault;
	size_t i, at = 0;
	int ret = 0;

	for (i = 0; i < *nr; i++) {
		moved[i] = expansion.nr;
		if (old[i].mode == MODE_TREE) {
			ret = expand_one(repo, &expansion, &old[i], err);
			if (ret < 0)
				goto done;
			continue;
		}
		ARRAY_GROW(expansion.entries, expansion.nr, expansion.alloc);
		expansion.entries[expansion.nr++] = old[i];
	}
	moved[*nr] = expansion.nr;
	fault = index_entries_fault(expansion.entries, expansion.nr, &at);
	if (fault) {
		ret = error_set(err, ERR_INVALID, "entry '%s' %s",
				expansion.entries[at].path, fault);
		goto done;
	}
	if (tree)
		index_tree_move(tree, old, *nr, moved);
	free(*entries);
	*entries = expansion.entries;
	*nr = expansion.nr;
	expansion.entries = NULL;
done:
	free(expansion.entries);
	free(moved);
	return ret;
}
