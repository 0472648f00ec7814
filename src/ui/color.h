/*
 * Colour on a terminal, as git decides it.
 */
#ifndef UI_COLOR_H
#define UI_COLOR_H

#include "base/error.h"

struct config;

enum color {
	COLOR_RESET,
	COLOR_BOLD,
	COLOR_DIM,
	COLOR_RED,
	COLOR_GREEN,
	COLOR_YELLOW, /* names of checkpoints, as git log shows commits */
	COLOR_CYAN,
};

/*
 * Whether to colour: color.checkpoint, else color.ui, of `config` (NULL:
 * nothing is configured). "auto", which is the default, means on a `terminal`
 * that is not "dumb", unless NO_COLOR has a value (no-color.org). A value that
 * git does not know is ERR_FAILED.
 */
int color_wanted(bool *out, const struct config *config, bool terminal,
		 struct error *err);

/* The bytes that switch it on, for a terminal. */
const char *color_sequence(enum color color);

#endif
