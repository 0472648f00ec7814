#include "git/discovery.h"

#include "base/alloc.h"
#include "git/config.h"
#include "git/repository.h"

/*
 * rev-parse echoes an option that it does not know. Git prints normalized
 * paths, which never hold "//", so this tells apart even paths with newlines.
 */
#define SEPARATOR "--//"

/* The answers, in the order in which they are asked for. */
enum place {
	GIT_DIR,
	COMMON_DIR,
	INDEX_FILE,
	OBJECTS_DIR,
	PREFIX,
	BARE,
	SHALLOW,
	OBJECT_FORMAT,
	WORKTREE, /* last: here git fails where there is none */
	NR_PLACES,
};

static const char *const places_argv[] = {
	"rev-parse",
	"--path-format=absolute",
	"--absolute-git-dir",
	SEPARATOR,
	"--git-common-dir",
	SEPARATOR,
	"--git-path",
	"index",
	SEPARATOR,
	"--git-path",
	"objects",
	SEPARATOR,
	"--show-prefix",
	SEPARATOR,
	"--is-bare-repository",
	SEPARATOR,
	"--is-shallow-repository",
	SEPARATOR,
	"--show-object-format",
	SEPARATOR,
	"--show-toplevel",
	NULL,
};
static const char *const config_argv[] = {"config", "--list", "-z", NULL};

int discovery_start(struct discovery *discovery, struct error *err)
{
	const struct git_command places = {.argv = places_argv};
	/* GIT_CONFIG is for `git config` alone: it would hide all other files.
	 */
	static const char *const config_env[] = {"GIT_CONFIG", NULL};
	const struct git_command config = {.argv = config_argv,
					   .env = config_env};
	struct error ignored = ERROR_INIT;
	int ret;

	ret = git_job_start(&discovery->places, &places, err);
	if (ret < 0)
		return ret;
	ret = git_job_start(&discovery->config, &config, err);
	if (ret < 0) {
		/* The first failure is the one to tell. */
		git_job_finish(&discovery->places, NULL, NULL, &ignored);
		error_release(&ignored);
	}
	return ret;
}

/* Cut `text` at the separators. Returns how many pieces there are. */
static size_t split_places(char *text, const char *pieces[NR_PLACES])
{
	static const char line[] = "\n" SEPARATOR "\n";
	size_t nr = 0, len;

	while (nr < NR_PLACES) {
		char *end = strstr(text, line);

		pieces[nr++] = text;
		if (!end)
			break;
		*end = '\0';
		text = end + strlen(line);
	}
	len = nr ? strlen(pieces[nr - 1]) : 0;
	/* The last one ends with git's newline; nothing said is no answer. */
	if (!len)
		return nr ? nr - 1 : 0;
	text = (char *)pieces[nr - 1];
	if (text[len - 1] == '\n')
		text[len - 1] = '\0';
	return nr;
}

/* Why git failed, in `err`; `nr` answers came before. */
static int explain(const char *const *pieces, size_t nr, struct error *err)
{
	if (nr == WORKTREE && !strcmp(pieces[BARE], "true"))
		return error_set(err, ERR_UNSUPPORTED,
				 "'%s' is a bare repository: it has no work "
				 "tree to save",
				 pieces[GIT_DIR]);
	if (nr == WORKTREE)
		err->code = ERR_UNSUPPORTED;
	else if (err->text && strstr(err->text, "refstorage"))
		error_set(err, ERR_UNSUPPORTED,
			  "reftable repositories are not supported: libgit2 "
			  "cannot read their refs");
	else if (err->text && !strncmp(err->text, "not a git repository",
				       strlen("not a git repository")))
		err->code = ERR_NOT_FOUND;
	else if (err->text)
		err->code = ERR_FAILED;
	else
		error_set(err, ERR_FAILED,
			  "'git rev-parse' does not say where the repository "
			  "is");
	return err->code;
}

int discovery_finish_places(struct discovery *discovery,
			    struct repository *repo, struct error *err)
{
	const char *pieces[NR_PLACES];
	struct buf said = BUF_INIT;
	size_t nr;
	int status;
	int ret;

	ret = git_job_finish(&discovery->places, &said, &status, err);
	if (ret < 0)
		goto done;
	nr = split_places(said.ptr, pieces);
	if (status || nr != NR_PLACES) {
		ret = explain(pieces, nr, err);
		goto done;
	}
	/* Warnings of a git that answered. */
	error_release(err);
	if (strcmp(pieces[OBJECT_FORMAT], "sha1")) {
		ret = error_set(err, ERR_UNSUPPORTED,
				"%s repositories are not supported: libgit2 "
				"cannot read their objects",
				strcmp(pieces[OBJECT_FORMAT], "sha256")
					? pieces[OBJECT_FORMAT]
					: "SHA-256");
		goto done;
	}
	repo->git_dir = xstrdup(pieces[GIT_DIR]);
	repo->common_dir = xstrdup(pieces[COMMON_DIR]);
	repo->index_file = xstrdup(pieces[INDEX_FILE]);
	repo->objects_dir = xstrdup(pieces[OBJECTS_DIR]);
	repo->prefix = xstrdup(pieces[PREFIX]);
	repo->worktree = xstrdup(pieces[WORKTREE]);
	repo->shallow = !strcmp(pieces[SHALLOW], "true");
	repo->linked = strcmp(repo->git_dir, repo->common_dir);
done:
	buf_release(&said);
	return ret;
}

int discovery_finish_config(struct discovery *discovery,
			    struct repository *repo, struct error *err)
{
	struct buf said = BUF_INIT;
	int ret = git_job_finish(&discovery->config, &said, NULL, err);

	if (!ret)
		repo->config = config_parse(said.ptr, said.len);
	buf_release(&said);
	return ret;
}
