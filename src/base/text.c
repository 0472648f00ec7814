#include "base/text.h"

#include "base/width.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_trail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * Table 3-7 of the Unicode standard: the length follows from the first byte,
 * and some first bytes narrow the range of the second, which leaves out
 * overlong forms, surrogates and what is beyond U+10FFFF.
 */
size_t utf8_sequence(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t need;

	if (!len)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		need = 2;
	else if (u[0] >= 0xe0 && u[0] <= 0xef)
		need = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;
	for (size_t i = 1; i < need; i++)
		if (!is_trail(s[i]))
			return 0;
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return need;
}

uint32_t utf8_code_point(const char *s, size_t sequence)
{
	static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code_point = (unsigned char)s[0] & first_bits[sequence];

	for (size_t i = 1; i < sequence; i++)
		code_point = code_point << 6 | ((unsigned char)s[i] & 0x3f);
	return code_point;
}

bool utf8_is_valid(const char *s, size_t len)
{
	while (len) {
		size_t sequence = utf8_sequence(s, len);

		if (!sequence)
			return false;
		s += sequence;
		len -= sequence;
	}
	return true;
}

void utf8_repair(struct buf *out, const char *s, size_t len)
{
	while (len) {
		size_t sequence = utf8_sequence(s, len);

		if (sequence)
			buf_add(out, s, sequence);
		else
			buf_addstr(out, REPLACEMENT);
		s += sequence ? sequence : 1;
		len -= sequence ? sequence : 1;
	}
}

/* Columns of the sequence at `s`; a byte that is none is shown as one mark. */
static size_t take_width(const char **s, size_t *len)
{
	size_t sequence = utf8_sequence(*s, *len);
	size_t width = sequence ? width_of(utf8_code_point(*s, sequence)) : 1;

	*s += sequence ? sequence : 1;
	*len -= sequence ? sequence : 1;
	return width;
}

size_t utf8_width(const char *s)
{
	size_t len = strlen(s), width = 0;

	while (len)
		width += take_width(&s, &len);
	return width;
}

bool text_is_driving(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
	       (code_point >= 0x202a && code_point <= 0x202e) ||
	       (code_point >= 0x2066 && code_point <= 0x2069);
}

static void add_visible(struct buf *out, uint32_t code_point)
{
	switch (code_point) {
	case '\n':
		buf_addstr(out, "\\n");
		break;
	case '\r':
		buf_addstr(out, "\\r");
		break;
	case '\t':
		buf_addstr(out, "\\t");
		break;
	default:
		buf_addf(out, code_point < 0x80 ? "\\x%02x" : "\\u%04x",
			 (unsigned)code_point);
	}
}

void text_printable(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	while (len) {
		size_t sequence = utf8_sequence(s, len);
		uint32_t code_point;

		if (!sequence) {
			buf_addf(out, "\\x%02x", (unsigned char)*s);
			s++;
			len--;
			continue;
		}
		code_point = utf8_code_point(s, sequence);
		if (text_is_driving(code_point))
			add_visible(out, code_point);
		else
			buf_add(out, s, sequence);
		s += sequence;
		len -= sequence;
	}
}

void text_clip(struct buf *out, const char *s, size_t columns)
{
	size_t dots = columns < 3 ? columns : 3;
	size_t len = strlen(s), used = 0;
	const char *at = s, *end = s;

	/* `end`: behind the last that leaves room for the dots. */
	while (len) {
		used += take_width(&at, &len);
		if (used > columns)
			break;
		if (used <= columns - dots)
			end = at;
	}
	if (used <= columns) {
		buf_addstr(out, s);
		return;
	}
	buf_add(out, s, (size_t)(end - s));
	buf_add(out, "...", dots);
}

bool text_ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len >= end_len && !strcmp(s + len - end_len, end);
}
