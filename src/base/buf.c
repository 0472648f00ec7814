#include "base/buf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"

char buf_empty[1];

void buf_release(struct buf *buf)
{
	if (buf->alloc)
		free(buf->ptr);
	*buf = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *buf)
{
	if (buf->alloc)
		buf_setlen(buf, 0);
}

void buf_grow(struct buf *buf, size_t extra)
{
	size_t need;

	if (__builtin_add_overflow(buf->len, extra, &need) ||
	    __builtin_add_overflow(need, (size_t)1, &need))
		need = array_bytes(SIZE_MAX, 2);
	if (need <= buf->alloc)
		return;
	if (need < buf->alloc + buf->alloc / 2)
		need = buf->alloc + buf->alloc / 2;
	if (need < 64)
		need = 64;
	buf->ptr = xrealloc(buf->alloc ? buf->ptr : NULL, need);
	buf->alloc = need;
	buf->ptr[buf->len] = '\0';
}

void buf_setlen(struct buf *buf, size_t len)
{
	if (!buf->alloc)
		return;
	buf->len = len;
	buf->ptr[len] = '\0';
}

char *buf_detach(struct buf *buf)
{
	char *ptr;

	buf_grow(buf, 0);
	ptr = buf->ptr;
	*buf = (struct buf)BUF_INIT;
	return ptr;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!len)
		return;
	buf_grow(buf, len);
	memcpy(buf->ptr + buf->len, data, len);
	buf_setlen(buf, buf->len + len);
}

void buf_addstr(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void buf_addch(struct buf *buf, int c)
{
	buf_grow(buf, 1);
	buf->ptr[buf->len] = (char)c;
	buf_setlen(buf, buf->len + 1);
}

void buf_vaddf(struct buf *buf, const char *fmt, va_list args)
{
	va_list again;
	size_t room;
	int len;

	/* Most texts fit at once; the length is only known afterwards. */
	buf_grow(buf, 64);
	room = buf->alloc - buf->len;
	va_copy(again, args);
	len = vsnprintf(buf->ptr + buf->len, room, fmt, again);
	va_end(again);
	if (len > 0 && (size_t)len >= room) {
		buf_grow(buf, (size_t)len);
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, args);
	}
	buf_setlen(buf, buf->len + (len > 0 ? (size_t)len : 0));
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vaddf(buf, fmt, args);
	va_end(args);
}

void buf_remove(struct buf *buf, size_t pos, size_t len)
{
	if (!len)
		return;
	memmove(buf->ptr + pos, buf->ptr + pos + len, buf->len - pos - len);
	buf_setlen(buf, buf->len - len);
}

void buf_trim(struct buf *buf)
{
	size_t start = 0, end = buf->len;

	while (end > 0 && isspace((unsigned char)buf->ptr[end - 1]))
		end--;
	while (start < end && isspace((unsigned char)buf->ptr[start]))
		start++;
	buf_setlen(buf, end);
	buf_remove(buf, 0, start);
}

int buf_read_fd(struct buf *buf, int fd, size_t limit, struct error *err)
{
	size_t start = buf->len;

	for (;;) {
		ssize_t got;

		buf_grow(buf, 8192);
		got = read(fd, buf->ptr + buf->len, buf->alloc - buf->len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "cannot read");
		if (got == 0)
			return 0;
		buf_setlen(buf, buf->len + (size_t)got);
		if (buf->len - start > limit)
			return error_set(err, ERR_INVALID,
					 "more than %zu bytes", limit);
	}
}

int buf_read_file(struct buf *buf, const char *path, size_t limit,
		  struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return error_errno(err, "cannot open '%s'", path);
	ret = buf_read_fd(buf, fd, limit, err);
	if (ret < 0)
		error_prefix(err, "'%s'", path);
	close(fd);
	return ret;
}
