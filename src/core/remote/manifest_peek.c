#include "core/remote/manifest_peek.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/strlist.h"
#include "core/record/checkpoint.h"
#include "core/record/remote_session.h"
#include "core/verify/verify_scratch.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/process.h"
#include "git/remote.h"
#include "git/repository.h"

/* -- a repository -------------------------------------------------------- */

/* A value as git-config(1) reads it back. */
static void add_quoted(struct buf *out, const char *value)
{
	buf_addch(out, '"');
	for (; *value; value++) {
		if (*value == '\n') {
			buf_addstr(out, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\')
			buf_addch(out, '\\');
		buf_addch(out, *value);
	}
	buf_addch(out, '"');
}

static void add_include(struct buf *out, const char *dir, const char *name)
{
	char *path = xstrfmt("%s/%s", dir, name);

	buf_addstr(out, "[include]\n\tpath = ");
	add_quoted(out, path);
	buf_addch(out, '\n');
	free(path);
}

static int make_dir(const char *dir, const char *name, struct error *err)
{
	char *path = xstrfmt("%s/%s", dir, name);
	int ret = 0;

	if (mkdir(path, 0700) < 0)
		ret = error_errno(err, "cannot create '%s'", path);
	free(path);
	return ret;
}

static int make_file(const char *dir, const char *name, const char *text,
		     struct error *err)
{
	char *path = xstrfmt("%s/%s", dir, name);
	int ret = file_replace(path, text, strlen(text), false, err);

	free(path);
	return ret;
}

/* An empty bare one, that reaches remotes as this one does. */
static int make_repository(const struct repository *repo, const char *dir,
			   struct error *err)
{
	struct buf config = BUF_INIT;
	int ret;

	buf_addstr(&config, "[core]\n\trepositoryformatversion = 0\n");
	add_include(&config, repo->common_dir, "config");
	add_include(&config, repo->git_dir, "config.worktree");
	buf_addstr(&config, "[core]\n\tbare = true\n");
	ret = make_file(dir, "config", config.ptr, err);
	if (!ret)
		ret = make_file(dir, "HEAD", "ref: refs/heads/none\n", err);
	if (!ret)
		ret = make_dir(dir, "objects", err);
	if (!ret)
		ret = make_dir(dir, "refs", err);
	buf_release(&config);
	return ret;
}

/* -- reading ------------------------------------------------------------- */

/*
 * One object of what `git cat-file --batch` prints: "<id> SP <type> SP <size>",
 * the bytes, and LF. Returns false where it is not a commit that is there.
 */
static bool take_object(const char **at, const char *end, struct buf *out)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	unsigned long long size;
	char type[8];

	if (!newline)
		return false;
	if (sscanf(*at, "%*40s %7s %llu", type, &size) != 2 ||
	    strcmp(type, "commit") != 0 || size > COMMIT_MAX_BYTES ||
	    size >= (unsigned long long)(end - newline - 1)) {
		*at = newline + 1;
		return false;
	}
	buf_add(out, newline + 1, (size_t)size);
	*at = newline + 1 + size + 1;
	return true;
}

static int read_fetched(const struct repository *repo, const char *dir,
			const struct remote_session *const *sessions, size_t nr,
			struct buf *raws, struct error *err)
{
	static const char *const argv[] = {"cat-file", "--batch", NULL};
	char *git_dir = xstrfmt("GIT_DIR=%s", dir);
	char *common = xstrfmt("GIT_COMMON_DIR=%s", dir);
	char *objects = xstrfmt("GIT_OBJECT_DIRECTORY=%s/objects", dir);
	const char *const env[] = {git_dir, common, objects,
				   "GIT_NO_LAZY_FETCH=1", NULL};
	struct git_command command = {.repo = repo, .argv = argv, .env = env};
	struct buf input = BUF_INIT, text = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	const char *at, *end;
	int ret;

	for (size_t i = 0; i < nr; i++)
		if (sessions[i]->number && !raws[i].len)
			buf_addf(&input, "%s\n",
				 oid_hex(&sessions[i]->manifest, hex));
	command.input = input.ptr;
	command.input_len = input.len;
	ret = git_run(&command, &text, NULL, err);
	at = text.ptr;
	end = text.ptr + text.len;
	for (size_t i = 0; !ret && i < nr; i++)
		if (sessions[i]->number && !raws[i].len &&
		    !take_object(&at, end, &raws[i]))
			ret = error_set(err, ERR_CHANGED,
					"the manifest of session '%s' was "
					"changed meanwhile",
					sessions[i]->name);
	buf_release(&input);
	buf_release(&text);
	free(git_dir);
	free(common);
	free(objects);
	return ret;
}

/* -- fetching ------------------------------------------------------------ */

/* Take what is here; returns how many are not. */
static size_t read_present(struct repository *repo,
			   const struct remote_session *const *sessions,
			   size_t nr, struct buf *raws,
			   struct strlist *refspecs)
{
	for (size_t i = 0; i < nr; i++) {
		const struct remote_session *session = sessions[i];
		struct error ignored = ERROR_INIT;
		char *ref;

		if (!session->number ||
		    (object_exists_quick(repo, &session->manifest) &&
		     !object_read(repo, &session->manifest, OBJECT_COMMIT,
				  COMMIT_MAX_BYTES, &raws[i], &ignored))) {
			error_release(&ignored);
			continue;
		}
		error_release(&ignored);
		ref = remote_session_ref(CHECKPOINT_REFS, session->name,
					 session->number);
		strlist_addf(refspecs, "+%s:refs/peek/%zu", ref, i);
		free(ref);
	}
	return refspecs->nr;
}

int manifest_peek(struct repository *repo, const char *remote, unsigned flags,
		  const struct remote_session *const *sessions, size_t nr,
		  struct buf *raws, struct error *err)
{
	struct verify_scratch *scratch = NULL;
	struct strlist refspecs = STRLIST_INIT;
	int ret = 0;

	if (!read_present(repo, sessions, nr, raws, &refspecs))
		goto done;
	ret = verify_scratch_open(&scratch, repo, err);
	if (!ret)
		ret = make_repository(repo, scratch->top, err);
	if (!ret)
		ret = remote_fetch_tips(repo, scratch->top, remote, &refspecs,
					flags, err);
	if (!ret)
		ret = read_fetched(repo, scratch->top, sessions, nr, raws, err);
done:
	verify_scratch_close(scratch);
	strlist_release(&refspecs);
	return ret;
}
