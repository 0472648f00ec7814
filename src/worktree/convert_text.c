#include "worktree/convert.h"
#include "worktree/ident.h"

/* What decides whether bytes are text. */
struct census {
	size_t crlf;
	size_t lone_cr;
	size_t lone_lf;
	size_t nul;
	size_t printable;
	size_t other;
};

static void count_byte(struct census *census, unsigned char c)
{
	if (c == '\b' || c == '\t' || c == '\033' || c == '\f' ||
	    (c >= 0x20 && c != 0x7f))
		census->printable++;
	else
		census->other++;
	if (!c)
		census->nul++;
}

static struct census take_census(const char *data, size_t len)
{
	struct census census = {0};

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n') {
			census.lone_lf++;
		} else if (data[i] != '\r') {
			count_byte(&census, (unsigned char)data[i]);
		} else if (i + 1 < len && data[i + 1] == '\n') {
			census.crlf++;
			i++;
		} else {
			census.lone_cr++;
		}
	}
	/* The end-of-file mark of CP/M and DOS. */
	if (len && data[len - 1] == '\032')
		census.other--;
	return census;
}

static bool is_binary(const struct census *census)
{
	return census->lone_cr || census->nul ||
	       census->printable / 128 < census->other;
}

static bool is_auto(const struct convert *convert)
{
	return convert->eol == CONVERT_AUTO ||
	       convert->eol == CONVERT_AUTO_LF ||
	       convert->eol == CONVERT_AUTO_CRLF;
}

bool convert_has_crlf(const char *data, size_t len)
{
	struct census census;

	if (!len || !memchr(data, '\r', len))
		return false;
	census = take_census(data, len);
	return census.crlf && !is_binary(&census);
}

bool convert_asks_index(const struct convert *convert, const char *data,
			size_t len)
{
	return is_auto(convert) && convert_has_crlf(data, len);
}

static bool drops_cr(const struct convert *convert, const char *data,
		     size_t len, bool index_has_crlf)
{
	const char *end = data + len, *p = data;

	if (convert->eol == CONVERT_BINARY || !len)
		return false;
	if (is_auto(convert))
		return !index_has_crlf && convert_has_crlf(data, len);
	while ((p = memchr(p, '\r', (size_t)(end - p)))) {
		p++;
		if (p < end && *p == '\n')
			return true;
	}
	return false;
}

/* With a NUL in it, it is no text to CONVERT_AUTO*; without CRLF there is
 * nothing to drop. Of ident nothing is known here. */
bool convert_look_unchanged(const struct convert_look *look)
{
	return !look->convert->ident && !convert_needs_git(look->convert) &&
	       (look->convert->eol == CONVERT_BINARY || !look->crlf ||
		(look->nul && is_auto(look->convert)));
}

bool convert_look(struct convert_look *look, const char *data, size_t len)
{
	const struct convert *convert = look->convert;

	if (convert->ident || convert_needs_git(convert) ||
	    convert->eol == CONVERT_BINARY)
		return false;
	if (len && data[0] == '\n' && look->ends_in_cr)
		look->crlf = true;
	if (len)
		look->ends_in_cr = data[len - 1] == '\r';
	look->crlf = look->crlf || memmem(data, len, "\r\n", 2);
	look->nul = look->nul || memchr(data, '\0', len);
	return is_auto(convert) ? !look->nul : !look->crlf;
}

/* Each CRLF to LF. A text found by CONVERT_AUTO* has no other CR. */
static void drop_cr(const char *data, size_t len, struct buf *out)
{
	const char *end = data + len, *p = data, *cr;

	buf_grow(out, len);
	while ((cr = memchr(p, '\r', (size_t)(end - p)))) {
		bool ends_line = cr + 1 < end && cr[1] == '\n';

		buf_add(out, p, (size_t)(cr - p) + !ends_line);
		p = cr + 1;
	}
	buf_add(out, p, (size_t)(end - p));
}

bool convert_to_git(const struct convert *convert, const char *data, size_t len,
		    bool index_has_crlf, struct buf *out)
{
	struct buf text = BUF_INIT;
	bool any = drops_cr(convert, data, len, index_has_crlf);

	if (any && !convert->ident) {
		drop_cr(data, len, out);
		return true;
	}
	if (any) {
		drop_cr(data, len, &text);
		data = text.ptr;
		len = text.len;
	}
	if (convert->ident && len && ident_collapse(data, len, out))
		any = true;
	else if (any)
		buf_add(out, data, len);
	buf_release(&text);
	return any;
}

static bool adds_cr(const struct convert *convert, const char *data, size_t len)
{
	struct census census;

	if ((convert->eol != CONVERT_CRLF &&
	     convert->eol != CONVERT_AUTO_CRLF) ||
	    !len)
		return false;
	census = take_census(data, len);
	if (!census.lone_lf)
		return false;
	/* A file that has some CR was not made by us: it stays. */
	return !is_auto(convert) || (!census.crlf && !is_binary(&census));
}

/* Each lone LF to CRLF. */
static void add_cr(const char *data, size_t len, struct buf *out)
{
	const char *end = data + len, *p = data, *lf;

	buf_grow(out, len + len / 32);
	while ((lf = memchr(p, '\n', (size_t)(end - p)))) {
		buf_add(out, p, (size_t)(lf - p));
		if (lf == data || lf[-1] != '\r')
			buf_addch(out, '\r');
		buf_addch(out, '\n');
		p = lf + 1;
	}
	buf_add(out, p, (size_t)(end - p));
}

/* Whether git checks it out without having it in memory. */
static bool is_streamed(const struct convert *convert)
{
	return convert->eol != CONVERT_AUTO &&
	       convert->eol != CONVERT_AUTO_CRLF;
}

bool convert_to_worktree(const struct convert *convert, const char *data,
			 size_t len, const char *blob_hex, struct buf *out)
{
	struct buf text = BUF_INIT;
	bool any = false;

	if (convert->ident && len)
		any = is_streamed(convert)
			      ? ident_expand_streamed(data, len, blob_hex,
						      &text)
			      : ident_expand(data, len, blob_hex, &text);
	if (any) {
		data = text.ptr;
		len = text.len;
	}
	if (adds_cr(convert, data, len)) {
		add_cr(data, len, out);
		any = true;
	} else if (any) {
		buf_add(out, data, len);
	}
	buf_release(&text);
	return any;
}
