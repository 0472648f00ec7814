#include "worktree/ignore_rules.h"

#include "base/alloc.h"

void ignore_rules_release(struct ignore_rules *rules)
{
	free(rules->patterns);
	free(rules->text);
}

void ignore_rules_add(struct ignore_rules *rules, const char *text, size_t len)
{
	struct pattern pattern;

	if (!pattern_parse(&pattern, text, len))
		return;
	ARRAY_GROW(rules->patterns, rules->nr, rules->alloc);
	rules->patterns[rules->nr++] = pattern;
	rules->tail_stars |= pattern.tail_stars;
}

void ignore_rules_new_stars(struct ignore_rules *rules)
{
	for (size_t i = 0; i < rules->nr; i++)
		rules->patterns[i].stars_are_tail = true;
}

/* The length of a line without the spaces at its end that no "\" protects. */
static size_t without_trailing_spaces(const char *line, size_t len)
{
	size_t end = 0;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\\')
			i++;
		else if (line[i] == ' ')
			continue;
		/* git gives up at a "\" that is the last byte */
		end = i < len ? i + 1 : len;
	}
	return end;
}

void ignore_rules_parse(struct ignore_rules *rules, struct buf *text)
{
	size_t len = text->len, pos = 0;

	rules->text = buf_detach(text);
	if (len >= 3 && !memcmp(rules->text, "\xef\xbb\xbf", 3))
		pos = 3;
	while (pos < len) {
		const char *line = rules->text + pos;
		const char *newline = memchr(line, '\n', len - pos);
		size_t line_len =
			newline ? (size_t)(newline - line) : len - pos;

		pos += line_len + 1;
		if (line_len && line[line_len - 1] == '\r')
			line_len--;
		if (!line_len || *line == '#')
			continue;
		/* git's strings end at a NUL */
		line_len = strnlen(line, line_len);
		ignore_rules_add(rules, line,
				 without_trailing_spaces(line, line_len));
	}
}

enum ignore_match ignore_rules_check(const struct ignore_rules *rules,
				     const struct pattern_path *path,
				     size_t above)
{
	for (size_t i = rules->nr; i-- > 0;) {
		const struct pattern *pattern = &rules->patterns[i];

		if (pattern_may_match(pattern, path) &&
		    pattern_matches(pattern, path, above))
			return pattern->negative ? IGNORE_INCLUDED
						 : IGNORE_EXCLUDED;
	}
	return IGNORE_NONE;
}
