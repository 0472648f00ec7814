#include "core/secret/secret_pem.h"

#include "core/secret/secret_value.h"

#define BEGIN "-----BEGIN "
#define PRIVATE "PRIVATE KEY"
/* A label, and headers such as "Proc-Type: 4,ENCRYPTED". */
#define LABEL_BYTES 64
#define HEADER_LINES 16

static bool is_base64(char byte)
{
	return secret_byte((unsigned char)byte) & BYTE_BASE64;
}

/* Behind "PRIVATE KEY-----" or "PRIVATE KEY BLOCK-----"; NULL: it is none. */
static const char *end_of_label(const char *at, const char *end)
{
	const char *line = at + strlen(BEGIN);
	size_t room = (size_t)(end - line);
	const char *dashes, *words;

	if (room > LABEL_BYTES)
		room = LABEL_BYTES;
	dashes = memmem(line, room, "-----", 5);
	words = memmem(line, room, PRIVATE, strlen(PRIVATE));
	if (!dashes || !words || words > dashes ||
	    memchr(line, '\n', (size_t)(dashes - line)))
		return NULL;
	return dashes + 5;
}

static const char *skip(const char *at, const char *end, const char *bytes)
{
	while (at < end && secret_byte_in(*at, bytes))
		at++;
	return at;
}

/* A line without what comments, quotes and diffs put in front of and behind
 * it; false: it has no letter of a key, or something else. */
static bool is_key_line(const char *at, const char *end)
{
	const char *from;

	at = from = skip(at, end, " \t#*>|+/\"'");
	while (at < end && is_base64(*at))
		at++;
	return at - from >= 4 && skip(at, end, " \t\r\"',\\;n") == end;
}

/* What comes first behind the line of dashes, headers aside. */
static bool has_key_below(const char *at, const char *end)
{
	for (unsigned i = 0; i < HEADER_LINES; i++) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		const char *stop = eol ? eol : end;
		const char *text = skip(at, stop, " \t\r#*>|+/\"'");

		if (is_key_line(at, stop))
			return true;
		if (text < stop && !memchr(text, ':', (size_t)(stop - text)))
			return false;
		/* Nothing at all is what is left of one, or to be filled. */
		if (!eol)
			return true;
		at = eol + 1;
	}
	return false;
}

/* "\n" in a string, strings that are put together, or just a space. */
static bool has_key_behind(const char *at, const char *end)
{
	size_t len = 0;

	for (;;) {
		const char *next = skip(at, end, " \t\r\n\"'+,");

		if (end - next >= 2 && *next == '\\' &&
		    secret_byte_in(next[1], "nr\\"))
			next += next[1] == '\\' ? 1 : 2;
		if (next == at)
			break;
		at = next;
	}
	while (at + len < end && is_base64(at[len]))
		len++;
	return len >= 24;
}

size_t secret_pem_match(const struct secret_window *window, const char *at)
{
	const char *end = window->end;
	const char *label = end_of_label(at, end);
	const char *next;

	if (!label)
		return 0;
	next = skip(label, end, " \t\r");
	if (next < end ? (*next == '\n' && has_key_below(next + 1, end)) ||
				 has_key_behind(label, end)
		       : true)
		return (size_t)(label - at);
	return 0;
}

bool secret_pem_is_public(const char *text, size_t len)
{
	static const char *const labels[] = {"CERTIFICATE",   "PUBLIC KEY",
					     "X509 CRL",      "DH PARAMETERS",
					     "EC PARAMETERS", "PKCS7"};
	const char *end = text + len, *at = text;

	while ((at = memmem(at, (size_t)(end - at), BEGIN, strlen(BEGIN)))) {
		size_t room = (size_t)(end - at);

		if (room > LABEL_BYTES)
			room = LABEL_BYTES;
		for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
			if (memmem(at, room, labels[i], strlen(labels[i])))
				return true;
		at += strlen(BEGIN);
	}
	return false;
}
