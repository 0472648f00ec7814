#include "worktree/nested.h"

#include <git2.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "git/process.h"
#include "git/repository.h"

/*
 * libgit2 refuses what it does not know (SHA-256, reftable); git may not. The
 * directory is named to git as GIT_DIR: where a `.git` is no repository, git
 * would look for one above it, and find ours.
 */
static int ask_git(const char *dir, struct oid *out, struct error *err)
{
	static const char *const argv[] = {"rev-parse", "--verify", "-q",
					   "HEAD^{commit}", NULL};
	char *git_dir = xstrfmt("GIT_DIR=%s/.git", dir);
	const char *env[] = {
		git_dir,	  "GIT_WORK_TREE",	  "GIT_INDEX_FILE",
		"GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", NULL};
	struct git_command command = {.argv = argv, .env = env};
	struct buf text = BUF_INIT;
	int status, ret;

	ret = git_run(&command, &text, &status, err);
	if (!ret) {
		buf_trim(&text);
		ret = !status && text.len == OID_HEXSZ &&
		      oid_parse(out, text.ptr);
		error_release(err);
	}
	buf_release(&text);
	free(git_dir);
	return ret;
}

int nested_head(struct repository *repo, const char *path, struct oid *out,
		struct error *err)
{
	git_repository *nested = NULL;
	char *dir = path_join(repo->worktree, path);
	git_oid id;
	int ret;

	if (git_repository_open_ext(&nested, dir, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL) < 0) {
		ret = ask_git(dir, out, err);
	} else if (git_reference_name_to_id(&id, nested, "HEAD") < 0) {
		ret = 0;
	} else {
		memcpy(out->id, id.id, OID_RAWSZ);
		ret = 1;
	}
	git_repository_free(nested);
	free(dir);
	return ret;
}
