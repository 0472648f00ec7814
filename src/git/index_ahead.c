#include "git/index_ahead.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/index.h"
#include "git/index_seen.h"
#include "git/repository.h"

struct index_ahead {
	char *git_dir, *path;
	pthread_t thread;
	struct index *index; /* NULL: it could not be read this way */
};

/*
 * Without the repository, which is not open yet: a sparse index, or a split one
 * whose shared index is elsewhere, fails here and is read in its time. So is
 * what is damaged: who needs the index says so.
 */
static void *run(void *data)
{
	struct index_ahead *ahead = data;
	struct error ignored = ERROR_INIT;
	struct index_seen seen;

	index_seen_read(ahead->git_dir, &seen);
	index_read_seen(&ahead->index, NULL, ahead->path, &seen, &ignored);
	error_release(&ignored);
	return NULL;
}

static void free_all(struct index_ahead *ahead)
{
	free(ahead->git_dir);
	free(ahead->path);
	free(ahead);
}

static bool stat_own(const char *git_dir, const char *name, struct stat *st)
{
	char *path = path_join(git_dir, name);
	bool found = !stat(path, st);

	free(path);
	return found;
}

/* Whether a watch runs, and a seal was made since the index was written. */
static bool may_be_sealed(const char *git_dir, const char *index_path)
{
	struct stat socket, seal, index;

	return stat_own(git_dir, "checkpoint.d/watch.socket", &socket) &&
	       stat_own(git_dir, "checkpoint.d/seal", &seal) &&
	       !stat(index_path, &index) &&
	       seal.st_mtim.tv_sec >= index.st_mtim.tv_sec;
}

struct index_ahead *index_ahead_start(const char *git_dir, const char *path)
{
	struct index_ahead *ahead;

	if (may_be_sealed(git_dir, path))
		return NULL;
	ahead = xcalloc(1, sizeof(*ahead));
	ahead->git_dir = xstrdup(git_dir);
	ahead->path = xstrdup(path);
	if (pthread_create(&ahead->thread, NULL, run, ahead)) {
		free_all(ahead);
		return NULL;
	}
	return ahead;
}

struct index_ahead *index_ahead_guess(void)
{
	struct index_ahead *ahead = NULL;
	char *dir, *slash;
	struct stat st;

	if (getenv("GIT_DIR") || getenv("GIT_INDEX_FILE") ||
	    !(dir = getcwd(NULL, 0)))
		return NULL;
	do {
		char *git_dir = path_join(dir, ".git");

		slash = strrchr(dir, '/');
		if (!lstat(git_dir, &st)) {
			if (S_ISDIR(st.st_mode)) {
				char *path = path_join(git_dir, "index");

				ahead = index_ahead_start(git_dir, path);
				free(path);
			}
			slash = NULL;
		}
		free(git_dir);
		if (slash)
			*slash = '\0';
	} while (slash && *dir);
	free(dir);
	return ahead;
}

/* Its index, once that is read; NULL: there is none. */
static struct index *finish(struct index_ahead *ahead)
{
	struct index *index;

	if (!ahead)
		return NULL;
	pthread_join(ahead->thread, NULL);
	index = ahead->index;
	free_all(ahead);
	return index;
}

void index_ahead_free(struct index_ahead *ahead)
{
	index_free(finish(ahead));
}

/* A change that comes in the tick of the one before it may leave no trace. */
static bool is_still(const struct index *index, const char *path)
{
	return index && (!index->exists || index->settled) &&
	       index_file_unchanged(index, path);
}

int index_ahead_take(struct index **out, struct repository *repo,
		     struct error *err)
{
	struct index *index = finish(repo->index_ahead);
	struct index_seen seen;

	/* It is taken once: later is another time. */
	repo->index_ahead = NULL;
	if (is_still(index, repo->index_file)) {
		*out = index;
		return 0;
	}
	index_free(index);
	index_seen_read(repo->git_dir, &seen);
	return index_read_seen(out, repo, repo->index_file, &seen, err);
}
