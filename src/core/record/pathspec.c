#include "core/record/pathspec.h"

#include <fnmatch.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "git/repository.h"

static int outside(const char *item, const struct repository *repo,
		   struct error *err)
{
	return error_set(err, ERR_FAILED, "'%s' is outside of '%s'", item,
			 repo->worktree);
}

/* Take ".", ".." and doubled slashes out of a path from the top. */
static char *normalize(const char *path)
{
	struct strlist parts = STRLIST_INIT, kept = STRLIST_INIT;
	struct buf out = BUF_INIT;
	bool bad = false;

	strlist_split(&parts, path, '/');
	for (size_t i = 0; i < parts.nr; i++) {
		if (!strcmp(parts.items[i], "."))
			continue;
		if (strcmp(parts.items[i], "..")) {
			strlist_add(&kept, parts.items[i]);
		} else if (kept.nr) {
			free(kept.items[--kept.nr]);
		} else {
			bad = true;
			break;
		}
	}
	for (size_t i = 0; i < kept.nr; i++)
		buf_addf(&out, "%s%s", i ? "/" : "", kept.items[i]);
	strlist_release(&parts);
	strlist_release(&kept);
	if (bad) {
		buf_release(&out);
		return NULL;
	}
	return buf_detach(&out);
}

/* From the top: what git writes ":/" or ":(top)" before. NULL: it is not. */
static const char *from_top(const char *item)
{
	static const char *const marks[] = {":/", ":(top)"};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (!strncmp(item, marks[i], strlen(marks[i])))
			return item + strlen(marks[i]);
	return NULL;
}

static int resolve(const struct repository *repo, const char *item,
		   struct strlist *out, struct error *err)
{
	const char *below = from_top(item);
	char *joined = NULL, *path;

	if (!*item)
		return error_set(err, ERR_FAILED, "an empty path");
	/* A name that begins so is one behind "./", as for git. */
	if (!below && *item == ':' && item[1] && strchr("(!^", item[1])) {
		error_set(err, ERR_FAILED,
			  "'%s' has pathspec magic that is not known here",
			  item);
		return error_hint(err,
				  "':/<path>' is seen from the top, './%s' is "
				  "a file of that name",
				  item);
	}
	if (*item == '/' && !path_is_below(item, repo->worktree))
		return outside(item, repo, err);
	if (below)
		joined = xstrdup(below);
	else if (*item == '/')
		joined = xstrdup(item + strlen(repo->worktree));
	else
		joined = xstrfmt("%s%s", repo->prefix, item);
	path = normalize(joined);
	free(joined);
	if (!path)
		return outside(item, repo, err);
	strlist_take(out, path);
	return 0;
}

int pathspec_resolve(const struct repository *repo, const char *const *items,
		     size_t nr, struct strlist *out, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++)
		ret = resolve(repo, items[i], out, err);
	return ret;
}

static bool matches_one(const char *spec, const char *path)
{
	if (!*spec || path_is_below(path, spec))
		return true;
	return strpbrk(spec, "*?[") && !fnmatch(spec, path, 0);
}

bool pathspec_matches(const struct strlist *pathspecs, const char *path)
{
	for (size_t i = 0; i < pathspecs->nr; i++)
		if (matches_one(pathspecs->items[i], path))
			return true;
	return !pathspecs->nr;
}
