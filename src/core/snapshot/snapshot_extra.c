#include "core/snapshot/snapshot_extra.h"

#include "base/alloc.h"
#include "core/snapshot/snapshot.h"
#include "core/snapshot/snapshot_census.h"
#include "core/snapshot/snapshot_sealed.h"
#include "core/snapshot/snapshot_tree.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/tree.h"
#include "worktree/sealed.h"

/* -- permissions --------------------------------------------------------- */

static void count_dirs(const struct scan_dir *dir, struct census *census)
{
	census_add_dir(census, dir);
	for (const struct scan_dir *child = dir->children; child;
	     child = child->next)
		count_dirs(child, census);
}

/* What the seal has counted, less what was looked at again. */
static void count_sealed(const struct sealed *sealed, struct census *census)
{
	const struct seal_head *head = seal_head(sealed->seal);

	census_add_list(census, head->modes, head->nr_modes, 1);
	for (size_t i = 0; i < sealed->nr; i++)
		census_add_list(census, sealed->looks[i].modes,
				sealed->looks[i].nr_modes, -1);
}

static void choose_defaults(struct snapshot *snapshot)
{
	const struct scan *scan = snapshot->scan;
	struct census *census = snapshot->census;

	if (snapshot->sealed)
		count_sealed(snapshot->sealed, census);
	for (size_t i = 0; i < scan->index->nr; i++)
		if (scan->permissions[i] < SCAN_IS_LINK)
			census_add_file(census, scan->permissions[i]);
	count_dirs(scan->top, census);
	census_choose(census, &snapshot->worktree_extra);
	census_free(census);
	snapshot->census = NULL;
}

/* A file without the bit for its owner is stored as a plain one, so the default
 * that a reader would take for it is that of its mode in the tree. */
static void note_mode(struct worktree_extra *extra, const char *path,
		      unsigned permissions, uint32_t tree_mode)
{
	unsigned fallback =
		tree_mode == MODE_EXEC ? extra->exec_mode : extra->file_mode;

	/* The file that core.symlinks=false keeps for a link is told from a
	 * link by that line. */
	if (permissions != fallback || tree_mode == MODE_LINK)
		worktree_extra_add_mode(extra, path, permissions);
}

static void note_tracked_modes(struct snapshot *snapshot)
{
	const struct scan *scan = snapshot->scan;

	for (size_t i = 0; i < scan->index->nr; i++) {
		const struct index_entry *entry = &scan->index->entries[i];
		bool on_disk = scan->permissions[i] != SCAN_NOT_THERE;
		struct snapshot_path found;

		if (on_disk && (entry->flags & INDEX_SKIP_WORKTREE))
			strlist_add(&snapshot->worktree_extra.present,
				    entry->path);
		if (scan->permissions[i] >= SCAN_IS_LINK)
			continue;
		if (scan->permissions[i] ==
			    (entry->mode == MODE_EXEC
				     ? snapshot->worktree_extra.exec_mode
				     : snapshot->worktree_extra.file_mode) &&
		    !entry->stage && entry->mode != MODE_LINK)
			continue;
		snapshot_find(snapshot, entry->path, &found);
		note_mode(&snapshot->worktree_extra, entry->path,
			  scan->permissions[i],
			  found.present ? found.mode : entry->mode);
	}
}

/* Whether it is ignored may not have been asked then. */
static bool is_tracked(const struct scan_dir *dir)
{
	return dir->first < dir->end || (dir->seal && dir->seal->tracked);
}

static void note_dirs(struct snapshot *snapshot, const struct scan_dir *dir)
{
	struct worktree_extra *extra = &snapshot->worktree_extra;
	unsigned mode = dir->mode & 07777;

	if (dir->missing || dir->unreadable)
		return;
	if (dir->empty) {
		char *path = xstrndup(dir->path, dir->path_len - 1);

		worktree_extra_add_dir(extra, path, mode);
		free(path);
	} else if (dir->parent && !dir->passed && !dir->nested &&
		   (is_tracked(dir) || atomic_load(&dir->excluded) != 1) &&
		   mode != extra->dir_mode) {
		worktree_extra_add_mode(extra, dir->path, mode);
	}
	for (const struct scan_dir *child = dir->children; child;
	     child = child->next)
		note_dirs(snapshot, child);
}

/* Ignored files are listed in L alone, or their names would be pushed. */
static void collect_local_extra(struct snapshot *snapshot)
{
	struct worktree_extra *extra = &snapshot->local_extra;

	extra->file_mode = snapshot->worktree_extra.file_mode;
	extra->exec_mode = snapshot->worktree_extra.exec_mode;
	extra->dir_mode = snapshot->worktree_extra.dir_mode;
	for (size_t i = 0; snapshot->count_ignored && i < snapshot->nr_files;
	     i++) {
		const struct snapshot_file *file = &snapshot->files[i];

		if (file->item->kind == SCAN_IGNORED &&
		    S_ISREG(file->item->stat.mode))
			note_mode(extra, file->item->path,
				  file->item->stat.mode & 07777,
				  file->item->mode);
		snapshot_pass_file(snapshot, i);
	}
	worktree_extra_sort(extra);
}

static void note_conversion(struct worktree_extra *extra,
			    const struct snapshot_file *file)
{
	const struct snapshot_conversion *conversion = file->conversion;

	if (conversion && conversion->converted &&
	    file->item->kind != SCAN_IGNORED)
		worktree_extra_add_conversion(
			extra, file->item->path,
			conversion->name ? conversion->name : "-",
			&conversion->raw, conversion->keep_raw);
}

static int collect_worktree_extra(struct snapshot *snapshot, struct error *err)
{
	struct worktree_extra *extra = &snapshot->worktree_extra;

	choose_defaults(snapshot);
	note_tracked_modes(snapshot);
	note_dirs(snapshot, snapshot->scan->top);
	for (size_t i = 0; i < snapshot->nr_files; i++) {
		const struct snapshot_file *file = &snapshot->files[i];

		if (file->item->kind == SCAN_UNTRACKED &&
		    S_ISREG(file->item->stat.mode))
			note_mode(extra, file->item->path,
				  file->item->stat.mode & 07777,
				  file->item->mode);
		note_conversion(extra, file);
		snapshot_pass_file(snapshot, i);
	}
	if (snapshot->sealed &&
	    snapshot_sealed_extra(snapshot->sealed, extra, err) < 0)
		return err->code;
	worktree_extra_sort(extra);
	return 0;
}

/* -- trees of the state -------------------------------------------------- */

static int write_stages(struct snapshot *snapshot, struct error *err)
{
	struct tree_builder *builder = tree_builder_new();
	int ret = 0;

	for (size_t i = 0; i < snapshot->index_extra.nr_stages; i++) {
		const struct index_entry *entry =
			&snapshot->index_extra.stages[i];
		char *path = xstrfmt("%d/%s", entry->stage, entry->path);

		if (!ret)
			ret = snapshot_expect_object(
				snapshot, index_entry_oid(entry), entry->mode,
				entry->path, err);
		tree_builder_add(builder, path, entry->mode,
				 index_entry_oid(entry));
		free(path);
	}
	if (!ret && tree_builder_count(builder))
		ret = tree_builder_write(builder, snapshot->pack,
					 &snapshot->stages_tree, err);
	tree_builder_free(builder);
	return ret;
}

static int write_raw(struct snapshot *snapshot, struct error *err)
{
	const struct worktree_extra *extra = &snapshot->worktree_extra;
	struct tree_builder *builder = tree_builder_new();
	int ret = 0;

	for (size_t i = 0; i < extra->nr_conversions; i++)
		if (extra->conversions[i].keep_raw)
			tree_builder_add(builder, extra->conversions[i].path,
					 MODE_FILE, &extra->conversions[i].raw);
	if (tree_builder_count(builder))
		ret = tree_builder_write(builder, snapshot->pack,
					 &snapshot->raw_tree, err);
	tree_builder_free(builder);
	return ret;
}

static int write_gitdir(struct snapshot *snapshot, struct error *err)
{
	const struct operation *operation = &snapshot->operation;
	struct tree_builder *builder = tree_builder_new();
	int ret = 0;

	for (size_t i = 0; !ret && i < operation->nr_files; i++) {
		const struct operation_file *file = &operation->files[i];
		struct oid blob;

		ret = pack_add(snapshot->pack, OBJECT_BLOB, file->text.ptr,
			       file->text.len, &blob, err);
		if (!ret)
			tree_builder_add(builder, file->path, MODE_FILE, &blob);
	}
	if (!ret && tree_builder_count(builder))
		ret = tree_builder_write(builder, snapshot->pack,
					 &snapshot->gitdir_tree, err);
	tree_builder_free(builder);
	return ret;
}

/* The ignored files that were wanted: they go to L alone. */
static int write_local(struct snapshot *snapshot, struct error *err)
{
	struct tree_builder *builder;
	int ret = 0;

	if (!snapshot->count_ignored)
		return 0;
	builder = tree_builder_new();
	for (size_t i = 0; i < snapshot->nr_files; i++) {
		const struct snapshot_file *file = &snapshot->files[i];

		if (file->item->kind == SCAN_IGNORED)
			tree_builder_add(builder, file->item->path,
					 file->item->mode, &file->item->oid);
		snapshot_pass_file(snapshot, i);
	}
	ret = tree_builder_write(builder, snapshot->pack, &snapshot->local_tree,
				 err);
	tree_builder_free(builder);
	return ret;
}

static int write_texts(struct snapshot *snapshot, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	index_extra_write(&snapshot->index_extra, &text);
	ret = pack_add(snapshot->pack, OBJECT_BLOB, text.ptr, text.len,
		       &snapshot->index_extra_blob, err);
	buf_reset(&text);
	worktree_extra_write(&snapshot->worktree_extra, &text);
	if (!ret)
		ret = pack_add(snapshot->pack, OBJECT_BLOB, text.ptr, text.len,
			       &snapshot->worktree_extra_blob, err);
	buf_release(&text);
	return ret;
}

int snapshot_collect_extra(struct snapshot *snapshot, struct error *err)
{
	index_extra_collect(&snapshot->index_extra, snapshot->scan->index);
	if (collect_worktree_extra(snapshot, err) < 0)
		return err->code;
	collect_local_extra(snapshot);
	if (snapshot->sealed &&
	    snapshot_sealed_omitted(snapshot->sealed, &snapshot->omitted, err) <
		    0)
		return err->code;
	omitted_sort(&snapshot->omitted);
	if (write_texts(snapshot, err) < 0 || write_stages(snapshot, err) < 0 ||
	    write_raw(snapshot, err) < 0 || write_gitdir(snapshot, err) < 0)
		return err->code;
	return write_local(snapshot, err);
}
