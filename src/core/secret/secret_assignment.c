#include "core/secret/secret_assignment.h"

#include <strings.h>

#include "core/secret/secret_value.h"

#define NAME_BYTES 64
#define VALUE_BYTES 1024

static const struct secret_word words[] = {
	{"passw", 3, false}, {"passphrase", 3, false}, {"passwd", 4, false},
	{"_pass", 0, false}, {"pwd", 1, false},	       {"secret", 2, false},
	{"token", 1, false}, {"credential", 0, false}, {"key", 0, true},
	{NULL, 0, false},
};

const struct secret_word *secret_words(void)
{
	return words;
}

static bool is_name(char byte)
{
	return secret_byte((unsigned char)byte) & BYTE_WORD || byte == '-' ||
	       byte == '.';
}

static bool ends_with(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncasecmp(text + len - n, word, n);
}

static bool has_word(const char *text, size_t len, const char *word)
{
	for (size_t n = strlen(word); n <= len; len--)
		if (!strncasecmp(text + len - n, word, n))
			return true;
	return false;
}

/* -- the name ------------------------------------------------------------ */

struct name {
	const char *at, *word, *end;
	bool capitals; /* DB_PASSWORD */
};

/* "api_key" and the like; of a name in capitals, anything before "_KEY". */
static bool is_telling_key(const struct name *name)
{
	static const char *const before[] = {
		"api",	   "access",	 "secret",	 "private", "auth",
		"encrypt", "encryption", "signing",	 "account", "master",
		"crypto",  "consumer",	 "client",	 "shared",  "app",
		"license", "deploy",	 "service",	 "admin",   "session",
		"storage", "webhook",	 "subscription", "x-api"};
	size_t len = (size_t)(name->word - name->at);

	if (len && secret_byte_in(name->word[-1], "_-."))
		len--;
	if (!len)
		return false;
	if (name->capitals)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (ends_with(name->at, len, before[i]))
			return true;
	return false;
}

/* Names of what is not secret, though the word is in them. */
static bool is_harmless(const struct name *name)
{
	static const char *const harmless[] = {
		"public",  "hash",   "digest",	"checksum", "fingerprint",
		"path",	   "file",   "url",	"uri",	    "endpoint",
		"name",	   "length", "keyword", "csrf",	    "tokeniz",
		"version", "format", "prefix",	"policy",   "monkey",
		"pubkey",  "_id",    "-id",	"label",    "type",
		"bucket",  "dir"};
	size_t len = (size_t)(name->end - name->at);

	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (has_word(name->at, len, harmless[i]))
			return true;
	return ends_with(name->at, len, "Id");
}

static struct name name_around(const struct secret_window *window,
			       const char *word, size_t len)
{
	struct name name = {word, word, word + len, true};

	while (name.at > window->start && name.word - name.at < NAME_BYTES &&
	       is_name(name.at[-1]))
		name.at--;
	while (name.end < window->end && name.end - word < NAME_BYTES &&
	       is_name(*name.end))
		name.end++;
	for (const char *at = name.at; at < name.end && name.capitals; at++)
		name.capitals =
			!(secret_byte((unsigned char)*at) & BYTE_LOWER) &&
			*at != '-' && *at != '.';
	return name;
}

/* -- what comes between -------------------------------------------------- */

struct between {
	const char *value;
	bool quoted;
	bool tight; /* "=" and nothing else */
	bool comma; /* define('DB_PASSWORD', '...') */
};

static const char *blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* Where the value starts; false: this assigns nothing. */
static bool read_between(const struct secret_window *window,
			 const struct name *name, struct between *out)
{
	const char *end = window->end, *at = name->end, *sign;

	while (at < end && secret_byte_in(*at, "\"'`])\\") &&
	       at - name->end < 4)
		at++;
	sign = at = blanks(at, end);
	while (at < end && secret_byte_in(*at, "=:>,") && at - sign < 3)
		at++;
	if (at == sign || (at - sign > 1 && (!strncmp(sign, "==", 2) ||
					     !strncmp(sign, "::", 2) ||
					     !strncmp(sign, ">=", 2))))
		return false;
	out->comma = *sign == ',';
	out->tight = at == name->end + 1 && *sign == '=';
	sign = at;
	at = blanks(at, end);
	out->tight = out->tight && at == sign;
	/* b'...', @"...", \"...\" */
	if (end - at >= 2 && secret_byte_in(*at, "bBruLf@$\\") &&
	    secret_byte_in(at[1], "\"'"))
		at++;
	out->quoted = at < end && secret_byte_in(*at, "\"'`");
	out->value = at + out->quoted;
	return !out->comma || out->quoted;
}

/* -- the value ----------------------------------------------------------- */

static bool is_quote(char byte)
{
	return byte == '"' || byte == '\'' || byte == '`';
}

static size_t value_bytes(const struct secret_window *window, const char *at)
{
	size_t len = 0;

	while (at + len < window->end && len < VALUE_BYTES &&
	       secret_byte((unsigned char)at[len]) & BYTE_PASSWORD)
		len++;
	return len;
}

/* What a program has where a secret could be: calls, names of members,
 * expressions. */
static bool is_code(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (secret_byte_in(text[i], "()[]{}<>$&|;,?*"))
			return true;
	return memmem(text, len, "->", 2) || memmem(text, len, "::", 2);
}

static bool starts_line(const struct secret_window *window, const char *at)
{
	static const char *const words_before[] = {"export", "set", "ENV",
						   "setenv"};
	const char *line = at;

	while (line > window->start && line[-1] != '\n')
		line--;
	line = blanks(line, at);
	for (size_t i = 0; i < ARRAY_SIZE(words_before); i++) {
		size_t n = strlen(words_before[i]);

		if ((size_t)(at - line) > n &&
		    !strncmp(line, words_before[i], n)) {
			line = blanks(line + n, at);
			break;
		}
	}
	if (line < at && *line == '-')
		line = blanks(line + 1, at);
	return line == at;
}

static bool ends_line(const struct secret_window *window, const char *at)
{
	at = blanks(at, window->end);
	return at == window->end || *at == '\n' || *at == '\r' ||
	       (*at == '#' && at[-1] == ' ');
}

static enum secret_surroundings
surroundings_of(const struct secret_window *window, const struct name *name,
		const struct between *between, size_t len)
{
	const char *behind = between->value + len + between->quoted;

	bool whole = starts_line(window, name->at) && behind <= window->end &&
		     ends_line(window, behind);

	if (whole && between->tight && name->capitals)
		return SECRET_IN_DOTENV;
	return between->quoted || whole ? SECRET_IN_QUOTES : SECRET_IN_CODE;
}

/* A quoted value must be one word; a bare one goes to the next blank. */
static bool ends_well(const struct secret_window *window,
		      const struct between *between, size_t *len)
{
	const char *value = between->value;
	const char *end = value + *len;

	if (between->quoted)
		return end < window->end && (is_quote(*end) || *end == '\\');
	/* "&": the next of a query; "," and ";": the end of a statement, which
	 * makes it a program. */
	end = memchr(value, '&', *len);
	if (end)
		*len = (size_t)(end - value);
	while (*len && secret_byte_in(value[*len - 1], ",;"))
		--*len;
	return !is_code(value, *len);
}

const char *secret_assignment_match(const struct secret_word *word,
				    const struct secret_window *window,
				    const char *at, const char **value,
				    size_t *len)
{
	size_t letters = strlen(word->word);
	struct between between;
	struct name name;

	if ((size_t)(window->end - at) < letters ||
	    strncasecmp(at, word->word, letters))
		return NULL;
	name = name_around(window, at, letters);
	if ((word->needs_more && !is_telling_key(&name)) ||
	    is_harmless(&name) || !read_between(window, &name, &between))
		return NULL;
	*value = between.value;
	*len = value_bytes(window, between.value);
	if (!*len || !strncmp(*value, "//", 2) ||
	    !ends_well(window, &between, len))
		return NULL;
	if (*len == 40 &&
	    has_word(name.at, (size_t)(name.end - name.at), "aws") &&
	    !secret_is_placeholder(*value, *len))
		return "aws-secret-key";
	if (!secret_is_random(*value, *len,
			      surroundings_of(window, &name, &between, *len)))
		return NULL;
	return "secret-assignment";
}
