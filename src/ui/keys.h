/*
 * Single keys from the terminal that we stand at, without Enter and without
 * being shown. ^C and ^Z stay what they are.
 *
 * Keys are read only where standard input is a terminal and we are its
 * foreground; in the background they are somebody else's. The caller must
 * keys_close() on every way out, and around being stopped.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include "base/compat.h"

#include <termios.h>

struct keys {
	int fd; /* readable when a key was pressed; -1: there are no keys */
	struct termios before;
};

#define KEYS_INIT                                                              \
	{                                                                      \
		.fd = -1                                                       \
	}

/* Begin, if that can be; it is no failure where it cannot. */
void keys_open(struct keys *keys);
/* The next key; 0: none. Ends by itself where the terminal is no longer ours.
 */
int keys_next(struct keys *keys);
/* Put the terminal back as it was. */
void keys_close(struct keys *keys);

#endif
