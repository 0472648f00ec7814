#include "git/operation_line.h"

bool operation_line_next(const struct buf *text, size_t *pos,
			 struct operation_line *line)
{
	const char *at = text->ptr + *pos, *end;

	if (*pos >= text->len)
		return false;
	end = memchr(at, '\n', text->len - *pos);
	if (!end)
		end = text->ptr + text->len;
	*pos = (size_t)(end - text->ptr) + 1;
	if (end > at && end[-1] == '\r')
		end--;
	line->text = at;
	line->len = (size_t)(end - at);
	line->number++;
	return true;
}

bool operation_line_is(const struct operation_line *line, const char *word)
{
	return line->len == strlen(word) &&
	       !memcmp(line->text, word, line->len);
}
