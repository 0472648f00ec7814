#include "base/error.h"

#include <errno.h>
#include <stdarg.h>

#include "base/alloc.h"

static char *format(const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup(fmt);
	return text;
}

int error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	/* Only now: the arguments may point into the old text. */
	error_release(err);
	err->text = text;
	err->code = code;
	return code;
}

static enum error_code code_of_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	default:
		return ERR_FAILED;
	}
}

int error_errno(struct error *err, const char *fmt, ...)
{
	int number = errno;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	error_set(err, code_of_errno(number), "%s: %s", text, strerror(number));
	free(text);
	return err->code;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	va_list args;
	char *before, *text;

	va_start(args, fmt);
	before = format(fmt, args);
	va_end(args);
	text = xstrfmt("%s: %s", before,
		       err->text ? err->text : "unknown error");
	free(before);
	free(err->text);
	err->text = text;
	return err->code;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	va_list args;
	char *line, *hints;

	va_start(args, fmt);
	line = format(fmt, args);
	va_end(args);
	hints = xstrfmt("%s%s\n", err->hints ? err->hints : "", line);
	free(line);
	free(err->hints);
	err->hints = hints;
	return err->code;
}

int error_move(struct error *to, struct error *from)
{
	error_release(to);
	*to = *from;
	*from = (struct error)ERROR_INIT;
	return to->code;
}

void error_release(struct error *err)
{
	free(err->text);
	free(err->hints);
	*err = (struct error)ERROR_INIT;
}

int error_exit_status(const struct error *err)
{
	switch (err->code) {
	case ERR_REFUSED:
		return 1;
	case ERR_USAGE:
		return 129;
	default:
		return 128;
	}
}
