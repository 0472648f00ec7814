#include "core/hook/watch_changes.h"

#include "base/clock.h"
#include "worktree/monitor.h"

/* A burst is read together, and a long one so that reading takes a twentieth
 * of the time. */
#define GATHER_MS 50
#define GATHER_MAX_MS 1000
#define GATHER_TIMES 20

int watch_changes_open(struct watch_changes *changes, struct repository *repo,
		       struct error *err)
{
	struct error ignored = ERROR_INIT;

	if (monitor_open(&changes->monitor, repo, err) < 0)
		return err->code;
	/* Without it checkpoints look for themselves. */
	if (watch_tell_open(&changes->tell, repo, &ignored) < 0)
		error_release(&ignored);
	return 0;
}

void watch_changes_close(struct watch_changes *changes)
{
	watch_tell_close(&changes->tell);
	monitor_free(changes->monitor);
	changes->monitor = NULL;
}

int watch_changes_fd(const struct watch_changes *changes)
{
	return changes->monitor ? monitor_fd(changes->monitor) : -1;
}

/* When to read again what has come meanwhile, after a read begun at `start`. */
static int64_t gather_until(int64_t start)
{
	int64_t now = clock_monotonic_ms();
	int64_t wait = (now - start) * GATHER_TIMES;

	if (wait < GATHER_MS)
		wait = GATHER_MS;
	return now + (wait < GATHER_MAX_MS ? wait : GATHER_MAX_MS);
}

int watch_changes_read(struct watch_changes *changes, bool *changed,
		       struct error *err)
{
	int64_t start = clock_monotonic_ms();
	int ret = monitor_read(changes->monitor, changed, err);

	changes->read_ms = gather_until(start);
	return ret;
}

int watch_changes_answer(struct watch_changes *changes, bool *changed,
			 struct error *err)
{
	return watch_tell_answer(&changes->tell, changes->monitor, changed,
				 err);
}
