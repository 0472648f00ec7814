#include "worktree/convert.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/hex.h"

/* In the order of enum convert_eol. */
static const char *const eol_names[] = {
	NULL, "lf", "crlf", "auto", "auto-lf", "auto-crlf",
};

static void start_word(struct buf *out, size_t start)
{
	if (out->len > start)
		buf_addch(out, ' ');
}

static void add_name(struct buf *out, size_t start, const char *key,
		     const char *name)
{
	if (!name)
		return;
	start_word(out, start);
	buf_addstr(out, key);
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < 0x80 && (isalnum(c) || strchr("-_.+/@", c)))
			buf_addch(out, c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

void convert_describe(const struct convert *convert, struct buf *out)
{
	size_t start = out->len;

	if (eol_names[convert->eol])
		buf_addf(out, "eol=%s", eol_names[convert->eol]);
	if (convert->ident) {
		start_word(out, start);
		buf_addstr(out, "ident");
	}
	add_name(out, start, "filter=", convert->filter);
	add_name(out, start, "encoding=", convert->encoding);
	if (out->len == start)
		buf_addch(out, '-');
}

/* A word that starts with `key`, and what is behind it. */
static bool skip_key(const char *word, const char *key, const char **rest)
{
	size_t len = strlen(key);

	if (strncmp(word, key, len) != 0)
		return false;
	*rest = word + len;
	return true;
}

static enum convert_eol parse_eol(const char *name, size_t len)
{
	for (size_t i = 1; i < ARRAY_SIZE(eol_names); i++)
		if (!strncmp(name, eol_names[i], len) && !eol_names[i][len])
			return (enum convert_eol)i;
	return CONVERT_BINARY;
}

/* Decode `len` bytes to `*to`, which is moved behind the NUL. What is not
 * decoded right does not come out the same when it is described again. */
static const char *parse_name(const char *name, size_t len, char **to)
{
	const char *start = *to, *end = name + len;
	char *out = *to;

	while (name < end) {
		if (*name == '%' && end - name > 2 && hex_digit(name[1]) >= 0 &&
		    hex_digit(name[2]) >= 0) {
			*out++ = (char)(hex_digit(name[1]) << 4 |
					hex_digit(name[2]));
			name += 3;
		} else {
			*out++ = *name++;
		}
	}
	*out++ = '\0';
	*to = out;
	return start;
}

int convert_parse(const char *line, struct convert *out, char **names,
		  struct error *err)
{
	const char *word = line, *value;
	struct buf again = BUF_INIT;
	char *to = xmalloc(strlen(line) + 3);
	bool same;

	*out = (struct convert){0};
	*names = to;
	while (*word) {
		size_t len = strcspn(word, " ");

		if (skip_key(word, "eol=", &value))
			out->eol = parse_eol(value, len - 4);
		else if (skip_key(word, "filter=", &value))
			out->filter = parse_name(value, len - 7, &to);
		else if (skip_key(word, "encoding=", &value))
			out->encoding = parse_name(value, len - 9, &to);
		else if (len == 5 && !strncmp(word, "ident", 5))
			out->ident = true;
		word += len;
		word += *word == ' ';
	}
	/* One way to write each: anything else is not ours. */
	convert_describe(out, &again);
	same = !strcmp(again.ptr, line);
	buf_release(&again);
	if (same)
		return 0;
	free(*names);
	*names = NULL;
	*out = (struct convert){0};
	return error_set(err, ERR_INVALID, "bad conversion '%s'", line);
}
