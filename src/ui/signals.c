#include "ui/signals.h"

#include <unistd.h>

#ifdef __linux__
#include <sys/signalfd.h>
#endif

static bool is_ignored(int number)
{
	struct sigaction action;

	return !sigaction(number, NULL, &action) &&
	       action.sa_handler == SIG_IGN;
}

int signals_catch(struct signals *signals, struct error *err)
{
	static const int wanted[] = {SIGINT,  SIGTERM, SIGQUIT,
				     SIGTSTP, SIGCONT, SIGHUP};

	sigemptyset(&signals->caught);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (wanted[i] != SIGHUP || !is_ignored(SIGHUP))
			sigaddset(&signals->caught, wanted[i]);
	sigprocmask(SIG_BLOCK, &signals->caught, &signals->before);
#ifdef __linux__
	signals->fd =
		signalfd(-1, &signals->caught, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0) {
		error_errno(err, "cannot wait for signals");
		sigprocmask(SIG_SETMASK, &signals->before, NULL);
		return err->code;
	}
#else
	(void)err;
	signals->fd = -1;
#endif
	signals->active = true;
	return 0;
}

int signals_next(struct signals *signals)
{
	sigset_t pending, one;
	int number;

	sigpending(&pending);
	for (number = 1; number < 32; number++)
		if (sigismember(&signals->caught, number) == 1 &&
		    sigismember(&pending, number) == 1)
			break;
	if (number == 32)
		return 0;
	sigemptyset(&one);
	sigaddset(&one, number);
	return sigwait(&one, &number) ? 0 : number;
}

void signals_obey(struct signals *signals, int number)
{
	struct sigaction plain = {.sa_handler = SIG_DFL}, before;
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, number);
	sigaction(number, &plain, &before);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	/* Here it goes on, after a SIGCONT. */
	sigprocmask(SIG_BLOCK, &signals->caught, NULL);
	sigaction(number, &before, NULL);
}

void signals_release(struct signals *signals)
{
	if (!signals->active)
		return;
	if (signals->fd >= 0)
		close(signals->fd);
	*signals = (struct signals){.fd = -1, .before = signals->before};
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
