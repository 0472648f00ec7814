#include "core/lfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/checksum.h"
#include "base/file.h"
#include "base/path.h"
#include "base/strlist.h"
#include "core/checkpoint.h"
#include "core/snapshot.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/repository.h"
#include "worktree/lfs_pointer.h"

#define LOCK_WAIT_MS 60000
#define MAX_SET_BYTES (UINT64_C(1) << 30)

static char *room_path(const struct repository *repo, const char *name)
{
	char *sub = xstrfmt("checkpoint.d/lfs/%s", name);
	char *path = repository_common_path(repo, sub);

	free(sub);
	return path;
}

static char *content_path(const struct repository *repo, const char *id)
{
	char *name = xstrfmt("content/%s", id);
	char *path = room_path(repo, name);

	free(name);
	return path;
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

static int lock_room(const struct repository *repo, int *lock,
		     struct error *err)
{
	char *path = room_path(repo, "lock");
	int ret = file_lock(lock, path, LOCK_WAIT_MS, err);

	free(path);
	return ret;
}

/* -- one file of content ------------------------------------------------- */

static int copy_bytes(int from, int to, struct error *err)
{
	char piece[65536];
	ssize_t got;

	while ((got = read(from, piece, sizeof(piece)))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "cannot read");
		if (file_write_all(to, piece, (size_t)got, err) < 0)
			return err->code;
	}
	if (fsync(to) < 0)
		return error_errno(err, "cannot sync");
	return 0;
}

/* Where the two are on different file systems. */
static int copy(const char *from, const char *to, struct error *err)
{
	char *beside = xstrfmt("%s.XXXXXX", to);
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : mkostemp(beside, O_CLOEXEC);
	int ret = 0;

	if (out < 0)
		ret = error_errno(err, "cannot copy '%s'", from);
	if (!ret)
		ret = copy_bytes(in, out, err);
	if (!ret && rename(beside, to) < 0)
		ret = error_errno(err, "cannot rename '%s'", beside);
	if (ret && out >= 0)
		unlink(beside);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(beside);
	return ret;
}

/* `to` is `from` under another name. ERR_NOT_FOUND: `from` is not there. */
static int share(const char *from, const char *to, struct error *err)
{
	char *dir;
	int ret = 0;

	if (!link(from, to) || errno == EEXIST)
		return 0;
	if (errno == ENOENT && !exists(from))
		return error_set(err, ERR_NOT_FOUND, "'%s' is gone", from);
	if (errno == ENOENT) {
		dir = xstrndup(to, (size_t)(path_basename(to) - to) - 1);
		ret = path_make_dirs(dir, 0777, err);
		free(dir);
		if (ret < 0 || !link(from, to) || errno == EEXIST)
			return ret;
	}
	return copy(from, to, err);
}

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
		add_blob(context, &item->entry->oid, false);
	return 0;
}

static bool is_filtered(const struct content *content)
{
	return content->converted && !content->keep_raw &&
	       content->conversion && strstr(content->conversion, "filter=");
}

static bool may_need(const struct repository *repo,
		     const struct snapshot *snapshot)
{
	char *store = lfs_store(repo);
	bool may = exists(store);

	for (size_t i = 0; !may && i < snapshot->nr_files; i++)
		may = is_filtered(&snapshot->files[i].content);
	free(store);
	return may;
}

static int collect(struct needs *needs, const struct snapshot *snapshot,
		   struct error *err)
{
	for (size_t i = 0; i < snapshot->nr_files; i++) {
		const struct content *content = &snapshot->files[i].content;

		if (is_filtered(content))
			add_blob(needs, &content->blob, true);
	}
	for (size_t i = 0; i < snapshot->index_extra.nr_stages; i++)
		add_blob(needs, &snapshot->index_extra.stages[i].oid, false);
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
		char *to = content_path(needs->repo, id);

		if (!exists(to))
			ret = share(from, to, err);
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
	path = room_path(repo, name);
	if (!exists(path))
		ret = file_replace(path, text.ptr, text.len, true, err);
	free(name);
	free(path);
	buf_release(&text);
	return ret;
}

static char *needs_path(const struct repository *repo, const char *session,
			const char *id)
{
	char *name = xstrfmt("checkpoints/%s:%s", session, id);
	char *path = room_path(repo, name);

	free(name);
	return path;
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
	path = needs_path(needs->repo, session, id);
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
	if (!may_need(repo, snapshot))
		return 0;
	ret = collect(&needs, snapshot, err);
	if (!ret && needs.ids.nr) {
		ret = lock_room(repo, lock, err);
		if (!ret)
			ret = hold_locked(&needs, session, id, held, err);
	}
	strlist_release(&needs.ids);
	strlist_release(&needs.present);
	return ret;
}

/* Add the ids of the set `sum`. ERR_NOT_FOUND, ERR_INVALID: it is not whole. */
static int read_set(struct repository *repo, const char *sum,
		    struct strlist *out, struct error *err)
{
	char *name = xstrfmt("sets/%s", sum), *path = room_path(repo, name);
	struct buf text = BUF_INIT;
	char found[LFS_ID_BYTES];
	int ret = buf_read_file(&text, path, MAX_SET_BYTES, err);

	checksum_sha256_hex(text.ptr, text.len, found);
	if (!ret && strcmp(found, sum) != 0)
		ret = error_set(err, ERR_INVALID, "'%s' is damaged", path);
	for (size_t at = 0; !ret && at < text.len; at += LFS_ID_BYTES)
		strlist_addn(out, text.ptr + at, LFS_ID_BYTES - 1);
	buf_release(&text);
	free(path);
	free(name);
	return ret;
}

/* The set that the file `path` names. */
static int read_needs(const char *path, char sum[LFS_ID_BYTES],
		      struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = buf_read_file(&text, path, LFS_ID_BYTES, err);

	if (!ret && text.len != LFS_ID_BYTES - 1)
		ret = error_set(err, ERR_INVALID, "'%s' is damaged", path);
	if (!ret)
		memcpy(sum, text.ptr, LFS_ID_BYTES);
	buf_release(&text);
	return ret;
}

/* -- letting go ---------------------------------------------------------- */

/* The names in a directory of the room, sorted; none where it is not there. */
static int list_dir(const struct repository *repo, const char *name,
		    struct strlist *out, struct error *err)
{
	char *path = room_path(repo, name);
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir && errno != ENOENT)
		ret = error_errno(err, "cannot read '%s'", path);
	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			strlist_add(out, entry->d_name);
	if (dir)
		closedir(dir);
	free(path);
	strlist_sort(out);
	return ret;
}

static int remove_others(const struct repository *repo, const char *dir,
			 const struct strlist *wanted, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = list_dir(repo, dir, &names, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		char *name, *path;

		if (strlist_sorted_has(wanted, names.items[i]))
			continue;
		name = xstrfmt("%s/%s", dir, names.items[i]);
		path = room_path(repo, name);
		if (unlink(path) < 0 && errno != ENOENT)
			ret = error_errno(err, "cannot remove '%s'", path);
		free(path);
		free(name);
	}
	strlist_release(&names);
	return ret;
}

/* Whether the checkpoint that "<session>:<id>" speaks of is there. */
static int is_there(struct repository *repo, const char *name, bool *out,
		    struct error *err)
{
	char *ref = xstrfmt("%s%s", CHECKPOINT_REFS, name);
	char *colon = strchr(ref, ':');
	struct oid value;
	int ret = 0;

	*out = false;
	if (colon) {
		*colon = '/';
		ret = ref_read(repo, ref, &value, err);
		*out = !ret;
	}
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	free(ref);
	return ret;
}

struct remaining_needs {
	struct strlist names, sets, ids;
};

static int read_remaining(struct repository *repo, struct remaining_needs *out,
			  struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = list_dir(repo, "checkpoints", &names, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		char *name = xstrfmt("checkpoints/%s", names.items[i]);
		char *path = room_path(repo, name);
		char sum[LFS_ID_BYTES];
		bool there;

		ret = is_there(repo, names.items[i], &there, err);
		if (!ret && there) {
			ret = read_needs(path, sum, err);
			strlist_add(&out->names, names.items[i]);
			if (!ret)
				strlist_add(&out->sets, sum);
		}
		free(path);
		free(name);
	}
	strlist_release(&names);
	strlist_sort(&out->names);
	strlist_sort(&out->sets);
	strlist_unique(&out->sets);
	for (size_t i = 0; !ret && i < out->sets.nr; i++)
		ret = read_set(repo, out->sets.items[i], &out->ids, err);
	strlist_sort(&out->ids);
	return ret;
}

int lfs_sweep(struct repository *repo, struct error *err)
{
	struct remaining_needs needs = {STRLIST_INIT, STRLIST_INIT,
					STRLIST_INIT};
	char *room = room_path(repo, "checkpoints");
	int lock = -1, ret;

	if (!exists(room)) {
		free(room);
		return 0;
	}
	free(room);
	ret = lock_room(repo, &lock, err);
	if (!ret)
		ret = read_remaining(repo, &needs, err);
	if (!ret)
		ret = remove_others(repo, "checkpoints", &needs.names, err);
	if (!ret)
		ret = remove_others(repo, "sets", &needs.sets, err);
	if (!ret)
		ret = remove_others(repo, "content", &needs.ids, err);
	/* A set that is not whole might need anything: then all of it stays. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	if (lock >= 0)
		file_unlock(lock);
	strlist_release(&needs.names);
	strlist_release(&needs.sets);
	strlist_release(&needs.ids);
	return ret;
}

/* -- giving back --------------------------------------------------------- */

int lfs_bring_back(struct repository *repo, const struct checkpoint *checkpoint,
		   struct error *err)
{
	char *path = needs_path(repo, checkpoint->session, checkpoint->id);
	char *store = lfs_store(repo);
	struct strlist ids = STRLIST_INIT;
	char sum[LFS_ID_BYTES];
	int ret = 0;

	if (exists(path)) {
		ret = read_needs(path, sum, err);
		if (!ret)
			ret = read_set(repo, sum, &ids, err);
	}
	for (size_t i = 0; !ret && i < ids.nr; i++) {
		char *ours = content_path(repo, ids.items[i]);
		char *theirs = lfs_store_path(store, ids.items[i]);

		if (!exists(theirs) && exists(ours))
			ret = share(ours, theirs, err);
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
	if (exists(path))
		return path;
	free(path);
	path = content_path(repo, id);
	if (exists(path))
		return path;
	free(path);
	return NULL;
}
