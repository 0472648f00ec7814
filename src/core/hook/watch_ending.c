#include "core/hook/watch_ending.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

/* A second signal so much later ends it without waiting for anything. */
#define REPEATED_MS 2000

void watch_ending_follow(struct watch_ending *ending, int64_t process)
{
	struct error gone = ERROR_INIT;

	/* One that has ended already has ended. */
	if (process >= 0 &&
	    pid_open(&ending->process, (pid_t)process, &gone) < 0) {
		ending->process.number = 0;
		watch_ending_note(ending, WATCH_END_PROCESS, 0);
	}
	error_release(&gone);
	/*
	 * `git checkpoint watch` is git, and we are its child: it passes
	 * signals on, but that it is killed. Who started it takes it for us.
	 */
	if (pid_open(&ending->git, getppid(), &gone) < 0 ||
	    !pid_is_named(&ending->git, "git")) {
		pid_release(&ending->git);
		ending->git.number = 0;
	}
	error_release(&gone);
}

void watch_ending_release(struct watch_ending *ending)
{
	pid_release(&ending->process);
	pid_release(&ending->git);
}

void watch_ending_note(struct watch_ending *ending, enum watch_end end,
		       int number)
{
	if (ending->end != WATCH_GOES_ON)
		return;
	ending->end = end;
	ending->number = number;
	ending->since_ms = clock_monotonic_ms();
}

void watch_ending_look(struct watch_ending *ending)
{
	if (ending->process.number && pid_ended(&ending->process))
		watch_ending_note(ending, WATCH_END_PROCESS, 0);
	if (ending->git.number && pid_ended(&ending->git))
		watch_ending_note(ending, WATCH_END_GIT, 0);
}

bool watch_ending_must_look(const struct watch_ending *ending)
{
	return (ending->process.number && ending->process.fd < 0) ||
	       (ending->git.number && ending->git.fd < 0);
}

/*
 * At a terminal ^C comes twice at once: from the terminal, and from the git
 * that runs us; so does its end.
 */
bool watch_ending_is_repeated(const struct watch_ending *ending, int number)
{
	return ending->end == WATCH_END_SIGNAL && number != SIGHUP &&
	       clock_monotonic_ms() - ending->since_ms >= REPEATED_MS;
}
