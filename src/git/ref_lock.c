#include "git/ref_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "git/ref_draft.h"
#include "git/ref_loose.h"
#include "git/ref_name.h"
#include "git/repository.h"

/* Directories can vanish again: who packs or deletes refs removes empty ones.
 */
#define MAX_MAKE_DIRS 16

bool ref_lock_wait(unsigned *tries, int64_t deadline)
{
	struct timespec wait = {0};
	unsigned random = 0;
	unsigned limit;

	if (clock_monotonic_ms() >= deadline)
		return false;
	limit = 1u << (*tries < 6 ? *tries : 6);
	if (getrandom(&random, sizeof(random), 0) < 0)
		random = *tries;
	(*tries)++;
	wait.tv_nsec = 200000L + (long)(random % (limit * 500)) * 1000;
	nanosleep(&wait, NULL);
	return true;
}

void ref_lock_block_signals(sigset_t *before)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&set, ending[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

/* Make what is missing between the git directory and the ref. */
static int make_dirs(const struct ref_lock *lock, struct error *err)
{
	size_t top = strlen(lock->path) - strlen(lock->name);
	char *dir = xstrdup(lock->path);
	int ret = 0;

	for (size_t i = top; dir[i] && !ret; i++) {
		if (dir[i] != '/')
			continue;
		dir[i] = '\0';
		if (!mkdir(dir, 0777))
			ret = repository_share(lock->repo, dir, err);
		else if (errno != EEXIST && errno != ENOTDIR && errno != ENOENT)
			ret = error_errno(err, "cannot make directory '%s'",
					  dir);
		/* It, or one above, has been removed meanwhile. */
		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			ret = 0;
		}
		dir[i] = '/';
	}
	free(dir);
	return ret;
}

/* Without a second name: where there are no hard links, or there is nothing to
 * be written. */
static int make_plain(struct ref_lock *lock, const struct ref_draft *draft,
		      struct error *err)
{
	int fd = open(lock->lock_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      0666);
	int ret = 0;

	if (fd < 0)
		return errno == EEXIST ? ERR_LOCKED : -1;
	if (draft) {
		ret = file_write_all(fd, draft->text, strlen(draft->text), err);
		if (!ret && draft->sync)
			ret = file_sync(fd, err);
	}
	if (close(fd) < 0 && !ret)
		ret = error_errno(err, "cannot close it");
	if (!ret)
		ret = repository_share(lock->repo, lock->lock_path, err);
	if (ret < 0) {
		unlink(lock->lock_path);
		return error_prefix(err, "cannot write '%s'", lock->lock_path);
	}
	return 0;
}

/* ERR_LOCKED without a text; -1 with errno where nothing is wrong yet but the
 * name of the lock. */
static int make_lock(struct ref_lock *lock, const struct ref_draft *draft,
		     struct error *err)
{
	if (lock->twin.path) {
		int ret = ref_twin_take_lock(&lock->twin, lock->lock_path);

		if (ret != ERR_UNSUPPORTED)
			return ret;
		ref_twin_drop(&lock->twin);
	}
	return make_plain(lock, draft, err);
}

/* Returns ERR_LOCKED without a text: that is made when nobody tries again. */
static int try_lock(struct ref_lock *lock, const struct ref_draft *draft,
		    struct error *err)
{
	int ret;

	if (draft && !lock->twin.path) {
		ret = ref_twin_make(&lock->twin, lock->repo, lock->name,
				    draft->text, draft->sync, err);
		if (ret < 0 && ret != ERR_UNSUPPORTED)
			return ret;
	}
	for (int tries = 0;; tries++) {
		ret = make_lock(lock, draft, err);
		if (!ret || ret == ERR_LOCKED || err->code)
			return ret;
		if (errno == ENOTDIR)
			return error_set(
				err, ERR_EXISTS,
				"cannot lock ref '%s': there is a ref "
				"with the name of a directory above it",
				lock->name);
		if (errno != ENOENT || tries == MAX_MAKE_DIRS) {
			error_errno(err, "cannot lock ref '%s'", lock->name);
			return err->code;
		}
		if (make_dirs(lock, err) < 0)
			return err->code;
	}
}

int ref_lock_take(struct ref_lock *lock, const struct repository *repo,
		  const char *name, struct ref_draft *draft, int wait_ms,
		  struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + wait_ms;
	unsigned tries = 0;
	int ret;

	*lock = (struct ref_lock){
		.repo = repo, .name = name, .twin = REF_TWIN_INIT};
	ret = ref_name_check(name, err);
	if (ret < 0)
		return ret;
	lock->path = ref_name_path(repo, name);
	lock->lock_path = xstrfmt("%s.lock", lock->path);
	if (draft) {
		lock->twin = draft->twin;
		draft->twin = (struct ref_twin)REF_TWIN_INIT;
	}
	for (;;) {
		ref_lock_block_signals(&lock->signals);
		ret = try_lock(lock, draft, err);
		if (!ret)
			return 0;
		pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
		if (ret != ERR_LOCKED || !ref_lock_wait(&tries, deadline))
			break;
	}
	if (ret == ERR_LOCKED) {
		error_set(err, ERR_LOCKED, "cannot lock ref '%s': '%s' exists",
			  name, lock->lock_path);
		error_hint(err, "another git process seems to be at work in "
				"this repository; if none is, one may have "
				"crashed: remove the file to continue");
	}
	ref_twin_drop(&lock->twin);
	free(lock->path);
	free(lock->lock_path);
	return ret;
}

static void drop(struct ref_lock *lock)
{
	ref_twin_drop(&lock->twin);
	free(lock->path);
	free(lock->lock_path);
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
}

void ref_lock_release(struct ref_lock *lock)
{
	unlink(lock->lock_path);
	drop(lock);
}

static int rename_over(struct ref_lock *lock, struct error *err)
{
	if (!rename(lock->lock_path, lock->path))
		return 0;
	if (errno == EISDIR) {
		/* Empty directories are what refs below have left. */
		if (!ref_loose_remove_empty(lock->path))
			return error_set(err, ERR_EXISTS,
					 "cannot write ref '%s': there are "
					 "refs below it",
					 lock->name);
		if (!rename(lock->lock_path, lock->path))
			return 0;
	}
	error_errno(err, "cannot write ref '%s'", lock->name);
	return err->code;
}

int ref_lock_commit(struct ref_lock *lock, struct error *err)
{
	int ret = rename_over(lock, err);

	if (ret < 0)
		unlink(lock->lock_path);
	drop(lock);
	return ret;
}
