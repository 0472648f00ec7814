/*
 * How far long work is, as git shows it:
 *
 *	Saving files:  45% (450/1000)
 *
 * Nothing is shown where standard error is no terminal, nor in the first
 * second.
 *
 *	struct progress progress;
 *
 *	progress_start(&progress, "Saving files", total, !output->quiet);
 *	... progress_tick(&progress, 1) from any thread ...
 *	progress_stop(&progress);
 */
#ifndef UI_PROGRESS_H
#define UI_PROGRESS_H

#include "base/compat.h"

#include <stdatomic.h>

struct progress {
	const char *title;
	uint64_t total; /* 0: not known, a count alone is shown */
	bool enabled;
	_Atomic uint64_t done;
	_Atomic int64_t next_ms; /* when to show it again */
	_Atomic bool shown;
};

/* `title` is borrowed. Nothing is ever shown unless `wanted`. */
void progress_start(struct progress *progress, const char *title,
		    uint64_t total, bool wanted);
/* That much more is done. Safe from several threads. */
void progress_tick(struct progress *progress, uint64_t more);
/* End the line, if one was shown. Once, when no thread ticks any more. */
void progress_stop(struct progress *progress);

#endif
