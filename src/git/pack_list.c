#include "git/pack_list.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "git/pack_file.h"
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
	struct buf text = BUF_INIT;
	int ret = buf_read_file(&text, path, LIST_MAX_BYTES, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	strlist_split(&lines, text.ptr, '\n');
	for (size_t i = 0; i < lines.nr; i++)
		if (is_pack_name(lines.items[i]))
			strlist_add(out, lines.items[i]);
	strlist_release(&lines);
	buf_release(&text);
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
	struct strlist names = STRLIST_INIT;
	struct buf text = BUF_INIT;
	int ret = pack_list_read(repo, &names, err);

	if (ret < 0)
		goto done;
	for (size_t i = 0; i < names.nr; i++)
		if (!(remove && strlist_has(remove, names.items[i])) &&
		    !(add && !strcmp(add, names.items[i])))
			buf_addf(&text, "%s\n", names.items[i]);
	if (add)
		buf_addf(&text, "%s\n", add);
	ret = file_replace(path, text.ptr, text.len, false, err);
	if (!ret)
		ret = share(repo, "checkpoint.d/packs", err);
done:
	strlist_release(&names);
	buf_release(&text);
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
