/*
 * Errors, handed up by value.
 *
 * A function that can fail takes a `struct error *err` last and returns 0, or
 * one of the negative codes below after it has filled `err`. Callers pass
 * both on as they are; a layer adds words only where it knows the user's name
 * for the thing (error_prefix()). Only main() turns an error into text on
 * stderr and an exit status.
 *
 * Text is as git's: lower case, no full stop, what failed first, names in
 * quotes. Hints name the command that helps.
 *
 *	struct error err = ERROR_INIT;
 *
 *	if (thing_open(&thing, &err) < 0)
 *		...
 *	error_release(&err);
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/compat.h"

/* What went wrong, as far as a caller can act on it. */
enum error_code {
	ERR_FAILED = -1,      /* nothing a caller acts on */
	ERR_NOT_FOUND = -2,   /* no such thing */
	ERR_EXISTS = -3,      /* is there already */
	ERR_LOCKED = -4,      /* somebody else holds the lock */
	ERR_CHANGED = -5,     /* not what it was when we looked */
	ERR_AMBIGUOUS = -6,   /* a name that means several things */
	ERR_INVALID = -7,     /* data that is not what its format says */
	ERR_NEWER = -8,	      /* written by a newer version than this one */
	ERR_UNSUPPORTED = -9, /* a thing we say that we do not do */
	ERR_REFUSED = -10,    /* the answer is no: exit status 1 */
	ERR_USAGE = -11,      /* the command line is wrong: exit status 129 */
};

struct error {
	enum error_code code;
	char *text;  /* one line, no full stop */
	char *hints; /* lines, each ends in a newline; or NULL */
};

#define ERROR_INIT                                                             \
	{                                                                      \
		0, NULL, NULL                                                  \
	}

/* Fill `err` (what was in it is dropped) and return `code`. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/*
 * The same with ": " and the text of `errno` behind, and a code drawn from it:
 * ENOENT and ENOTDIR become ERR_NOT_FOUND, EEXIST ERR_EXISTS, others
 * ERR_FAILED.
 */
int error_errno(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Put words and ": " before the text that is there. Returns err->code. */
int error_prefix(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Add a hint line. Returns err->code. */
int error_hint(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Move what `from` holds into `to`; `from` is as ERROR_INIT afterwards. */
int error_move(struct error *to, struct error *from);

/* Drop the contents; `err` can be used again. */
void error_release(struct error *err);

/* The exit status of a program that ends with this error: 1, 128 or 129. */
int error_exit_status(const struct error *err);

#endif
