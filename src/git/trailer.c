#include "git/commit.h"

#include <ctype.h>
#include <strings.h>

#include "base/alloc.h"

static size_t line_length(const char *line)
{
	return strcspn(line, "\n");
}

static bool is_blank(const char *line)
{
	return strspn(line, " \t\r\v\f") == line_length(line);
}

static const char *next_line(const char *line)
{
	line += line_length(line);
	return *line ? line + 1 : line;
}

/* The last paragraph, or NULL: the first one is the title, never trailers. */
static const char *last_paragraph(const char *message)
{
	const char *start = NULL;
	bool had_text = false, after_blank = true;

	for (const char *line = message; *line; line = next_line(line)) {
		if (is_blank(line)) {
			after_blank = true;
			continue;
		}
		if (after_blank)
			start = had_text ? line : NULL;
		had_text = true;
		after_blank = false;
	}
	return start;
}

/*
 * Length of the token of a trailer line, 0 where it is none. `value` is set to
 * what stands behind the colon.
 */
static size_t parse_token(const char *line, const char **value)
{
	size_t len = 0, spaces;

	while (isalnum((unsigned char)line[len]) || line[len] == '-')
		len++;
	spaces = strspn(line + len, " \t");
	if (!len || line[len + spaces] != ':')
		return 0;
	*value = line + len + spaces + 1;
	return len;
}

/* Append a piece of a value that may go on over several lines. */
static void add_piece(struct buf *out, const char *piece)
{
	struct buf text = BUF_INIT;

	buf_add(&text, piece, line_length(piece));
	buf_trim(&text);
	if (out->len && text.len)
		buf_addch(out, ' ');
	buf_add(out, text.ptr, text.len);
	buf_release(&text);
}

char *commit_trailer(const char *message, const char *name)
{
	const char *first = last_paragraph(message);
	struct buf found = BUF_INIT;
	bool inside = false;
	int nr = 0;

	if (!first)
		return NULL;
	for (const char *line = first; *line && !is_blank(line);
	     line = next_line(line)) {
		const char *value;
		size_t len;

		if ((*line == ' ' || *line == '\t') && line != first) {
			if (inside && nr == 1)
				add_piece(&found, line);
			continue;
		}
		len = parse_token(line, &value);
		if (!len) {
			nr = 0;
			break;
		}
		inside = len == strlen(name) && !strncasecmp(line, name, len);
		if (inside && !nr++)
			add_piece(&found, value);
	}
	if (nr == 1)
		return buf_detach(&found);
	buf_release(&found);
	return NULL;
}
