/*
 * Our lines in the text of somebody else's hook. They stand between two marks,
 * behind the line "#!": there they run whatever the rest does (`exit`, `exec`),
 * and what is taken out again is exactly what was put in.
 */
#ifndef CORE_HOOK_HOOK_TEXT_H
#define CORE_HOOK_HOOK_TEXT_H

#include "base/buf.h"

#define HOOK_TEXT_BEGIN "# >>> git-checkpoint >>>\n"
#define HOOK_TEXT_END "# <<< git-checkpoint <<<\n"

/* Whether lines of ours are in it. */
bool hook_text_is_ours(const char *text, size_t len);

/* Whether a shell that POSIX describes runs it: by its "#!", or without one. */
bool hook_text_is_shell(const char *text, size_t len);

/* Append `text` with the lines of the shim, which are replaced where there are
 * some. */
void hook_text_add(struct buf *out, const char *text, size_t len,
		   const char *shim);

/* Append `text` without them. */
void hook_text_remove(struct buf *out, const char *text, size_t len);

#endif
