#include "core/snapshot/snapshot_was.h"

#include "base/alloc.h"
#include "core/snapshot/snapshot.h"
#include "git/repository.h"
#include "git/tree_memory.h"
#include "worktree/sealed.h"

static int compare_child(const void *a, const void *b)
{
	return strcmp((*(struct scan_dir *const *)a)->path,
		      (*(struct scan_dir *const *)b)->path);
}

/* The child of that name; NULL: none was looked at or led to one. */
static struct scan_dir *find_child(const struct scan_dir *dir,
				   struct scan_dir *const *children, size_t nr,
				   const struct tree_entry *entry)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *name = children[middle]->path + dir->path_len;
		int order = strncmp(name, entry->name, entry->name_len);

		if (!order)
			order = (unsigned char)name[entry->name_len] - '/';
		if (!order)
			return children[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Of a directory that was looked at, only its directories are as they were,
 * those that the walk did not lead to: the others are children. */
static bool is_as_it_was(const struct scan_dir *dir,
			 const struct tree_entry *entry)
{
	struct seal_child child;

	return dir->passed || (dir->seal && entry->mode == MODE_TREE &&
			       seal_find_child(dir->seal, entry->name,
					       entry->name_len, &child) &&
			       child.tracked);
}

void snapshot_was_set(struct scan_dir *dir, const struct oid *tree)
{
	free(dir->was);
	dir->was = oid_is_zero(tree) ? NULL : xmemdup(tree, sizeof(*tree));
}

/*
 * The walk led to what the index has below a name where no directory is: a
 * file or link stands there, as it did when it was sealed. Where one is there
 * after all, nobody has told of it. 1: it stands there.
 */
static int stands_there(const struct scan_dir *dir,
			const struct scan_dir *child,
			const struct tree_entry *entry, struct error *err)
{
	if (!dir->passed || entry->mode == MODE_GITLINK)
		return 0;
	if (child->missing || child->passed)
		return 1;
	return error_set(err, ERR_CHANGED, "'%s' is a directory now",
			 child->path);
}

int snapshot_was_list(struct snapshot *snapshot, const struct scan_dir *dir,
		      struct buf *raw, snapshot_was_fn *keep, void *context,
		      struct error *err)
{
	struct scan_dir **children = NULL;
	size_t nr = 0, alloc = 0, pos = 0;
	struct tree_entry entry;
	int got;

	if (!dir->was)
		return 0;
	for (struct scan_dir *child = dir->children; child;
	     child = child->next) {
		ARRAY_GROW(children, nr, alloc);
		children[nr++] = child;
	}
	if (nr)
		qsort(children, nr, sizeof(struct scan_dir *), compare_child);
	got = tree_memory_read(NULL, snapshot->repo, dir->was, raw, err);
	while (!got && (got = tree_next(raw, &pos, &entry, err)) > 0) {
		struct scan_dir *child = find_child(dir, children, nr, &entry);

		got = 0;
		if (child && entry.mode == MODE_TREE) {
			snapshot_was_set(child, &entry.oid);
			continue;
		}
		got = child ? stands_there(dir, child, &entry, err)
			    : is_as_it_was(dir, &entry);
		if (got > 0)
			keep(context, &entry);
		got = got < 0 ? got : 0;
	}
	free(children);
	return got;
}
