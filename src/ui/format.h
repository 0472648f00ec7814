/*
 * `--format=<fmt>`: one line an item, made by the user's own pattern.
 *
 *	%(name)     the value of a field
 *	%%          a percent sign
 *	%n          a newline
 *	%xx, %xXX   the byte of these two hex digits, as git for-each-ref and
 *	            git log write it
 *
 * What a field holds is frozen with its name: scripts read it.
 */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include "base/buf.h"
#include "base/error.h"

/*
 * ERR_USAGE where `fmt` is malformed or names a field that is not among
 * `fields` (NULL-terminated); the text names it.
 */
int format_check(const char *fmt, const char *const *fields, struct error *err);

/*
 * Append what a pattern that format_check() accepted makes of one item.
 * `value` appends the value of a field, nothing where there is none.
 */
typedef void (*format_value)(void *context, const char *field, struct buf *out);
void format_expand(struct buf *out, const char *fmt, format_value value,
		   void *context);

#endif
