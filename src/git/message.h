/*
 * What git prints on standard error, as an error of ours.
 */
#ifndef GIT_MESSAGE_H
#define GIT_MESSAGE_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Fill `err` with `code` and the lines of `said`: "fatal: " and "error: " are
 * cut off, lines joined by "; ", and what is advice ("hint: ", and all that
 * stands behind a "fatal: " line) becomes hints. Returns false, and leaves
 * `err` as it is, where nothing was said.
 */
bool message_to_error(const struct buf *said, enum error_code code,
		      struct error *err);

#endif
