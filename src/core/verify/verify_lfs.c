#include "core/verify/verifying.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/config.h"
#include "git/object.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/convert.h"

/* https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: larger files are
 * no pointers. */
#define POINTER_MAX_BYTES 1024
#define SHA256_HEXSZ 64

static bool is_lfs(const struct worktree_conversion *conversion)
{
	struct error ignored = ERROR_INIT;
	struct convert convert;
	char *names = NULL;
	bool lfs;

	lfs = !conversion->keep_raw &&
	      !convert_parse(conversion->conversion, &convert, &names,
			     &ignored) &&
	      convert.filter && !strcmp(convert.filter, "lfs");
	free(names);
	error_release(&ignored);
	return lfs;
}

/* The file in which git-lfs keeps the content that a pointer names; NULL where
 * `blob` is no pointer. The caller must free() it. */
static char *content_path(struct repository *repo, const struct oid *blob)
{
	static const char start[] = "version https://git-lfs.github.com/spec/";
	static const char name[] = "\noid sha256:";
	const char *storage = config_get(repo->config, "lfs.storage");
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	const char *sum = NULL;
	char *dir, *path = NULL;

	if (!object_read(repo, blob, OBJECT_BLOB, POINTER_MAX_BYTES, &text,
			 &ignored) &&
	    !strncmp(text.ptr, start, strlen(start)))
		sum = strstr(text.ptr, name);
	if (sum &&
	    strspn(sum + strlen(name), "0123456789abcdef") == SHA256_HEXSZ) {
		sum += strlen(name);
		if (!storage || !*storage)
			storage = "lfs";
		dir = *storage == '/' ? xstrdup(storage)
				      : repository_common_path(repo, storage);
		path = xstrfmt("%s/objects/%.2s/%.2s/%.64s", dir, sum, sum + 2,
			       sum);
		free(dir);
	}
	error_release(&ignored);
	buf_release(&text);
	return path;
}

static void say(struct verifying *verifying, const char *path, const char *what)
{
	struct buf quoted = BUF_INIT;

	path_quote(&quoted, path);
	verifying_add(verifying, VERIFY_HERE,
		      "the content of '%s' in git-lfs is %s", quoted.ptr, what);
	buf_release(&quoted);
}

/* 1: it is not here, or is not what it was. */
static int check_content(struct verifying *verifying,
			 const struct worktree_conversion *conversion,
			 const char *file, struct error *err)
{
	struct oid found;
	bool same;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 && errno == ENOENT) {
		say(verifying, conversion->path, "not in this clone");
		return 1;
	}
	if (fd < 0)
		return error_errno(err, "cannot open '%s'", file);
	ret = verifying_hash(fd, &found, err);
	close(fd);
	if (ret < 0)
		return error_prefix(err, "'%s'", file);
	same = oid_equal(&found, &conversion->raw);
	if (!same)
		say(verifying, conversion->path, "damaged");
	return !same;
}

static int check_path(struct verifying *verifying,
		      const struct worktree_conversion *conversion,
		      struct strlist *missing, struct error *err)
{
	struct oid blob;
	uint32_t mode;
	char *file;
	int ret;

	ret = tree_find(verifying->repo, &verifying->target.stored.tree,
			conversion->path, &mode, &blob, err);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	file = content_path(verifying->repo, &blob);
	ret = file ? check_content(verifying, conversion, file, err) : 0;
	if (ret > 0)
		strlist_add(missing, conversion->path);
	free(file);
	return ret < 0 ? ret : 0;
}

int verify_lfs(struct verifying *verifying, struct strlist *missing,
	       struct error *err)
{
	const struct worktree_extra *extra = &verifying->target.worktree_extra;
	int ret = 0;

	for (size_t i = 0; !ret && i < extra->nr_conversions; i++)
		if (is_lfs(&extra->conversions[i]))
			ret = check_path(verifying, &extra->conversions[i],
					 missing, err);
	strlist_sort(missing);
	return ret;
}
