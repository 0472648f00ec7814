#include "worktree/nested.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "git/process.h"
#include "git/repository.h"

/* Larger files lead nowhere. */
#define LINK_FILE_MAX_BYTES (1u << 20)

/*
 * A small file without the white space at its end. False: there is none, or it
 * is something else; with `*unknown` where that cannot be said.
 */
static bool read_small(int dir_fd, const char *path, struct buf *out,
		       bool *unknown)
{
	struct error ignored = ERROR_INIT;
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool read = false;

	if (fd < 0) {
		*unknown =
			errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
		return false;
	}
	read = !buf_read_fd(out, fd, LINK_FILE_MAX_BYTES, &ignored);
	buf_trim(out);
	error_release(&ignored);
	close(fd);
	return read;
}

/* Another directory that a small file names, which starts with `label`. */
static char *follow(const char *base, const char *text, const char *label)
{
	if (strncmp(text, label, strlen(label)) != 0)
		return NULL;
	text += strlen(label);
	return *text == '/' ? xstrdup(text) : path_join(base, text);
}

static bool is_symbolic(const char *text)
{
	if (strncmp(text, "ref:", 4) != 0)
		return false;
	text += 4;
	while (isspace((unsigned char)*text))
		text++;
	return !strncmp(text, "refs/", 5);
}

/* A commit, or the name of a ref: as git itself looks at it first. */
static bool is_head(int dir_fd, const char *git_dir, bool *unknown)
{
	char *path = path_join(git_dir, "HEAD");
	struct buf text = BUF_INIT;
	char target[4096]; /* only how it begins counts */
	ssize_t len = readlinkat(dir_fd, path, target, sizeof(target) - 1);
	struct oid oid;
	bool is;

	if (len >= 0) {
		target[len] = '\0';
		is = !strncmp(target, "refs/", 5);
	} else {
		is = read_small(dir_fd, path, &text, unknown) &&
		     (is_symbolic(text.ptr) ||
		      (text.len >= OID_HEXSZ && (buf_setlen(&text, OID_HEXSZ),
						 oid_parse(&oid, text.ptr))));
	}
	buf_release(&text);
	free(path);
	return is;
}

static bool is_git_dir(int dir_fd, const char *git_dir, bool *unknown)
{
	char *common_file = path_join(git_dir, "commondir"), *common = NULL;
	char *objects = NULL, *refs = NULL;
	struct buf text = BUF_INIT;
	bool is = false;

	if (!is_head(dir_fd, git_dir, unknown))
		goto done;
	if (read_small(dir_fd, common_file, &text, unknown))
		common = follow(git_dir, text.ptr, "");
	else if (*unknown)
		goto done;
	objects = path_join(common ? common : git_dir, "objects");
	refs = path_join(common ? common : git_dir, "refs");
	is = !faccessat(dir_fd, objects, X_OK, 0) &&
	     !faccessat(dir_fd, refs, X_OK, 0);
	*unknown = !is && errno != ENOENT && errno != ENOTDIR;
done:
	buf_release(&text);
	free(common_file);
	free(common);
	free(objects);
	free(refs);
	return is;
}

bool nested_is_own(const char *git_dir, int dir_fd)
{
	struct stat there, own;

	return git_dir && !fstatat(dir_fd, ".git", &there, 0) &&
	       S_ISDIR(there.st_mode) && !stat(git_dir, &own) &&
	       there.st_dev == own.st_dev && there.st_ino == own.st_ino;
}

bool nested_is_repository(const char *git_dir, int dir_fd)
{
	struct buf text = BUF_INIT;
	bool is = false, unknown = false;
	char *target = NULL;
	struct stat st;

	if (fstatat(dir_fd, ".git", &st, 0) < 0) {
		unknown = errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
	} else if (S_ISDIR(st.st_mode)) {
		is = !nested_is_own(git_dir, dir_fd) &&
		     is_git_dir(dir_fd, ".git", &unknown);
	} else if (S_ISREG(st.st_mode) &&
		   read_small(dir_fd, ".git", &text, &unknown)) {
		target = follow("", text.ptr, "gitdir: ");
		is = target && is_git_dir(dir_fd, target, &unknown);
	}
	buf_release(&text);
	free(target);
	return is || unknown;
}

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
	char *dir;
	git_oid id;
	int ret;

	if (repository_library(repo, err) < 0)
		return err->code;
	dir = path_join(repo->worktree, path);
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
