#include "git/operation_todo.h"

#include <ctype.h>

#include "git/operation_line.h"

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
	struct operation_line next = {.number = line->number};
	const char *word;
	size_t len;

	if (!operation_line_next(text, pos, &next))
		return false;
	line->number = next.number;
	line->rest = next.text;
	line->rest_len = next.len;
	while (line->rest_len && is_blank(*line->rest)) {
		line->rest++;
		line->rest_len--;
	}
	/* The comment character is configured; no command starts with one. */
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

char todo_commit(struct todo_line *line, const char **word, size_t *len)
{
	char option;

	if (!todo_word(line, word, len) || *len < 2 || (*word)[0] != '-' ||
	    ((*word)[1] != 'C' && (*word)[1] != 'c'))
		return 0;
	option = (*word)[1];
	*word += 2;
	*len -= 2;
	if (!*len)
		todo_word(line, word, len);
	return option;
}
