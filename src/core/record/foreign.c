#include "core/record/foreign.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/list_file.h"
#include "git/repository.h"

#define MAX_BYTES ((size_t)64 << 20)
#define WAIT_MS 10000

static int read_list(struct repository *repo, struct strlist *out,
		     struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/imported");
	int ret = list_file_read(out, path, MAX_BYTES, err);

	strlist_sort(out);
	free(path);
	return ret;
}

static int write_list(struct repository *repo, const struct strlist *list,
		      struct error *err)
{
	char *path = repository_common_path(repo, "checkpoint.d/imported");
	int ret = list_file_replace(path, list, true, err);

	free(path);
	return ret;
}

/* `list` and `commits`, or those of `list` that are not among `commits`. */
static void combine(const struct strlist *list, struct strlist *commits,
		    bool join, struct strlist *out)
{
	strlist_sort(commits);
	for (size_t i = 0; i < list->nr; i++)
		if (!strlist_sorted_has(commits, list->items[i]))
			strlist_add(out, list->items[i]);
	for (size_t i = 0; join && i < commits->nr; i++)
		strlist_add(out, commits->items[i]);
	strlist_sort(out);
	strlist_unique(out);
}

int foreign_mark(struct repository *repo, const struct oid *commits, size_t nr,
		 bool foreign, struct error *err)
{
	char *lock_path = repository_common_path(repo, "checkpoint.d/lock");
	struct strlist list = STRLIST_INIT, named = STRLIST_INIT;
	struct strlist changed = STRLIST_INIT;
	char hex[OID_HEXSZ + 1];
	int fd = -1, ret;

	ret = file_lock(&fd, lock_path, WAIT_MS, err);
	if (!ret)
		ret = read_list(repo, &list, err);
	for (size_t i = 0; i < nr; i++)
		strlist_add(&named, oid_hex(&commits[i], hex));
	combine(&list, &named, foreign, &changed);
	if (!ret && (changed.nr || list.nr))
		ret = write_list(repo, &changed, err);
	if (fd >= 0)
		file_unlock(fd);
	strlist_release(&list);
	strlist_release(&named);
	strlist_release(&changed);
	free(lock_path);
	return ret;
}

int foreign_has(struct repository *repo, const struct oid *commit, bool *out,
		struct error *err)
{
	struct strlist list = STRLIST_INIT;
	char hex[OID_HEXSZ + 1];
	int ret = read_list(repo, &list, err);

	*out = !ret && strlist_sorted_has(&list, oid_hex(commit, hex));
	strlist_release(&list);
	return ret;
}
