#include "core/snapshot/lfs.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/snapshot/lfs_room.h"
#include "core/snapshot/snapshot.h"
#include "git/object.h"
#include "git/repository.h"

/* -- what a snapshot needs ----------------------------------------------- */

static bool read_pointer(struct repository *repo, const struct oid *blob,
			 char id[LFS_ID_BYTES])
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	uint64_t size;
	bool found = !object_header(repo, blob, NULL, &size, &ignored) &&
		     size < LFS_POINTER_BYTES &&
		     !object_read(repo, blob, OBJECT_BLOB, LFS_POINTER_BYTES,
				  &text, &ignored) &&
		     lfs_pointer_parse(text.ptr, text.len, id);

	error_release(&ignored);
	buf_release(&text);
	return found;
}

struct needs {
	struct repository *repo;
	struct strlist ids;
	struct strlist present; /* those that were there when they were read */
};

static void add_blob(struct needs *needs, const struct oid *blob, bool present)
{
	char id[LFS_ID_BYTES];

	if (!read_pointer(needs->repo, blob, id))
		return;
	strlist_add(&needs->ids, id);
	if (present)
		strlist_add(&needs->present, id);
}

/* What is staged, where it is not what is on disk. */
static int add_staged(void *context, struct scan_dir *dir,
		      struct scan_item *item, struct error *err)
{
	(void)dir;
	(void)err;
	if ((item->kind == SCAN_CHANGED || item->kind == SCAN_DELETED) &&
	    item->entry && !item->entry->stage)
		add_blob(context, index_entry_oid(item->entry), false);
	return 0;
}

static bool is_filtered(const struct snapshot_file *file)
{
	const struct snapshot_conversion *conversion = file->conversion;

	return conversion && conversion->converted && !conversion->keep_raw &&
	       conversion->name && strstr(conversion->name, "filter=");
}

bool lfs_may_need(const struct repository *repo,
		  const struct snapshot *snapshot)
{
	char *store = lfs_store(repo);
	bool may = lfs_room_exists(store);

	for (size_t i = 0; !may && i < snapshot->nr_files; i++) {
		may = is_filtered(&snapshot->files[i]);
		snapshot_pass_file(snapshot, i);
	}
	free(store);
	return may;
}

static int collect(struct needs *needs, const struct snapshot *snapshot,
		   struct error *err)
{
	for (size_t i = 0; i < snapshot->nr_files; i++) {
		const struct snapshot_file *file = &snapshot->files[i];

		if (is_filtered(file))
			add_blob(needs, &file->item->oid, true);
		snapshot_pass_file(snapshot, i);
	}
	for (size_t i = 0; i < snapshot->index_extra.nr_stages; i++)
		add_blob(needs,
			 index_entry_oid(&snapshot->index_extra.stages[i]),
			 false);
	if (scan_each(snapshot->scan, add_staged, needs, err) < 0)
		return err->code;
	strlist_sort(&needs->ids);
	strlist_unique(&needs->ids);
	strlist_sort(&needs->present);
	return 0;
}

/* -- sets ---------------------------------------------------------------- */

/* Link what is there; what is staged may be with the server alone. */
static int hold_content(const struct needs *needs, bool *held,
			struct error *err)
{
	char *store = lfs_store(needs->repo);
	int ret = 0;

	for (size_t i = 0; !ret && i < needs->ids.nr; i++) {
		const char *id = needs->ids.items[i];
		char *from = lfs_store_path(store, id);
		char *to = lfs_room_content(needs->repo, id);

		if (!lfs_room_exists(to))
			ret = lfs_room_share(from, to, err);
		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			ret = 0;
			if (strlist_sorted_has(&needs->present, id))
				*held = false;
		}
		free(from);
		free(to);
	}
	free(store);
	return ret;
}

static int write_set(struct repository *repo, const struct strlist *ids,
		     char sum[LFS_ID_BYTES], struct error *err)
{
	struct buf text = BUF_INIT;
	char *name, *path;
	int ret = 0;

	for (size_t i = 0; i < ids->nr; i++)
		buf_addf(&text, "%s\n", ids->items[i]);
	checksum_sha256_hex(text.ptr, text.len, sum);
	name = xstrfmt("sets/%s", sum);
	path = lfs_room_path(repo, name);
	if (!lfs_room_exists(path))
		ret = file_replace(path, text.ptr, text.len, true, err);
	free(name);
	free(path);
	buf_release(&text);
	return ret;
}

static int hold_locked(struct needs *needs, const char *session, const char *id,
		       bool *held, struct error *err)
{
	char sum[LFS_ID_BYTES];
	char *path;
	int ret = hold_content(needs, held, err);

	if (!ret)
		ret = write_set(needs->repo, &needs->ids, sum, err);
	if (ret < 0)
		return ret;
	path = lfs_room_needs(needs->repo, session, id);
	ret = file_replace(path, sum, strlen(sum), true, err);
	free(path);
	return ret;
}

int lfs_hold(struct repository *repo, const struct snapshot *snapshot,
	     const char *session, const char *id, int *lock, bool *held,
	     struct error *err)
{
	struct needs needs = {repo, STRLIST_INIT, STRLIST_INIT};
	int ret;

	*lock = -1;
	*held = true;
	if (!lfs_may_need(repo, snapshot))
		return 0;
	ret = collect(&needs, snapshot, err);
	if (!ret && needs.ids.nr) {
		ret = lfs_room_lock(repo, lock, err);
		if (!ret)
			ret = hold_locked(&needs, session, id, held, err);
	}
	strlist_release(&needs.ids);
	strlist_release(&needs.present);
	return ret;
}

/* -- giving back --------------------------------------------------------- */

int lfs_bring_back(struct repository *repo, const struct checkpoint *checkpoint,
		   struct error *err)
{
	char *path = lfs_room_needs(repo, checkpoint->session, checkpoint->id);
	char *store = lfs_store(repo);
	struct strlist ids = STRLIST_INIT;
	char sum[LFS_ID_BYTES];
	int ret = 0;

	if (lfs_room_exists(path)) {
		ret = lfs_room_read_needs(path, sum, err);
		if (!ret)
			ret = lfs_room_read_set(repo, sum, &ids, err);
	}
	for (size_t i = 0; !ret && i < ids.nr; i++) {
		char *ours = lfs_room_content(repo, ids.items[i]);
		char *theirs = lfs_store_path(store, ids.items[i]);

		if (!lfs_room_exists(theirs) && lfs_room_exists(ours))
			ret = lfs_room_share(ours, theirs, err);
		free(ours);
		free(theirs);
	}
	strlist_release(&ids);
	free(store);
	free(path);
	return ret;
}

char *lfs_find(struct repository *repo, const struct oid *blob)
{
	char id[LFS_ID_BYTES];
	char *store, *path;

	if (!read_pointer(repo, blob, id))
		return NULL;
	store = lfs_store(repo);
	path = lfs_store_path(store, id);
	free(store);
	if (lfs_room_exists(path))
		return path;
	free(path);
	path = lfs_room_content(repo, id);
	if (lfs_room_exists(path))
		return path;
	free(path);
	return NULL;
}
