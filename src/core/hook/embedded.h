/*
 * Files that the program carries with it, so that it can install them
 * wherever it stands itself: the shims of hooks/ and what contrib/ has for
 * each agent. contrib/embed makes the table while the program is built.
 */
#ifndef CORE_HOOK_EMBEDDED_H
#define CORE_HOOK_EMBEDDED_H

#include "base/compat.h"

struct embedded_file {
	const char *name; /* from the top: "hooks/post-commit"; NULL: the end */
	const char *text;
};

extern const struct embedded_file embedded_files[];

/* The text of that file, or NULL. */
const char *embedded_text(const char *name);

#endif
