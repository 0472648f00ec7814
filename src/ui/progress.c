#include "ui/progress.h"

#include <unistd.h>

#include "base/clock.h"

#define DELAY_MS 1000
#define INTERVAL_MS 100

void progress_start(struct progress *progress, const char *title,
		    uint64_t total, bool wanted)
{
	progress->title = title;
	progress->total = total;
	progress->enabled = wanted && isatty(STDERR_FILENO);
	atomic_init(&progress->shown, false);
	atomic_init(&progress->done, 0);
	atomic_init(&progress->next_ms, clock_monotonic_ms() + DELAY_MS);
}

static void show(const struct progress *progress, uint64_t done,
		 const char *end)
{
	uint64_t total = progress->total;

	if (total)
		fprintf(stderr, "\r%s: %3u%% (%llu/%llu)%s", progress->title,
			(unsigned)((double)done * 100 / (double)total),
			(unsigned long long)done, (unsigned long long)total,
			end);
	else
		fprintf(stderr, "\r%s: %llu%s", progress->title,
			(unsigned long long)done, end);
	fflush(stderr);
}

void progress_tick(struct progress *progress, uint64_t more)
{
	uint64_t done;
	int64_t now, next;

	if (!progress->enabled)
		return;
	done = atomic_fetch_add(&progress->done, more) + more;
	now = clock_monotonic_ms();
	next = atomic_load(&progress->next_ms);
	/* Of the threads that come at the same time, one shows it. */
	if (now < next || !atomic_compare_exchange_strong(
				  &progress->next_ms, &next, now + INTERVAL_MS))
		return;
	atomic_store(&progress->shown, true);
	show(progress, done, "");
}

void progress_stop(struct progress *progress)
{
	uint64_t done = atomic_load(&progress->done);
	bool all = !progress->total || done == progress->total;

	if (progress->enabled && atomic_load(&progress->shown))
		show(progress, done, all ? ", done.\n" : "\n");
	progress->enabled = false;
}
