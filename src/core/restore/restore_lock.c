#include "core/restore/restore_lock.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "core/record/journal.h"
#include "git/index.h"
#include "git/repository.h"

/* Commands that look whether a restore was killed hold it for a moment. */
#define WAIT_MS 500

static char *token_path(const struct repository *repo)
{
	return repository_path(repo, "checkpoint.d/index-lock");
}

static int take(int *out_fd, struct repository *repo, int wait_ms,
		struct error *err)
{
	char *path = repository_path(repo, "checkpoint.d/restore.lock");
	int ret = file_lock(out_fd, path, wait_ms, err);

	free(path);
	return ret;
}

static int sweep(struct repository *repo, struct error *err)
{
	char *token = token_path(repo);
	int ret = index_lock_sweep(repo->index_file, token, err);

	free(token);
	return ret;
}

int restore_lock(int *out_fd, struct repository *repo, struct error *err)
{
	int ret = take(out_fd, repo, WAIT_MS, err);

	if (ret == ERR_LOCKED) {
		error_release(err);
		error_set(err, ERR_LOCKED, "another restore is under way");
		return error_hint(err, "wait for it to end");
	}
	if (!ret)
		ret = sweep(repo, err);
	if (ret < 0) {
		file_unlock(*out_fd);
		*out_fd = -1;
	}
	return ret;
}

int restore_lock_index(struct index_lock **out, struct repository *repo,
		       struct error *err)
{
	char *token = token_path(repo);
	int ret = index_lock(out, repo->index_file, token, err);

	free(token);
	return ret;
}

void restore_lock_sweep(struct repository *repo)
{
	struct error ignored = ERROR_INIT;
	char *token = token_path(repo);
	int fd = -1;

	if (!access(token, F_OK) && !take(&fd, repo, 0, &ignored) &&
	    !journal_exists(repo))
		sweep(repo, &ignored);
	file_unlock(fd);
	error_release(&ignored);
	free(token);
}
