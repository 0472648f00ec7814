/*
 * Signals as something to wait for in poll(2), where a program has a last thing
 * to do before it ends.
 *
 * While caught, they are blocked: nothing that this process does is cut short
 * by one. Where the system has no signalfd(2) the descriptor is -1, and
 * signals_next() must be called once a second.
 */
#ifndef UI_SIGNALS_H
#define UI_SIGNALS_H

#include "base/error.h"

#include <signal.h>

struct signals {
	int fd; /* readable when there is one */
	sigset_t caught;
	sigset_t before; /* the mask as it was */
	bool active;
};

#define SIGNALS_INIT                                                           \
	{                                                                      \
		.fd = -1                                                       \
	}

/*
 * Catch those that end a program or stop it: SIGINT, SIGTERM, SIGQUIT, SIGTSTP,
 * SIGCONT, and SIGHUP unless it is ignored (nohup(1)). The caller must
 * signals_release().
 */
int signals_catch(struct signals *signals, struct error *err);
/* The next one, or 0. */
int signals_next(struct signals *signals);
/* Let one have its effect, though it is caught: end, or stop until it goes on.
 */
void signals_obey(struct signals *signals, int number);
void signals_release(struct signals *signals);

#endif
