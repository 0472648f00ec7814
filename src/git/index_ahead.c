#include "git/index_ahead.h"

#include <pthread.h>

#include "base/alloc.h"
#include "git/index.h"
#include "git/index_seen.h"
#include "git/repository.h"

struct index_ahead {
	const struct repository *repo;
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

	index_seen_read(ahead->repo, &seen);
	index_read_seen(&ahead->index, NULL, ahead->repo->index_file, &seen,
			&ignored);
	error_release(&ignored);
	return NULL;
}

struct index_ahead *index_ahead_start(const struct repository *repo)
{
	struct index_ahead *ahead = xcalloc(1, sizeof(*ahead));

	ahead->repo = repo;
	if (pthread_create(&ahead->thread, NULL, run, ahead)) {
		free(ahead);
		return NULL;
	}
	return ahead;
}

void index_ahead_free(struct index_ahead *ahead)
{
	if (!ahead)
		return;
	pthread_join(ahead->thread, NULL);
	index_free(ahead->index);
	free(ahead);
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
	struct index_ahead *ahead = repo->index_ahead;
	struct index_seen seen;

	/* It is taken once: later is another time. */
	repo->index_ahead = NULL;
	if (ahead) {
		struct index *index;

		pthread_join(ahead->thread, NULL);
		index = ahead->index;
		free(ahead);
		if (is_still(index, repo->index_file)) {
			*out = index;
			return 0;
		}
		index_free(index);
	}
	index_seen_read(repo, &seen);
	return index_read_seen(out, repo, repo->index_file, &seen, err);
}
