#include "ui/format.h"

#include "base/alloc.h"
#include "base/hex.h"

enum piece_kind {
	PIECE_END,
	PIECE_TEXT,  /* `len` bytes at `text` */
	PIECE_BYTE,  /* `byte` */
	PIECE_FIELD, /* its name is `len` bytes at `text` */
	PIECE_WRONG, /* `len` bytes at `text` mean nothing */
};

struct piece {
	enum piece_kind kind;
	const char *text;
	size_t len;
	char byte;
};

/* What stands behind a percent sign at `*pos`, which is moved behind it. */
static struct piece next_placeholder(const char **pos)
{
	const char *start = *pos;
	const char *p = start + 1;
	const char *close;

	if (*p == '(') {
		close = strchr(p, ')');
		if (!close) {
			*pos = start + strlen(start);
			return (struct piece){PIECE_WRONG, start, strlen(start),
					      0};
		}
		*pos = close + 1;
		return (struct piece){PIECE_FIELD, p + 1,
				      (size_t)(close - p - 1), 0};
	}
	if (*p == '%' || *p == 'n') {
		*pos = p + 1;
		return (struct piece){PIECE_BYTE, NULL, 0,
				      *p == 'n' ? '\n' : '%'};
	}
	if (*p == 'x')
		p++;
	if (hex_digit(p[0]) >= 0 && hex_digit(p[1]) >= 0) {
		*pos = p + 2;
		return (struct piece){
			PIECE_BYTE, NULL, 0,
			(char)(hex_digit(p[0]) * 16 + hex_digit(p[1]))};
	}
	*pos = *p ? p + 1 : p;
	return (struct piece){PIECE_WRONG, start, (size_t)(*pos - start), 0};
}

static struct piece next_piece(const char **pos)
{
	const char *start = *pos;
	size_t len = strcspn(start, "%");

	if (!*start)
		return (struct piece){PIECE_END, start, 0, 0};
	if (!len)
		return next_placeholder(pos);
	*pos = start + len;
	return (struct piece){PIECE_TEXT, start, len, 0};
}

static bool is_known(const char *const *fields, const struct piece *piece)
{
	for (; *fields; fields++) {
		if (strlen(*fields) == piece->len &&
		    !memcmp(*fields, piece->text, piece->len))
			return true;
	}
	return false;
}

int format_check(const char *fmt, const char *const *fields, struct error *err)
{
	struct piece piece;

	do {
		piece = next_piece(&fmt);
		if (piece.kind == PIECE_WRONG)
			return error_set(err, ERR_USAGE,
					 "malformed format: '%.*s'",
					 (int)piece.len, piece.text);
		if (piece.kind == PIECE_FIELD && !is_known(fields, &piece))
			return error_set(err, ERR_USAGE,
					 "unknown field name: %.*s",
					 (int)piece.len, piece.text);
	} while (piece.kind != PIECE_END);
	return 0;
}

void format_expand(struct buf *out, const char *fmt, format_value value,
		   void *context)
{
	struct piece piece;
	char *field;

	do {
		piece = next_piece(&fmt);
		switch (piece.kind) {
		case PIECE_TEXT:
		case PIECE_WRONG:
			buf_add(out, piece.text, piece.len);
			break;
		case PIECE_BYTE:
			buf_addch(out, piece.byte);
			break;
		case PIECE_FIELD:
			field = xstrndup(piece.text, piece.len);
			value(context, field, out);
			free(field);
			break;
		case PIECE_END:
			break;
		}
	} while (piece.kind != PIECE_END);
}
