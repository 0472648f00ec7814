#include "git/repository.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/repository.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/config.h"
#include "git/discovery.h"
#include "git/index_ahead.h"
#include "git/libgit2.h"
#include "git/pack_source.h"

static int read_partial(struct repository *repo, struct error *err)
{
	static const char promisor[] = ".promisor";
	struct strlist keys = STRLIST_INIT;
	int ret = 0;

	repo->partial = config_get(repo->config, "extensions.partialclone");
	config_keys(repo->config, "remote.", &keys);
	for (size_t i = 0; i < keys.nr && !repo->partial && !ret; i++) {
		size_t len = strlen(keys.items[i]);

		if (len > strlen(promisor) &&
		    !strcmp(keys.items[i] + len - strlen(promisor), promisor))
			ret = config_get_bool(repo->config, keys.items[i],
					      false, &repo->partial, err);
	}
	strlist_release(&keys);
	return ret;
}

/* core.sharedRepository: a word, a truth, or an octal mode; git-config(1). */
static int read_share_mode(struct repository *repo, struct error *err)
{
	static const char key[] = "core.sharedrepository";
	const char *value = config_get(repo->config, key);
	unsigned long mode;
	bool is_group;
	char *end;

	if (!value || !strcmp(value, "umask"))
		return 0;
	mode = strtoul(value, &end, 8);
	if (!*end && end != value && mode > 2) {
		if ((mode & 0600) != 0600 || mode > 0777)
			return error_set(err, ERR_FAILED,
					 "bad mode '%s' for '%s'", value, key);
		repo->share_mode = (unsigned)mode & 0666;
		repo->share_exact = true;
		return 0;
	}
	if (!strcmp(value, "2") || !strcmp(value, "all") ||
	    !strcmp(value, "world") || !strcmp(value, "everybody")) {
		repo->share_mode = 0664;
		return 0;
	}
	is_group = !strcmp(value, "group");
	if (!is_group &&
	    config_get_bool(repo->config, key, false, &is_group, err) < 0)
		return err->code;
	repo->share_mode = is_group ? 0660 : 0;
	return 0;
}

/*
 * $GIT_ALTERNATE_OBJECT_DIRECTORIES, which libgit2 reads only when it finds
 * the repository by itself. Relative ones count from the top, where git stands
 * when it reads them.
 */
static int add_alternates(struct repository *repo, struct error *err)
{
	const char *value = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");
	struct strlist dirs = STRLIST_INIT;
	int ret = 0;

	if (!value)
		return 0;
	strlist_split(&dirs, value, ':');
	for (size_t i = 0; i < dirs.nr && !ret; i++) {
		const char *dir = dirs.items[i];
		char *path;
		int rc;

		if (*dir == '"') {
			ret = error_set(err, ERR_UNSUPPORTED,
					"quoted paths in "
					"GIT_ALTERNATE_OBJECT_DIRECTORIES are "
					"not supported");
			break;
		}
		path = *dir == '/' ? xstrdup(dir)
				   : path_join(repo->worktree, dir);
		rc = git_odb_add_disk_alternate(repo->odb, path);
		if (rc < 0)
			ret = error_libgit2(err, rc, "cannot open '%s'", path);
		free(path);
	}
	strlist_release(&dirs);
	return ret;
}

static int open_objects(struct repository *repo, struct error *err)
{
	int rc;

	if (getenv("GIT_OBJECT_DIRECTORY")) {
		rc = git_odb_open(&repo->odb, repo->objects_dir);
		if (!rc)
			rc = git_repository_set_odb(repo->lg2, repo->odb);
	} else {
		rc = git_repository_odb(&repo->odb, repo->lg2);
	}
	if (rc < 0)
		return error_libgit2(err, rc, "cannot open '%s'",
				     repo->objects_dir);
	return add_alternates(repo, err);
}

/* Whether libgit2 found the same one; setting it again would leak in 1.5. */
static bool has_worktree(const struct repository *repo)
{
	const char *path = git_repository_workdir(repo->lg2);
	size_t len = strlen(repo->worktree);

	return path && !strncmp(path, repo->worktree, len) &&
	       (!path[len] || !strcmp(path + len, "/"));
}

static int open_library(struct repository *repo, struct error *err)
{
	const unsigned flags =
		GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
	const char *path = repo->git_dir;
	int rc;

	/*
	 * libgit2 finds the shared part by the file `commondir` alone. What it
	 * is used for is all in that part: objects.
	 */
	if (getenv("GIT_COMMON_DIR"))
		path = repo->common_dir;
	rc = git_repository_open_ext(&repo->lg2, path, flags, NULL);
	if (rc < 0)
		return error_libgit2(err, rc, "cannot open '%s'", path);
	if (!has_worktree(repo))
		rc = git_repository_set_workdir(repo->lg2, repo->worktree, 0);
	if (rc < 0)
		return error_libgit2(err, rc, "cannot work in '%s'",
				     repo->worktree);
	return open_objects(repo, err);
}

/* -- libgit2 on its way --------------------------------------------------- */

struct repository_library {
	pthread_t thread;
	atomic_bool ready;    /* and `err` says how it went */
	pthread_mutex_t lock; /* of what follows */
	bool threaded;
	struct error err;
};

static void *start_library(void *data)
{
	struct repository_library *library = data;

	libgit2_start(&library->err);
	return NULL;
}

static struct repository_library *library_new(void)
{
	struct repository_library *library = xcalloc(1, sizeof(*library));

	pthread_mutex_init(&library->lock, NULL);
	library->threaded =
		!pthread_create(&library->thread, NULL, start_library, library);
	if (!library->threaded)
		start_library(library);
	return library;
}

/* With the lock held, or nobody else left to take it. */
static void library_join(struct repository_library *library)
{
	if (library->threaded)
		pthread_join(library->thread, NULL);
	library->threaded = false;
}

static void library_free(struct repository_library *library)
{
	if (!library)
		return;
	library_join(library);
	error_release(&library->err);
	pthread_mutex_destroy(&library->lock);
	free(library);
}

int repository_library(struct repository *repo, struct error *err)
{
	struct repository_library *library = repo->library;

	if (!atomic_load(&library->ready)) {
		pthread_mutex_lock(&library->lock);
		if (!atomic_load(&library->ready)) {
			library_join(library);
			if (!library->err.code)
				open_library(repo, &library->err);
			atomic_store(&library->ready, true);
		}
		pthread_mutex_unlock(&library->lock);
	}
	if (!library->err.code)
		return 0;
	return error_set(err, library->err.code, "%s", library->err.text);
}

/* What git said, and what follows from it. */
static int finish_discovery(struct discovery *discovery,
			    struct repository *repo, bool index_ahead,
			    struct error *err)
{
	struct error config_err = ERROR_INIT;
	int ret = discovery_finish_places(discovery, repo, err);

	if (!ret && index_ahead && !repo->index_ahead)
		repo->index_ahead =
			index_ahead_start(repo->git_dir, repo->index_file);
	/* Of two failures the first is the one to tell. */
	if (discovery_finish_config(discovery, repo, &config_err) < 0 && !ret)
		ret = error_move(err, &config_err);
	error_release(&config_err);
	if (!ret)
		ret = libgit2_check_extensions(repo->config, err);
	if (!ret)
		ret = read_partial(repo, err);
	if (!ret)
		ret = read_share_mode(repo, err);
	return ret;
}

static int open_discovered(struct repository **out, bool index_ahead,
			   struct error *err)
{
	struct repository *repo = xcalloc(1, sizeof(*repo));
	struct discovery discovery;
	int ret;

	ret = discovery_start(&discovery, err);
	if (index_ahead)
		repo->index_ahead = index_ahead_guess();
	repo->library = library_new();
	if (!ret)
		ret = finish_discovery(&discovery, repo, index_ahead, err);
	if (ret < 0) {
		repository_free(repo);
		repo = NULL;
	}
	*out = repo;
	return ret;
}

int repository_open_early(struct repository **out, struct error *err)
{
	return open_discovered(out, true, err);
}

int repository_open(struct repository **out, struct error *err)
{
	int ret = open_discovered(out, false, err);

	if (!ret)
		ret = repository_library(*out, err);
	if (ret < 0) {
		repository_free(*out);
		*out = NULL;
	}
	return ret;
}

void repository_free(struct repository *repo)
{
	if (!repo)
		return;
	index_ahead_free(repo->index_ahead);
	library_free(repo->library);
	pack_source_free(repo->packs);
	git_odb_free(repo->odb);
	git_repository_free(repo->lg2);
	config_free(repo->config);
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo->worktree);
	free(repo->index_file);
	free(repo->objects_dir);
	free(repo->prefix);
	free(repo);
	libgit2_stop();
}

char *repository_path(const struct repository *repo, const char *name)
{
	return path_join(repo->git_dir, name);
}

char *repository_common_path(const struct repository *repo, const char *name)
{
	return path_join(repo->common_dir, name);
}

const char *repository_worktree_name(const struct repository *repo)
{
	return repo->linked ? path_basename(repo->git_dir) : "main";
}

static bool is_in(const char *top, const char *dir, const char *path,
		  size_t len)
{
	size_t top_len = strlen(top), dir_len;

	/* The top may be "/". */
	if (top_len == 1)
		top_len = 0;
	if (strncmp(dir, top, top_len) != 0 || dir[top_len] != '/')
		return false;
	dir += top_len + 1;
	dir_len = strlen(dir);
	return dir_len && dir_len <= len && !memcmp(path, dir, dir_len) &&
	       (len == dir_len || path[dir_len] == '/');
}

bool repository_owns(const struct repository *repo, const char *path,
		     size_t len)
{
	return is_in(repo->worktree, repo->git_dir, path, len) ||
	       is_in(repo->worktree, repo->common_dir, path, len);
}

int repository_share(const struct repository *repo, const char *path,
		     struct error *err)
{
	mode_t mode, wanted = repo->share_mode;
	struct stat st;

	if (!repo->share_mode)
		return 0;
	if (lstat(path, &st) < 0)
		return error_errno(err, "cannot stat '%s'", path);
	if (!(st.st_mode & S_IWUSR))
		wanted &= ~(mode_t)0222;
	if (S_ISDIR(st.st_mode) || (st.st_mode & S_IXUSR))
		wanted |= (wanted & 0444) >> 2;
	mode = st.st_mode & 07777;
	mode = repo->share_exact ? (mode & ~(mode_t)0777) | wanted
				 : mode | wanted;
	/* What is made in it later belongs to the group that may write here. */
	if (S_ISDIR(st.st_mode) && (mode & 060))
		mode |= S_ISGID;
	/* As in git: a directory that somebody else made may stay as it is. */
	if (mode != (st.st_mode & 07777) && chmod(path, mode) < 0 &&
	    !S_ISDIR(st.st_mode))
		return error_errno(err, "cannot chmod '%s'", path);
	return 0;
}

int repository_refresh_objects(struct repository *repo, struct error *err)
{
	int rc;

	if (repository_library(repo, err) < 0)
		return err->code;
	rc = git_odb_refresh(repo->odb);
	return rc < 0 ? error_libgit2(err, rc, "cannot read '%s' again",
				      repo->objects_dir)
		      : 0;
}
