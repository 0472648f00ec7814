/*
 * Reading the line formats of a checkpoint's state: every line ends in LF,
 * fields are separated by one space, a path is last and escaped
 * (path_escape() of base/path.h). Strict: there is one valid form.
 */
#ifndef CORE_RECORD_LINE_H
#define CORE_RECORD_LINE_H

#include "base/buf.h"
#include "base/error.h"
#include "git/oid.h"

struct line_reader {
	const char *what; /* the file's name, for errors */
	const char *at, *end;
	size_t number;
	struct buf line;
	char *rest; /* of the line, behind the fields taken */
};

void line_reader_init(struct line_reader *reader, const char *what,
		      const char *text, size_t len);
void line_reader_release(struct line_reader *reader);

/* 1: there is a line; 0: the end; < 0: bytes that are no lines. */
int line_next(struct line_reader *reader, struct error *err);
/* The next field, or NULL. Borrowed until line_next(). */
char *line_field(struct line_reader *reader);
/* The rest of the line as a path; the caller must free(). NULL with `err`. */
char *line_path(struct line_reader *reader, struct error *err);
/* The same, of a file or (with a slash at its end) a directory in a worktree:
 * ERR_INVALID where path_is_safe() says that it is none. */
char *line_worktree_path(struct line_reader *reader, struct error *err);
/* A field of `digits` octal digits. */
int line_octal(struct line_reader *reader, size_t digits, unsigned *out,
	       struct error *err);
int line_oid(struct line_reader *reader, struct oid *out, struct error *err);
/* ERR_INVALID that names the file and the line. */
int line_error(struct line_reader *reader, struct error *err);

/* The first line must be "<what> <version>": ERR_NEWER where it is higher. */
int line_expect_version(struct line_reader *reader, unsigned version,
			struct error *err);

/*
 * Check that what was read and written again as `again`, which is released, is
 * the same text: that holds the order, the doubles and the escapes without a
 * rule for each. ERR_INVALID.
 */
int line_check_form(const char *what, const char *text, size_t len,
		    struct buf *again, struct error *err);
/* ERR_INVALID: not the one valid form, as line_check_form() says it. */
int line_form_error(const char *what, struct error *err);

#endif
