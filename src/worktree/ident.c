#include "worktree/ident.h"

/* A keyword with something in it, "$Id: ... $" on one line. */
struct keyword {
	const char *text; /* behind "Id:" */
	const char *end;  /* the closing dollar; NULL: nowhere to the end */
	bool one_line;
};

/* What starts at `p`, behind a dollar, with "Id:". */
static struct keyword keyword_at(const char *p, const char *end)
{
	struct keyword word = {.text = p + strlen("Id:")};

	word.end = memchr(word.text, '$', (size_t)(end - word.text));
	word.one_line = word.end && !memchr(word.text, '\n',
					    (size_t)(word.end - word.text));
	return word;
}

static bool starts_with(const char *p, const char *end, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(end - p) >= len && !memcmp(p, text, len);
}

bool ident_collapse(const char *data, size_t len, struct buf *out)
{
	const char *end = data + len, *done = data, *p = data;
	bool any = false;

	while ((p = memchr(p, '$', (size_t)(end - p)))) {
		struct keyword word;

		p++;
		if (!starts_with(p, end, "Id:"))
			continue;
		word = keyword_at(p, end);
		if (!word.end)
			break;
		if (!word.one_line)
			continue;
		buf_add(out, done, (size_t)(p - done));
		buf_addstr(out, "Id$");
		done = p = word.end + 1;
		any = true;
	}
	if (any)
		buf_add(out, done, (size_t)(end - done));
	return any;
}

/* CVS and others have words between their blanks; git has one at the end. */
static bool is_foreign(const struct keyword *word)
{
	return word->end - word->text > 2 &&
	       memchr(word->text + 1, ' ',
		      (size_t)(word->end - word->text) - 2);
}

bool ident_expand(const char *data, size_t len, const char *blob_hex,
		  struct buf *out)
{
	const char *end = data + len, *done = data, *p = data;
	bool any = false;

	while ((p = memchr(p, '$', (size_t)(end - p)))) {
		const char *next;

		p++;
		if (starts_with(p, end, "Id$")) {
			next = p + 3;
		} else if (starts_with(p, end, "Id:")) {
			struct keyword word = keyword_at(p, end);

			if (!word.end)
				break;
			if (!word.one_line || is_foreign(&word))
				continue;
			next = word.end + 1;
		} else {
			continue;
		}
		buf_add(out, done, (size_t)(p - done));
		buf_addf(out, "Id: %s $", blob_hex);
		done = p = next;
		any = true;
	}
	if (any)
		buf_add(out, done, (size_t)(end - done));
	return any;
}

/* Whether what git holds back, from `start` to the closing dollar, is another
 * system's keyword when it is streamed. A NUL ends it. */
static bool is_foreign_streamed(const char *start, const char *close)
{
	if (!starts_with(start, close, "$Id: "))
		return false;
	for (const char *p = start + strlen("$Id: "); p < close && *p; p++)
		if ((*p == ' ' || *p == '\t' || *p == '\r') && p[1] != '$')
			return true;
	return false;
}

/* The first byte from `p` on that ends a keyword, well or not; or NULL. */
static const char *keyword_end(const char *p, const char *end)
{
	while (p < end && *p != '$' && *p != '\n')
		p++;
	return p < end ? p : NULL;
}

bool ident_expand_streamed(const char *data, size_t len, const char *blob_hex,
			   struct buf *out)
{
	const char *end = data + len, *done = data, *p = data, *held = NULL;
	bool any = false;

	/* `held` is where a row of "$Idx$Idy" begins that ends at `p`. */
	while ((p = memchr(p, '$', (size_t)(end - p)))) {
		size_t matched = 1;

		/* The NUL that ends "$Id" counts. */
		while (matched < 4 && p + matched < end &&
		       p[matched] == "$Id"[matched])
			matched++;
		if (p + matched == end)
			break;
		if (matched != 3) {
			p += matched + 1;
			held = NULL;
		} else if (p[3] == '$') {
			buf_add(out, done, (size_t)(p - done));
			buf_addf(out, "$Id: %s $", blob_hex);
			done = p += 4;
			held = NULL;
			any = true;
		} else if (p[3] == ':') {
			const char *start = held ? held : p;
			const char *close = keyword_end(p + 4, end);

			if (!close)
				break;
			if (*close == '$' &&
			    !is_foreign_streamed(start, close)) {
				buf_add(out, done, (size_t)(start - done));
				buf_addf(out, "$Id: %s $", blob_hex);
				done = close + 1;
				any = true;
			}
			p = close + 1;
			held = NULL;
		} else {
			held = held ? held : p;
			p += 4;
			if (p < end && *p != '$')
				held = NULL;
		}
	}
	if (any)
		buf_add(out, done, (size_t)(end - done));
	return any;
}
