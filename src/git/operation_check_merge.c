/*
 * How an operation merges and signs. A strategy that git does not know is a
 * program of that name, and a signature runs one too.
 */
#include "git/operation_grammar.h"

#include <ctype.h>

#include "git/operation.h"
#include "git/operation_line.h"

static bool is_one_of(const char *word, size_t len, const char *const *list)
{
	for (; *list; list++)
		if (len == strlen(*list) && !memcmp(word, *list, len))
			return true;
	return false;
}

static bool is_strategy(const char *word, size_t len)
{
	static const char *const known[] = {
		"octopus", "ort",     "ours", "recursive",
		"resolve", "subtree", NULL,
	};

	return is_one_of(word, len, known);
}

/* git-merge(1), "MERGE STRATEGIES"; `word` is without its "--". */
static bool is_merge_option(const char *word, size_t len)
{
	static const char *const flags[] = {
		"diff-algorithm",
		"find-renames",
		"histogram",
		"ignore-all-space",
		"ignore-cr-at-eol",
		"ignore-space-at-eol",
		"ignore-space-change",
		"minimal",
		"no-renames",
		"no-renormalize",
		"ours",
		"patience",
		"rename-threshold",
		"renormalize",
		"subtree",
		"theirs",
		NULL,
	};
	const char *value = memchr(word, '=', len);

	return is_one_of(word, value ? (size_t)(value - word) : len, flags);
}

static int check_strategy(const struct operation_grammar *at, const char *word,
			  size_t len)
{
	if (at->trusted || is_strategy(word, len))
		return 0;
	return operation_refused(at, "the strategy '%.*s' would run a program",
				 (int)len, word);
}

static int check_merge_option(const struct operation_grammar *at,
			      const char *word, size_t len)
{
	if (at->trusted || is_merge_option(word, len))
		return 0;
	return operation_refused(at, "unknown merge option '%.*s'", (int)len,
				 word);
}

int operation_check_strategy(struct operation_grammar *at)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	operation_line_next(&at->file->text, &pos, &line);
	if (!line.number || pos < at->file->text.len ||
	    memchr(line.text, '\0', line.len))
		return operation_invalid(at, "no name of a merge strategy");
	return check_strategy(at, line.text, line.len);
}

/*
 * Options with "--" or, since git 2.43, in double quotes without it. A
 * backslash escapes, which none of the known options needs.
 */
int operation_check_merge_options(struct operation_grammar *at)
{
	const struct buf *text = &at->file->text;
	const char *c = text->ptr, *end = text->ptr + text->len;
	int ret = 0;

	if (memchr(text->ptr, '\0', text->len))
		return operation_invalid(at, "a byte 0");
	while (!ret) {
		const char *word;
		char quote;

		while (c < end && isspace((unsigned char)*c))
			c++;
		if (c == end)
			break;
		quote = *c == '"' ? *c++ : ' ';
		if (end - c > 2 && !memcmp(c, "--", 2))
			c += 2;
		for (word = c; c < end && *c != quote &&
			       (quote == '"' || !isspace((unsigned char)*c));)
			c++;
		ret = check_merge_option(at, word, (size_t)(c - word));
		if (quote == '"' && c < end)
			c++;
	}
	return ret;
}

int operation_check_sign(struct operation_grammar *at)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	operation_line_next(&at->file->text, &pos, &line);
	if (pos < at->file->text.len || (line.len && *line.text != '-'))
		return operation_invalid(at, "no option to sign");
	if (at->trusted || !line.len ||
	    operation_line_is(&line, "--no-gpg-sign"))
		return 0;
	return operation_refused(at, "commits would be signed");
}

/* trailer.<key>.command of the user's configuration would get the values. */
int operation_check_trailers(struct operation_grammar *at)
{
	return at->trusted ? 0
			   : operation_refused(at, "trailers can run commands");
}

/* -- sequencer/opts ------------------------------------------------------ */

/* Settings whose values are words: true, 1, "scissors". */
static bool is_plain_setting(const char *name, size_t len)
{
	static const char *const known[] = {
		"allow-empty",
		"allow-empty-message",
		"allow-ff",
		"allow-rerere-auto",
		"default-msg-cleanup",
		"drop-redundant-commits",
		"edit",
		"keep-redundant-commits",
		"mainline",
		"no-commit",
		"record-origin",
		"signoff",
		NULL,
	};

	return is_one_of(name, len, known);
}

static bool is_word(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)value[i]) && value[i] != '-' &&
		    value[i] != '_')
			return false;
	return len > 0;
}

static int check_setting(const struct operation_grammar *at, const char *name,
			 size_t len, const char *value, size_t value_len)
{
	if (is_plain_setting(name, len))
		return is_word(value, value_len)
			       ? 0
			       : operation_invalid(at, "no valid value");
	if (len == 8 && !memcmp(name, "strategy", len))
		return check_strategy(at, value, value_len);
	if (len == 15 && !memcmp(name, "strategy-option", len))
		return check_merge_option(at, value, value_len);
	if (len == 8 && !memcmp(name, "gpg-sign", len))
		return operation_refused(at, "commits would be signed");
	return operation_refused(at, "unknown setting '%.*s'", (int)len, name);
}

/* "<name> = <value>" in the section [options], as `git config` writes it. */
static int check_setting_line(const struct operation_grammar *at,
			      const struct operation_line *line)
{
	const char *name = line->text, *end = line->text + line->len, *value;
	const char *equals;

	while (name < end && isspace((unsigned char)*name))
		name++;
	equals = memchr(name, '=', (size_t)(end - name));
	if (!equals || equals == name || equals[-1] != ' ')
		return operation_invalid(at, "no setting");
	value = equals + 1;
	while (value < end && *value == ' ')
		value++;
	return check_setting(at, name, (size_t)(equals - 1 - name), value,
			     (size_t)(end - value));
}

/* One's own was written by git, and may have settings of a newer one. */
int operation_check_settings(struct operation_grammar *at)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;
	int ret = 0;

	if (memchr(at->file->text.ptr, '\0', at->file->text.len))
		return operation_invalid(at, "a byte 0");
	while (!at->trusted && !ret &&
	       operation_line_next(&at->file->text, &pos, &line)) {
		at->line = line.number;
		if (line.number == 1)
			ret = operation_line_is(&line, "[options]")
				      ? 0
				      : operation_invalid(at, "no settings");
		else
			ret = check_setting_line(at, &line);
	}
	return ret;
}
