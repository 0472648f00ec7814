#include "core/record/json_scan.h"

#include <math.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/text.h"
#include "core/record/json.h"

struct scan {
	const char *text;
	size_t len;
	size_t pos;
	size_t values;
	size_t numbers;
	unsigned max_depth;
	unsigned depth;
	char closers[JSON_MAX_DEPTH]; /* what ends each open container */
	struct json_numbers *unusual;
	struct error *err;
};

/* The error for what stands at `pos`. */
static int bad(struct scan *s, size_t pos, const char *what)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < pos; i++) {
		column++;
		if (s->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return error_set(s->err, ERR_INVALID, "line %zu, column %zu: %s", line,
			 column, what);
}

/* The byte at the position, or -1 at the end. */
static int peek(const struct scan *s)
{
	return s->pos < s->len ? (unsigned char)s->text[s->pos] : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static void skip_space(struct scan *s)
{
	while (s->pos < s->len && memchr(" \t\r\n", s->text[s->pos], 4))
		s->pos++;
}

/* The four digits behind "\u"; -1 where they are not. */
static int scan_hex4(struct scan *s)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(peek(s));

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
		s->pos++;
	}
	return value;
}

/* A code point behind "\u", whose second half may follow. */
static int scan_unicode(struct scan *s, size_t start)
{
	int unit = scan_hex4(s);

	if (unit < 0)
		return bad(s, start, "\\u needs four hex digits");
	if (!unit)
		return bad(s, start, "\\u0000 is not allowed");
	if (unit < 0xd800 || unit > 0xdfff)
		return 0;
	if (unit < 0xdc00 && s->len - s->pos >= 6 &&
	    !memcmp(s->text + s->pos, "\\u", 2)) {
		s->pos += 2;
		unit = scan_hex4(s);
		if (unit >= 0xdc00 && unit <= 0xdfff)
			return 0;
	}
	return bad(s, start, "lone surrogate");
}

static int scan_escape(struct scan *s)
{
	size_t start = s->pos++;
	int c = peek(s);

	if (c < 0)
		return bad(s, start, "unterminated string");
	s->pos++;
	if (c == 'u')
		return scan_unicode(s, start);
	if (!c || !strchr("\"\\/bfnrt", c))
		return bad(s, start, "unknown escape");
	return 0;
}

static int scan_string(struct scan *s)
{
	size_t start = s->pos++;

	for (;;) {
		int c = peek(s);
		size_t sequence;

		if (c < 0)
			return bad(s, start, "unterminated string");
		if (c == '"') {
			s->pos++;
			return 0;
		}
		if (c == '\\') {
			if (scan_escape(s) < 0)
				return ERR_INVALID;
			continue;
		}
		if (c < 0x20)
			return bad(s, s->pos, "raw control character");
		sequence = utf8_sequence(s->text + s->pos, s->len - s->pos);
		if (!sequence)
			return bad(s, s->pos, "invalid UTF-8");
		s->pos += sequence;
	}
}

/* One digit or more. */
static bool scan_digits(struct scan *s)
{
	size_t start = s->pos;

	while (is_digit(peek(s)))
		s->pos++;
	return s->pos > start;
}

static bool scan_number_grammar(struct scan *s)
{
	if (peek(s) == '-')
		s->pos++;
	if (peek(s) == '0')
		s->pos++;
	else if (!scan_digits(s))
		return false;
	if (peek(s) == '.') {
		s->pos++;
		if (!scan_digits(s))
			return false;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->pos++;
		if (peek(s) == '+' || peek(s) == '-')
			s->pos++;
		if (!scan_digits(s))
			return false;
	}
	/* "01" and "1x": where a number ends, nothing of one may follow. */
	return !is_digit(peek(s));
}

static int scan_number(struct scan *s)
{
	char digits[JSON_NUMBER_MAX_BYTES + 1];
	char written[JSON_DOUBLE_MAX_BYTES];
	size_t start = s->pos, len;
	double value;

	if (!scan_number_grammar(s))
		return bad(s, start, "malformed number");
	len = s->pos - start;
	if (len > JSON_NUMBER_MAX_BYTES)
		return bad(s, start, "number with too many digits");
	memcpy(digits, s->text + start, len);
	digits[len] = '\0';
	value = strtod(digits, NULL);
	if (!isfinite(value))
		return bad(s, start, "number out of range");
	json_format_double(value, written);
	if (strcmp(digits, written)) {
		struct json_numbers *list = s->unusual;

		ARRAY_GROW(list->items, list->nr, list->alloc);
		list->items[list->nr++] = (struct json_number){
			s->numbers,
			s->text + start,
			len,
		};
	}
	s->numbers++;
	return 0;
}

static int scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len - s->pos < len || memcmp(s->text + s->pos, word, len))
		return bad(s, s->pos, "not a value");
	s->pos += len;
	return 0;
}

static int scan_open(struct scan *s, char closer)
{
	if (s->depth >= s->max_depth)
		return bad(s, s->pos, "nested too deeply");
	s->closers[s->depth++] = closer;
	s->pos++;
	return 0;
}

/* A value, or just the opening bracket of one. */
static int scan_value(struct scan *s)
{
	int c = peek(s);

	if (++s->values > JSON_MAX_VALUES)
		return bad(s, s->pos, "too many values");
	switch (c) {
	case -1:
		return bad(s, s->pos, "unexpected end");
	case '{':
		return scan_open(s, '}');
	case '[':
		return scan_open(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		if (c == '-' || is_digit(c))
			return scan_number(s);
		return bad(s, s->pos, "not a value");
	}
}

/* The key of a member and its colon. */
static int scan_key(struct scan *s)
{
	if (peek(s) != '"')
		return bad(s, s->pos, "a key is missing");
	if (scan_string(s) < 0)
		return ERR_INVALID;
	skip_space(s);
	if (peek(s) != ':')
		return bad(s, s->pos, "':' is missing");
	s->pos++;
	skip_space(s);
	return 0;
}

/*
 * Behind a value: close what ends here, up to the comma before the next value.
 * `s->depth` is 0 where the text has ended.
 */
static int scan_separator(struct scan *s)
{
	while (s->depth) {
		char closer = s->closers[s->depth - 1];

		skip_space(s);
		if (peek(s) == closer) {
			s->pos++;
			s->depth--;
			continue;
		}
		if (peek(s) != ',')
			return bad(s, s->pos,
				   closer == '}' ? "',' or '}' is missing"
						 : "',' or ']' is missing");
		s->pos++;
		skip_space(s);
		return closer == '}' ? scan_key(s) : 0;
	}
	return 0;
}

static int scan_document(struct scan *s)
{
	do {
		unsigned depth = s->depth;
		bool opened;

		if (scan_value(s) < 0)
			return ERR_INVALID;
		opened = s->depth > depth;
		skip_space(s);
		if (opened && peek(s) != s->closers[depth]) {
			if (s->closers[depth] == '}' && scan_key(s) < 0)
				return ERR_INVALID;
			continue;
		}
		if (scan_separator(s) < 0)
			return ERR_INVALID;
	} while (s->depth);
	skip_space(s);
	if (s->pos < s->len)
		return bad(s, s->pos, "unexpected text behind the value");
	return 0;
}

int json_scan(const char *text, size_t len, unsigned max_depth,
	      struct json_numbers *out, struct error *err)
{
	struct scan scan = {
		.text = text,
		.len = len,
		.max_depth = max_depth,
		.unusual = out,
		.err = err,
	};

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return bad(&scan, 0, "byte order mark");
	skip_space(&scan);
	return scan_document(&scan);
}

bool json_double_is_int(double value)
{
	return fabs(value) <= (double)JSON_MAX_INT &&
	       value == (double)(int64_t)value;
}

/* The program leaves LC_NUMERIC at "C", so a decimal point is a point. */
void json_format_double(double value, char out[JSON_DOUBLE_MAX_BYTES])
{
	if (json_double_is_int(value)) {
		snprintf(out, JSON_DOUBLE_MAX_BYTES, "%.0f", value);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, JSON_DOUBLE_MAX_BYTES, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			return;
	}
}
