#include "core/secret/secret_value.h"

#include <strings.h>

unsigned secret_byte(unsigned char byte)
{
	bool digit = byte >= '0' && byte <= '9';
	bool lower = byte >= 'a' && byte <= 'z';
	bool upper = byte >= 'A' && byte <= 'Z';
	unsigned bits = 0;

	if (digit)
		bits |= BYTE_DIGIT;
	if (lower)
		bits |= BYTE_LOWER;
	if (upper)
		bits |= BYTE_UPPER;
	if (digit || (byte >= 'a' && byte <= 'f') ||
	    (byte >= 'A' && byte <= 'F'))
		bits |= BYTE_HEX;
	if (digit || lower || upper)
		bits |= BYTE_WORD | BYTE_URL64 | BYTE_BASE64;
	if (byte == '_')
		bits |= BYTE_WORD | BYTE_URL64;
	if (byte == '-')
		bits |= BYTE_URL64;
	if (byte == '+' || byte == '/' || byte == '=')
		bits |= BYTE_BASE64;
	if (byte > ' ' && byte < 0x7f && byte != '"' && byte != '\'' &&
	    byte != '`' && byte != '\\')
		bits |= BYTE_PASSWORD;
	return bits;
}

/* Of 1 to 512, to about four digits. */
static double log2_of(unsigned number)
{
	double bits = 0, x = number;

	for (; x >= 2; x /= 2)
		bits++;
	for (double step = 0.5; step > 0.0001; step /= 2) {
		x *= x;
		if (x >= 2) {
			x /= 2;
			bits += step;
		}
	}
	return bits;
}

double secret_entropy(const char *text, size_t len)
{
	unsigned counts[256] = {0};
	double bits = 0;

	if (len > 512)
		len = 512;
	if (!len)
		return 0;
	for (size_t i = 0; i < len; i++)
		counts[(unsigned char)text[i]]++;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i])
			bits += counts[i] *
				(log2_of((unsigned)len) - log2_of(counts[i]));
	return bits / (double)len;
}

static bool starts_with(const char *text, size_t len, const char *start)
{
	size_t n = strlen(start);

	return len >= n && !strncasecmp(text, start, n);
}

static bool contains(const char *text, size_t len, const char *word)
{
	for (size_t n = strlen(word); len >= n; text++, len--)
		if (!strncasecmp(text, word, n))
			return true;
	return false;
}

static bool is_one_byte(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (text[i] != text[0])
			return false;
	return true;
}

bool secret_is_placeholder(const char *text, size_t len)
{
	static const char *const starts[] = {
		"your",	  "my-",     "my_",	"some-", "some_", "the-",
		"change", "replace", "insert",	"enter", "todo",  "fixme",
		"dummy",  "example", "sample",	"null",	 "none",  "undefined",
		"test-",  "test_",   "redacted"};
	static const char *const words[] = {
		"xxxx", "****", "....", "placeholder", "<",	"{{",
		"${",	"$(",	"%(",	"_here",       "-here", "changeme"};

	if (!len || is_one_byte(text, len))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (starts_with(text, len, starts[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (contains(text, len, words[i]))
			return true;
	return false;
}

/* -- random -------------------------------------------------------------- */

struct makeup {
	size_t letters_and_digits, signs;
	size_t changes; /* inside of words */
	unsigned kinds; /* BYTE_DIGIT, BYTE_LOWER, BYTE_UPPER */
};

/* Kinds of a word's bytes; signs that join words have none. */
static unsigned kind_of(unsigned char byte)
{
	unsigned kind = secret_byte(byte) & BYTE_ALNUM;

	return kind || secret_byte_in((char)byte, "-_./:,; ") ? kind
							      : BYTE_PASSWORD;
}

static struct makeup look_at(const char *text, size_t len)
{
	struct makeup makeup = {0};
	unsigned last = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned kind = kind_of((unsigned char)text[i]);

		if (kind & BYTE_ALNUM)
			makeup.letters_and_digits++;
		else if (kind)
			makeup.signs++;
		makeup.kinds |= kind & BYTE_ALNUM;
		/* "Upper then lower" is how a word starts. */
		if (kind && last && kind != last &&
		    !(last == BYTE_UPPER && kind == BYTE_LOWER))
			makeup.changes++;
		last = kind;
	}
	return makeup;
}

static bool is_uuid(const char *text, size_t len)
{
	if (len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-'
			 : !(secret_byte((unsigned char)text[i]) & BYTE_HEX))
			return false;
	}
	return true;
}

/* What is asked of a text, by its surroundings. */
struct threshold {
	size_t bytes;
	double entropy;
	double changes; /* for each byte of a word */
	bool digit;
};

static const struct threshold thresholds[] = {
	[SECRET_IN_DOTENV] = {8, 2.5, 0.03, false},
	[SECRET_IN_QUOTES] = {8, 2.75, 0.19, true},
	[SECRET_IN_CODE] = {12, 3.0, 0.25, true},
};

bool secret_is_random(const char *text, size_t len,
		      enum secret_surroundings surroundings)
{
	const struct threshold *least = &thresholds[surroundings];
	struct makeup makeup = look_at(text, len);
	size_t bytes = makeup.letters_and_digits + makeup.signs;

	if (bytes < least->bytes || !(makeup.kinds & BYTE_ALPHA) ||
	    secret_is_placeholder(text, len))
		return false;
	if (surroundings != SECRET_IN_DOTENV && is_uuid(text, len))
		return false;
	if (surroundings == SECRET_IN_DOTENV && !(makeup.kinds & BYTE_DIGIT) &&
	    !makeup.signs)
		least = &thresholds[SECRET_IN_CODE];
	/* One of 64 signs without a digit among 24 is one in fifty. */
	if (least->digit && !(makeup.kinds & BYTE_DIGIT) &&
	    (len < 24 || (makeup.kinds & BYTE_ALPHA) != BYTE_ALPHA))
		return false;
	return (double)makeup.changes >= least->changes * (double)bytes &&
	       makeup.changes && secret_entropy(text, len) >= least->entropy;
}
