#include "git/operation_todo.h"

#include <ctype.h>

/* By their commands' numbers. */
static const struct {
	const char *name;
	char letter; /* 0: no short form */
} commands[] = {
	{"pick", 'p'},	{"revert", 0},	 {"edit", 'e'},	 {"reword", 'r'},
	{"fixup", 'f'}, {"squash", 's'}, {"exec", 'x'},	 {"break", 'b'},
	{"label", 'l'}, {"reset", 't'},	 {"merge", 'm'}, {"update-ref", 'u'},
	{"noop", 0},	{"drop", 'd'},
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum todo_command find_command(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (len == strlen(commands[i].name) &&
		    !memcmp(word, commands[i].name, len))
			return (enum todo_command)i;
		if (len == 1 && commands[i].letter == *word)
			return (enum todo_command)i;
	}
	return TODO_UNKNOWN;
}

bool todo_next(const struct buf *text, size_t *pos, struct todo_line *line)
{
	const char *at = text->ptr + *pos, *end;
	const char *word;
	size_t len;

	if (*pos >= text->len)
		return false;
	end = memchr(at, '\n', text->len - *pos);
	if (!end)
		end = text->ptr + text->len;
	*pos = (size_t)(end - text->ptr) + 1;
	if (end > at && end[-1] == '\r')
		end--;
	line->number++;
	line->rest = at;
	line->rest_len = (size_t)(end - at);
	/* The comment character is configured; no command starts with one. */
	while (line->rest_len && is_blank(*line->rest)) {
		line->rest++;
		line->rest_len--;
	}
	if (!line->rest_len || !isalnum((unsigned char)*line->rest)) {
		line->command = TODO_COMMENT;
		return true;
	}
	todo_word(line, &word, &len);
	line->command = find_command(word, len);
	return true;
}

bool todo_word(struct todo_line *line, const char **word, size_t *len)
{
	const char *end = line->rest + line->rest_len, *at = line->rest;

	while (at < end && is_blank(*at))
		at++;
	*word = at;
	while (at < end && !is_blank(*at))
		at++;
	*len = (size_t)(at - *word);
	line->rest = at;
	line->rest_len = (size_t)(end - at);
	return *len > 0;
}
