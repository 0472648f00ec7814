/*
 * What git writes for a shell, and reads as one would: words in single
 * quotes, sq_quote_buf() in git's quote.c.
 */
#include "git/operation_grammar.h"

#include <ctype.h>

#include "git/operation.h"
#include "git/operation_line.h"

/* What is left of a text. */
struct rest {
	const char *at, *end;
};

static bool skip(struct rest *rest, const char *start)
{
	size_t len = strlen(start);

	if ((size_t)(rest->end - rest->at) < len ||
	    memcmp(rest->at, start, len))
		return false;
	rest->at += len;
	return true;
}

/*
 * One quoted word; its value is added to `out`. A quote and "!" stand outside
 * of the quotes, behind a backslash.
 */
static bool read_quoted(struct rest *rest, struct buf *out)
{
	if (!skip(rest, "'"))
		return false;
	while (rest->at < rest->end && *rest->at) {
		if (skip(rest, "'\\''"))
			buf_addch(out, '\'');
		else if (skip(rest, "'\\!'"))
			buf_addch(out, '!');
		else if (skip(rest, "'"))
			return true;
		else
			buf_addch(out, *rest->at++);
	}
	return false;
}

static void skip_space(struct rest *rest)
{
	while (rest->at < rest->end && isspace((unsigned char)*rest->at))
		rest->at++;
}

/* -- rebase-{merge,apply}/author-script ---------------------------------- */

int operation_check_author(struct operation_grammar *at)
{
	static const char *const names[] = {
		"GIT_AUTHOR_NAME=",
		"GIT_AUTHOR_EMAIL=",
		"GIT_AUTHOR_DATE=",
	};
	const struct buf *text = &at->file->text;
	struct rest rest = {text->ptr, text->ptr + text->len};
	bool is_valid = true;

	for (size_t i = 0; i < ARRAY_SIZE(names) && is_valid; i++) {
		struct buf value = BUF_INIT;

		is_valid = skip(&rest, names[i]) && read_quoted(&rest, &value);
		/* A line break in a name would be one in a commit's header. */
		is_valid = is_valid && !strchr(value.ptr, '\n');
		is_valid = is_valid && (skip(&rest, "\n") || i == 2);
		buf_release(&value);
	}
	skip_space(&rest);
	return is_valid && rest.at == rest.end
		       ? 0
		       : operation_invalid(at, "no author in shell quotes");
}

/* -- lists of words ------------------------------------------------------ */

/* Whether a word may be there; `ended`: any may be behind it. */
typedef bool (*word_check)(const char *word, bool *ended);

static int check_words(struct operation_grammar *at, word_check check,
		       const char *what)
{
	const struct buf *text = &at->file->text;
	struct rest rest = {text->ptr, text->ptr + text->len};
	struct buf word = BUF_INIT;
	bool is_valid = true, ended = false;
	int ret = 0;

	skip_space(&rest);
	while (rest.at < rest.end && is_valid && !ret) {
		const char *end;

		buf_reset(&word);
		is_valid = read_quoted(&rest, &word);
		end = rest.at;
		skip_space(&rest);
		is_valid = is_valid && (rest.at > end || rest.at == rest.end);
		if (is_valid && !ended && !check(word.ptr, &ended))
			ret = operation_refused(at, "'%s' %s", word.ptr, what);
	}
	buf_release(&word);
	return is_valid ? ret : operation_invalid(at, "no words in quotes");
}

/* All that git-am(1) hands on: `--unsafe-paths` is not among them. */
static bool is_apply_option(const char *word, bool *ended)
{
	static const char *const flags[] = {
		"--ignore-space-change",
		"--ignore-whitespace",
		"--reject",
	};
	static const char *const starts[] = {
		"--whitespace=",
		"--directory=",
		"--exclude=",
		"--include=",
	};

	(void)ended;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(word, flags[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(word, starts[i], strlen(starts[i])))
			return true;
	return (!strncmp(word, "-C", 2) || !strncmp(word, "-p", 2)) &&
	       !word[2 + strspn(word + 2, "0123456789")];
}

int operation_check_apply_options(struct operation_grammar *at)
{
	return check_words(at, is_apply_option, "is no option of git am");
}

/* The paths are those of a command line: with or without a "--" before. */
static bool is_no_option(const char *word, bool *ended)
{
	*ended = !strcmp(word, "--");
	return *ended || *word != '-';
}

int operation_check_bisect_names(struct operation_grammar *at)
{
	return check_words(at, is_no_option, "looks like an option");
}

/* -- BISECT_LOG ---------------------------------------------------------- */

/* Plain words and quoted ones: nothing that a shell would do more with. */
static bool is_plain(struct rest rest)
{
	static const char harmless[] = "-_./:=,@^~+%";
	struct buf word = BUF_INIT;
	bool is_valid = true;

	while (rest.at < rest.end && is_valid) {
		if (*rest.at == '\'')
			is_valid = read_quoted(&rest, &word);
		else if (isalnum((unsigned char)*rest.at) || *rest.at == ' ' ||
			 (*rest.at && strchr(harmless, *rest.at)) ||
			 (unsigned char)*rest.at >= 0x80)
			rest.at++;
		else
			is_valid = false;
	}
	buf_release(&word);
	return is_valid;
}

/* Comments, and the commands that `git bisect replay` would repeat. */
int operation_check_bisect_log(struct operation_grammar *at)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	while (operation_line_next(&at->file->text, &pos, &line)) {
		struct rest rest = {line.text, line.text + line.len};

		at->line = line.number;
		if (!line.len || *line.text == '#')
			continue;
		if (!skip(&rest, "git bisect ") && !skip(&rest, "git-bisect "))
			return operation_invalid(at, "no command of git "
						     "bisect");
		if (!is_plain(rest))
			return operation_invalid(at, "not quoted");
	}
	at->line = 0;
	return 0;
}
