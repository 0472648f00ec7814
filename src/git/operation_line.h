/*
 * The lines of an operation's files.
 */
#ifndef GIT_OPERATION_LINE_H
#define GIT_OPERATION_LINE_H

#include "base/buf.h"

struct operation_line {
	const char *text; /* not NUL-terminated */
	size_t len;	  /* without the line break, "\n" or "\r\n" */
	size_t number;	  /* from 1 */
};

/*
 * The line at `*pos`, which moves behind it; false at the end. Start with
 * `*pos` 0 and `line->number` 0.
 */
bool operation_line_next(const struct buf *text, size_t *pos,
			 struct operation_line *line);

/* Whether the line is this word. */
bool operation_line_is(const struct operation_line *line, const char *word);

#endif
