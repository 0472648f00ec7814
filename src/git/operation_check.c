#include "git/operation.h"

#include <ctype.h>
#include <stdarg.h>

#include "base/alloc.h"
#include "base/path.h"
#include "git/operation_grammar.h"
#include "git/operation_line.h"
#include "git/operation_mention.h"
#include "git/operation_names.h"
#include "git/ref_name.h"

/* The longest a file with one flag or word is. */
#define MAX_WORD 64

static int report(const struct operation_grammar *at, enum error_code code,
		  const char *fmt, va_list args)
{
	struct buf text = BUF_INIT;

	buf_vaddf(&text, fmt, args);
	if (at->line)
		error_set(at->err, code, "'%s', line %zu: %s", at->file->path,
			  at->line, text.ptr);
	else
		error_set(at->err, code, "'%s': %s", at->file->path, text.ptr);
	buf_release(&text);
	return code;
}

int operation_invalid(const struct operation_grammar *at, const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = report(at, ERR_INVALID, fmt, args);
	va_end(args);
	return ret;
}

int operation_refused(const struct operation_grammar *at, const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = report(at, ERR_REFUSED, fmt, args);
	va_end(args);
	return ret;
}

bool operation_is_short_id(const char *word, size_t len)
{
	if (len < 4 || len > OID_HEXSZ)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)word[i]))
			return false;
	return true;
}

bool operation_is_id(const char *word, size_t len)
{
	return len == OID_HEXSZ && operation_is_short_id(word, len);
}

/* -- refs ---------------------------------------------------------------- */

static bool is_valid_below(const char *name, size_t len, const char *prefix)
{
	size_t prefix_len = strlen(prefix);
	char *copy = NULL;
	bool is_valid;

	if (len <= prefix_len || memcmp(name, prefix, prefix_len) ||
	    memchr(name, '\0', len))
		return false;
	copy = xstrndup(name, len);
	is_valid = ref_name_is_valid(copy);
	free(copy);
	return is_valid;
}

int operation_check_ref(const struct operation_grammar *at, const char *name,
			size_t len, const char *prefix)
{
	if (!is_valid_below(name, len, prefix))
		return operation_invalid(at, "no valid ref below '%s'", prefix);
	if (!at->trusted && !is_valid_below(name, len, "refs/heads/") &&
	    !is_valid_below(name, len, "refs/rewritten/"))
		return operation_refused(at, "'%.*s' is no branch", (int)len,
					 name);
	return 0;
}

static int check_branch(struct operation_grammar *at,
			const struct operation_line *line)
{
	if (operation_line_is(line, "detached HEAD"))
		return 0;
	return operation_check_ref(at, line->text, line->len, "refs/");
}

/* For `git checkout`: what looks like an option is none of a branch. */
static int check_bisect_start(struct operation_grammar *at,
			      const struct operation_line *line)
{
	char *name;
	bool is_valid;

	if (operation_is_id(line->text, line->len))
		return 0;
	name = xstrfmt("refs/heads/%.*s", (int)line->len, line->text);
	is_valid = line->len && *line->text != '-' &&
		   !memchr(line->text, '\0', line->len) &&
		   ref_name_is_valid(name);
	free(name);
	return is_valid ? 0 : operation_invalid(at, "neither branch nor id");
}

static int check_term(struct operation_grammar *at,
		      const struct operation_line *line)
{
	char *name = xstrfmt("refs/bisect/%.*s", (int)line->len, line->text);
	bool is_valid = at->line <= 2 && line->len && *line->text != '-' &&
			!memchr(line->text, '\0', line->len) &&
			ref_name_is_valid(name);

	free(name);
	return is_valid ? 0 : operation_invalid(at, "no term of a bisection");
}

/* -- one line after the other -------------------------------------------- */

static int check_id(struct operation_grammar *at,
		    const struct operation_line *line)
{
	return operation_is_id(line->text, line->len)
		       ? 0
		       : operation_invalid(at, "no object id");
}

static int check_short_id(struct operation_grammar *at,
			  const struct operation_line *line)
{
	return operation_is_short_id(line->text, line->len)
		       ? 0
		       : operation_invalid(at, "no object id");
}

static int check_id_pair(struct operation_grammar *at,
			 const struct operation_line *line)
{
	return line->len == 2 * OID_HEXSZ + 1 && line->text[OID_HEXSZ] == ' ' &&
			       operation_is_id(line->text, OID_HEXSZ) &&
			       operation_is_id(line->text + OID_HEXSZ + 1,
					       OID_HEXSZ)
		       ? 0
		       : operation_invalid(at, "no pair of object ids");
}

/* The commands are those whose messages were put together so far. */
static int check_fixup(struct operation_grammar *at,
		       const struct operation_line *line)
{
	static const char *const starts[] = {
		"fixup ",
		"fixup -C ",
		"fixup -c ",
		"squash ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		size_t len = strlen(starts[i]);

		if (line->len == len + OID_HEXSZ &&
		    !memcmp(line->text, starts[i], len) &&
		    operation_is_id(line->text + len, OID_HEXSZ))
			return 0;
	}
	/* Git before 2.43 left an empty line where one was skipped. */
	return line->len ? operation_invalid(at, "no fixup") : 0;
}

static int check_to_delete(struct operation_grammar *at,
			   const struct operation_line *line)
{
	return operation_check_ref(at, line->text, line->len,
				   "refs/rewritten/");
}

/* Name, value before, value after. */
static int check_update_ref(struct operation_grammar *at,
			    const struct operation_line *line)
{
	return at->line % 3 == 1
		       ? operation_check_ref(at, line->text, line->len, "refs/")
		       : check_id(at, line);
}

static int check_number(struct operation_grammar *at,
			const struct operation_line *line)
{
	bool is_valid = line->len && line->len < 10;

	for (size_t i = 0; i < line->len; i++)
		is_valid &= isdigit((unsigned char)line->text[i]) != 0;
	return is_valid ? 0 : operation_invalid(at, "no number");
}

static int check_flag(struct operation_grammar *at,
		      const struct operation_line *line)
{
	bool is_valid = line->len <= MAX_WORD;

	for (size_t i = 0; i < line->len; i++)
		is_valid &= isprint((unsigned char)line->text[i]) != 0;
	return is_valid ? 0 : operation_invalid(at, "no flag");
}

static int check_word(struct operation_grammar *at,
		      const struct operation_line *line)
{
	bool is_valid = line->len <= MAX_WORD;

	for (size_t i = 0; i < line->len; i++)
		is_valid &= islower((unsigned char)line->text[i]) != 0;
	return is_valid ? 0 : operation_invalid(at, "no word");
}

static int check_merge_mode(struct operation_grammar *at,
			    const struct operation_line *line)
{
	return !line->len || operation_line_is(line, "no-ff")
		       ? 0
		       : operation_invalid(at, "unknown mode");
}

static int check_rerere(struct operation_grammar *at,
			const struct operation_line *line)
{
	return operation_line_is(line, "--rerere-autoupdate") ||
			       operation_line_is(line, "--no-rerere-autoupdate")
		       ? 0
		       : operation_invalid(at, "unknown option");
}

/* Formats that are a number of lines of one kind. */
static const struct line_format {
	enum operation_format format;
	size_t min, max; /* lines; 0: any number */
	int (*check)(struct operation_grammar *at,
		     const struct operation_line *line);
} line_formats[] = {
	{OPERATION_FLAG, 0, 1, check_flag},
	{OPERATION_WORD, 0, 1, check_word},
	{OPERATION_NUMBER, 1, 1, check_number},
	{OPERATION_OID, 0, 1, check_id},
	{OPERATION_OIDS, 0, 0, check_id},
	{OPERATION_OID_PAIRS, 0, 0, check_id_pair},
	{OPERATION_SHORT_OID, 0, 1, check_short_id},
	{OPERATION_BRANCH, 1, 1, check_branch},
	{OPERATION_REFS, 0, 0, check_to_delete},
	{OPERATION_UPDATE_REFS, 0, 0, check_update_ref},
	{OPERATION_FIXUPS, 0, 0, check_fixup},
	{OPERATION_RERERE, 1, 1, check_rerere},
	{OPERATION_MERGE_MODE, 0, 1, check_merge_mode},
	{OPERATION_BISECT_START, 1, 1, check_bisect_start},
	{OPERATION_BISECT_TERMS, 2, 2, check_term},
};

static int check_lines(struct operation_grammar *at,
		       const struct line_format *format)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;
	int ret = 0;

	while (!ret && operation_line_next(&at->file->text, &pos, &line)) {
		at->line = line.number;
		if (format->max && line.number > format->max)
			return operation_invalid(at, "too many lines");
		ret = format->check(at, &line);
	}
	at->line = 0;
	if (!ret && line.number < format->min)
		ret = operation_invalid(at, "too few lines");
	if (!ret && format->format == OPERATION_UPDATE_REFS && line.number % 3)
		ret = operation_invalid(at, "the last ref has no values");
	return ret;
}

/* -- other kinds of files ------------------------------------------------ */

/* "<id>[.<variant>] TAB <path> NUL": files that rerere reads and writes. */
static int check_merge_rr(struct operation_grammar *at)
{
	const char *text = at->file->text.ptr, *end = text + at->file->text.len;

	while (text < end) {
		const char *nul = memchr(text, '\0', (size_t)(end - text));

		if (!nul || nul - text < OID_HEXSZ ||
		    !operation_is_id(text, OID_HEXSZ))
			return operation_invalid(at, "no recorded conflict");
		text += OID_HEXSZ;
		if (*text == '.') {
			size_t digits = strspn(++text, "0123456789");

			if (!digits || digits > 9)
				return operation_invalid(at, "no variant");
			text += digits;
		}
		if (*text++ != '\t' || !path_is_safe(text))
			return operation_invalid(at, "a path is not safe");
		text = nul + 1;
	}
	return 0;
}

static int check_unknown(struct operation_grammar *at)
{
	return at->trusted ? 0
			   : operation_refused(at, "what git does with this "
						   "file is not known");
}

static int check_format(struct operation_grammar *at,
			enum operation_format format)
{
	switch (format) {
	case OPERATION_TODO:
		return operation_check_todo(at, true);
	case OPERATION_DONE:
		return operation_check_todo(at, false);
	case OPERATION_AUTHOR:
		return operation_check_author(at);
	case OPERATION_STRATEGY:
		return operation_check_strategy(at);
	case OPERATION_MERGE_OPTIONS:
		return operation_check_merge_options(at);
	case OPERATION_SIGN:
		return operation_check_sign(at);
	case OPERATION_TRAILERS:
		return operation_check_trailers(at);
	case OPERATION_APPLY_OPTIONS:
		return operation_check_apply_options(at);
	case OPERATION_SETTINGS:
		return operation_check_settings(at);
	case OPERATION_MERGE_RR:
		return check_merge_rr(at);
	case OPERATION_BISECT_LOG:
		return operation_check_bisect_log(at);
	case OPERATION_BISECT_NAMES:
		return operation_check_bisect_names(at);
	case OPERATION_UNKNOWN:
		return check_unknown(at);
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(line_formats); i++)
		if (line_formats[i].format == format)
			return check_lines(at, &line_formats[i]);
	return 0;
}

/* -- the whole ----------------------------------------------------------- */

/* A ref is moved by restore because it is in the list: it must belong there. */
static int check_refs(const struct operation *operation, bool trusted,
		      struct operation_mentions *mentions, struct error *err)
{
	strlist_sort(&mentions->refs);
	for (size_t i = 0; i < operation->refs.nr; i++) {
		const char *name = operation->refs.items[i].name;

		if (strncmp(name, "refs/", 5) || !ref_name_is_valid(name))
			return error_set(err, ERR_INVALID,
					 "'%s' is not a valid ref name", name);
		if (trusted || strlist_sorted_has(&mentions->refs, name) ||
		    !strncmp(name, "refs/bisect/", 12) ||
		    !strncmp(name, "refs/rewritten/", 15))
			continue;
		return error_set(err, ERR_REFUSED,
				 "the ref '%s' is no part of the operation",
				 name);
	}
	return 0;
}

int operation_check(const struct operation *operation, bool trusted,
		    struct error *err)
{
	struct operation_mentions mentions = {.ids = STRLIST_INIT};
	int ret = 0;

	for (size_t i = 0; i < operation->nr_files && !ret; i++) {
		struct operation_grammar at = {
			.file = &operation->files[i],
			.trusted = trusted,
			.err = err,
		};
		enum operation_format format;

		if (!operation_name_find(at.file->path, &format)) {
			ret = operation_invalid(&at, "no file of an operation");
			break;
		}
		ret = check_format(&at, format);
		operation_mention(at.file, format, &mentions);
	}
	if (!ret)
		ret = check_refs(operation, trusted, &mentions, err);
	operation_mentions_release(&mentions);
	return ret;
}
