#include "core/snapshot/lfs.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/snapshot/lfs_room.h"
#include "git/ref.h"
#include "git/repository.h"

/* The names in a directory of the room, sorted; none where it is not there. */
static int list_dir(const struct repository *repo, const char *name,
		    struct strlist *out, struct error *err)
{
	char *path = lfs_room_path(repo, name);
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
		path = lfs_room_path(repo, name);
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
		char *path = lfs_room_path(repo, name);
		char sum[LFS_ID_BYTES];
		bool there;

		ret = is_there(repo, names.items[i], &there, err);
		if (!ret && there) {
			ret = lfs_room_read_needs(path, sum, err);
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
		ret = lfs_room_read_set(repo, out->sets.items[i], &out->ids,
					err);
	strlist_sort(&out->ids);
	return ret;
}

int lfs_sweep(struct repository *repo, struct error *err)
{
	struct remaining_needs needs = {STRLIST_INIT, STRLIST_INIT,
					STRLIST_INIT};
	char *room = lfs_room_path(repo, "checkpoints");
	int lock = -1, ret;

	if (!lfs_room_exists(room)) {
		free(room);
		return 0;
	}
	free(room);
	ret = lfs_room_lock(repo, &lock, err);
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
