#include "ui/keys.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static bool is_ours(int fd)
{
	return tcgetpgrp(fd) == getpgrp();
}

/* tcsetattr() from the background would stop us. */
static void set(int fd, const struct termios *wanted)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while (tcsetattr(fd, TCSADRAIN, wanted) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void keys_open(struct keys *keys)
{
	struct termios single;

	if (keys->fd >= 0 || !isatty(STDIN_FILENO) || !is_ours(STDIN_FILENO) ||
	    tcgetattr(STDIN_FILENO, &keys->before) < 0)
		return;
	single = keys->before;
	single.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	/* read(2) returns at once: whoever waits, waits in poll(2). */
	single.c_cc[VMIN] = 0;
	single.c_cc[VTIME] = 0;
	set(STDIN_FILENO, &single);
	keys->fd = STDIN_FILENO;
}

int keys_next(struct keys *keys)
{
	unsigned char key;
	ssize_t got;

	if (keys->fd < 0)
		return 0;
	/* Somebody else reads there now, and has set it as he wants it. */
	if (!is_ours(keys->fd)) {
		keys->fd = -1;
		return 0;
	}
	got = read(keys->fd, &key, 1);
	if (got == 1)
		return key;
	if (got < 0 && errno != EINTR && errno != EAGAIN)
		keys_close(keys);
	return 0;
}

void keys_close(struct keys *keys)
{
	if (keys->fd >= 0)
		set(keys->fd, &keys->before);
	keys->fd = -1;
}
