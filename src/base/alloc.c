#include "base/alloc.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

static void out_of_memory(void)
{
	static const char text[] = "fatal: out of memory\n";

	/* No stdio: it may need the memory that is not there. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(128);
	_exit(128);
}

size_t array_bytes(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return bytes;
}

void *xmalloc(size_t size)
{
	void *ptr = malloc(size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

#define LARGE_PAGE ((size_t)2 << 20)

void *xmalloc_large(size_t size)
{
	void *ptr = NULL;

	if (size < 2 * LARGE_PAGE)
		return xmalloc(size);
	if (posix_memalign(&ptr, LARGE_PAGE, size))
		out_of_memory();
	/* A wish, no more. */
	madvise(ptr, size, MADV_HUGEPAGE);
	return ptr;
}

void *xcalloc(size_t count, size_t size)
{
	void *ptr = calloc(count ? count : 1, size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xrealloc(void *old, size_t size)
{
	void *ptr = realloc(old, size ? size : 1);

	if (!ptr)
		out_of_memory();
	return ptr;
}

void *xmemdup(const void *data, size_t len)
{
	void *ptr = xmalloc(len);

	if (len)
		memcpy(ptr, data, len);
	return ptr;
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrdup_or_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

void xstrdup_over(char **member, const char *s)
{
	char *copy = xstrdup_or_null(s);

	free(*member);
	*member = copy;
}

char *xstrfmt(const char *fmt, ...)
{
	va_list args;
	char *text = NULL;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		out_of_memory();
	va_end(args);
	return text;
}
