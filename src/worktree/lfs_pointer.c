#include "worktree/lfs_pointer.h"

#include "base/alloc.h"
#include "base/path.h"
#include "git/config.h"
#include "git/repository.h"

static const char *skip(const char *at, const char *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - at) < len || memcmp(at, text, len) != 0)
		return NULL;
	return at + len;
}

static bool is_id(const char *at, const char *end)
{
	if (end - at < LFS_ID_BYTES || at[LFS_ID_BYTES - 1] != '\n')
		return false;
	for (size_t i = 0; i < LFS_ID_BYTES - 1; i++)
		if (!strchr("0123456789abcdef", at[i]) || !at[i])
			return false;
	return true;
}

/* The version comes first, the other keys in order of their names. */
bool lfs_pointer_parse(const char *text, size_t len, char id[LFS_ID_BYTES])
{
	const char *end = text + len, *at, *line;

	if (len >= LFS_POINTER_BYTES ||
	    !skip(text, end, "version https://git-lfs.github.com/spec/"))
		return false;
	for (line = text; (at = memchr(line, '\n', (size_t)(end - line)));
	     line = at + 1) {
		const char *value = skip(at + 1, end, "oid sha256:");

		if (!value)
			continue;
		if (!is_id(value, end))
			return false;
		memcpy(id, value, LFS_ID_BYTES - 1);
		id[LFS_ID_BYTES - 1] = '\0';
		return true;
	}
	return false;
}

char *lfs_store(const struct repository *repo)
{
	const char *storage = config_get(repo->config, "lfs.storage");

	if (!storage || !*storage)
		return repository_common_path(repo, "lfs/objects");
	if (*storage == '/')
		return path_join(storage, "objects");
	return xstrfmt("%s/%s/objects", repo->common_dir, storage);
}

char *lfs_store_path(const char *store, const char *id)
{
	return xstrfmt("%s/%.2s/%.2s/%s", store, id, id + 2, id);
}
