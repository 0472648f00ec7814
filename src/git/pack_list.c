#include "git/pack_list.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/list_file.h"
#include "git/repository.h"

#define LIST_MAX_BYTES (16u << 20)
#define WAIT_MS 5000

static bool is_pack_name(const char *name)
{
	return !strncmp(name, "pack-", 5) && strlen(name) == 45 &&
	       strspn(name + 5, "0123456789abcdef") == 40;
}

int pack_list_read(const struct repository *repo, struct strlist *out,
		   struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/packs");
	struct strlist lines = STRLIST_INIT;
	int ret = list_file_read(&lines, path, LIST_MAX_BYTES, err);

	for (size_t i = 0; i < lines.nr; i++)
		if (is_pack_name(lines.items[i]))
			strlist_add(out, lines.items[i]);
	strlist_release(&lines);
	free(path);
	return ret;
}

/* For the other users of a repository that is shared. */
static int share(const struct repository *repo, const char *name,
		 struct error *err)
{
	char *path = repository_common_path(repo, name);
	int ret = repository_share(repo, path, err);

	free(path);
	return ret;
}

static int rewrite(const struct repository *repo, const char *path,
		   const char *add, const struct strlist *remove,
		   struct error *err)
{
	struct strlist names = STRLIST_INIT, kept = STRLIST_INIT;
	int ret = pack_list_read(repo, &names, err);

	if (ret < 0)
		goto done;
	for (size_t i = 0; i < names.nr; i++)
		if (!(remove && strlist_has(remove, names.items[i])) &&
		    !(add && !strcmp(add, names.items[i])))
			strlist_add(&kept, names.items[i]);
	if (add)
		strlist_add(&kept, add);
	ret = list_file_replace(path, &kept, false, err);
	if (!ret)
		ret = share(repo, "checkpoint.d/packs", err);
done:
	strlist_release(&names);
	strlist_release(&kept);
	return ret;
}

int pack_list_change(const struct repository *repo, const char *add,
		     const struct strlist *remove, struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/packs");
	char *lock_path =
		repository_common_path(repo, "checkpoint.d/packs.lock");
	int lock = -1;
	int ret = file_lock(&lock, lock_path, WAIT_MS, err);

	if (!ret)
		ret = share(repo, "checkpoint.d", err);
	if (!ret)
		ret = share(repo, "checkpoint.d/packs.lock", err);
	if (!ret)
		ret = rewrite(repo, path, add, remove, err);
	file_unlock(lock);
	free(path);
	free(lock_path);
	return ret;
}
