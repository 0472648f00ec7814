#include "git/worktrees.h"

#include <dirent.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "git/ref_name.h"
#include "git/repository.h"

#define MAX_BYTES 65536

int worktree_git_dirs(const struct repository *repo, struct strlist *out,
		      struct error *err)
{
	char *dir = repository_common_path(repo, "worktrees");
	DIR *handle = opendir(dir);
	struct dirent *entry;
	int ret = 0;

	strlist_add(out, repo->common_dir);
	if (!handle && errno != ENOENT && errno != ENOTDIR)
		ret = error_errno(err, "cannot open '%s'", dir);
	while (handle && (entry = readdir(handle)))
		if (entry->d_name[0] != '.')
			strlist_addf(out, "%s/%s", dir, entry->d_name);
	if (handle)
		closedir(handle);
	free(dir);
	return ret;
}

/* Whether the first line of a file says this. A missing file does not. */
static bool file_says(const char *git_dir, const char *name, const char *wanted)
{
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;
	char *path = xstrfmt("%s/%s", git_dir, name);
	bool same = false;

	if (!buf_read_file(&text, path, MAX_BYTES, &ignored)) {
		buf_trim(&text);
		same = !strcmp(text.ptr, wanted);
	}
	error_release(&ignored);
	buf_release(&text);
	free(path);
	return same;
}

static bool uses_branch(const char *git_dir, const char *branch)
{
	char *symbolic = xstrfmt("ref: %s", branch);
	bool uses;

	uses = file_says(git_dir, "HEAD", symbolic) ||
	       file_says(git_dir, "rebase-merge/head-name", branch) ||
	       file_says(git_dir, "rebase-apply/head-name", branch) ||
	       file_says(git_dir, "BISECT_START", ref_name_short(branch));
	free(symbolic);
	return uses;
}

int worktree_using_branch(const struct repository *repo, const char *branch,
			  char **where, struct error *err)
{
	struct strlist dirs = STRLIST_INIT;
	int ret = worktree_git_dirs(repo, &dirs, err);

	*where = NULL;
	for (size_t i = 0; !ret && !*where && i < dirs.nr; i++)
		if (strcmp(dirs.items[i], repo->git_dir) &&
		    uses_branch(dirs.items[i], branch))
			*where = xstrdup(dirs.items[i]);
	strlist_release(&dirs);
	return ret;
}
