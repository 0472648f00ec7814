/*
 * A byte string that grows. `ptr` is always NUL-terminated behind `len`, so a
 * text can be used as a C string; never NULL.
 *
 *	struct buf buf = BUF_INIT;
 *
 *	buf_addf(&buf, "%s/%s", dir, name);
 *	...
 *	buf_release(&buf);
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/compat.h"
#include "base/error.h"

#include <stdarg.h>

struct buf {
	char *ptr;
	size_t len;
	size_t alloc; /* 0: nothing of ours is allocated */
};

extern char buf_empty[1];
#define BUF_INIT                                                               \
	{                                                                      \
		buf_empty, 0, 0                                                \
	}

/* Free the contents; the buf is empty and usable again. */
void buf_release(struct buf *buf);
/* Empty it and keep the memory. */
void buf_reset(struct buf *buf);
/* Room for `extra` bytes behind `len`. */
void buf_grow(struct buf *buf, size_t extra);
/* Cut or, after buf_grow() and a direct write, extend to `len` bytes. */
void buf_setlen(struct buf *buf, size_t len);
/* The contents, which the caller must free(); the buf is empty afterwards. */
char *buf_detach(struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_addstr(struct buf *buf, const char *s);
void buf_addch(struct buf *buf, int c);
void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *buf, const char *fmt, va_list args);
/* Remove `len` bytes at `pos`. */
void buf_remove(struct buf *buf, size_t pos, size_t len);
/* Remove white space at both ends. */
void buf_trim(struct buf *buf);

/*
 * Append what is left to read from `fd`, or from the file `path`. More than
 * `limit` bytes is ERR_INVALID; a missing file is ERR_NOT_FOUND.
 */
int buf_read_fd(struct buf *buf, int fd, size_t limit, struct error *err);
int buf_read_file(struct buf *buf, const char *path, size_t limit,
		  struct error *err);

#endif
