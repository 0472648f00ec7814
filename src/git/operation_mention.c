#include "git/operation_mention.h"

#include <ctype.h>

#include "base/alloc.h"
#include "git/operation.h"
#include "git/operation_line.h"
#include "git/operation_todo.h"
#include "git/ref_name.h"

static bool is_hex(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)word[i]))
			return false;
	return len > 0;
}

static void add_to(struct operation_mentions *out, struct strlist *others,
		   const char *word, size_t len)
{
	if (len == OID_HEXSZ && is_hex(word, len))
		strlist_addn(&out->ids, word, len);
	else if (len && !memchr(word, '\0', len))
		strlist_addn(others, word, len);
}

static void add_name(struct operation_mentions *out, const char *word,
		     size_t len)
{
	add_to(out, &out->names, word, len);
}

static void add_ref(struct operation_mentions *out, const char *name,
		    size_t len)
{
	char *copy = xstrndup(name, len);

	if (!strncmp(copy, "refs/", 5) && ref_name_is_valid(copy))
		strlist_add(&out->refs, copy);
	free(copy);
}

static void add_label(struct operation_mentions *out, const char *label,
		      size_t len)
{
	char *name = xstrfmt("refs/rewritten/%.*s", (int)len, label);

	add_ref(out, name, strlen(name));
	free(name);
}

/* Every run of 40 hex digits. */
static void find_ids(const char *text, size_t len,
		     struct operation_mentions *out)
{
	for (size_t i = 0; i < len;) {
		size_t end = i;

		while (end < len && isxdigit((unsigned char)text[end]))
			end++;
		if (end - i == OID_HEXSZ)
			strlist_addn(&out->ids, text + i, end - i);
		i = end + 1;
	}
}

static void mention_ref_lines(const struct buf *text,
			      struct operation_mentions *out)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	while (operation_line_next(text, &pos, &line))
		add_ref(out, line.text, line.len);
}

/* merge [-C <commit> | -c <commit>] <label>... [# <title>] */
static void mention_merge(struct todo_line *line,
			  struct operation_mentions *out)
{
	const char *word;
	size_t len;

	if (todo_commit(line, &word, &len)) {
		add_name(out, word, len);
		todo_word(line, &word, &len);
	}
	for (; len && *word != '#'; todo_word(line, &word, &len))
		add_to(out, &out->labels, word, len);
}

static void mention_todo_line(struct todo_line *line,
			      struct operation_mentions *out)
{
	const char *word;
	size_t len;

	switch (line->command) {
	case TODO_PICK:
	case TODO_REVERT:
	case TODO_EDIT:
	case TODO_REWORD:
	case TODO_FIXUP:
	case TODO_SQUASH:
	case TODO_DROP:
		todo_commit(line, &word, &len);
		add_name(out, word, len);
		break;
	case TODO_MERGE:
		mention_merge(line, out);
		break;
	case TODO_RESET:
		/* Not "[new root]". */
		if (todo_word(line, &word, &len) && *word != '[')
			add_to(out, &out->labels, word, len);
		break;
	case TODO_LABEL:
		if (todo_word(line, &word, &len))
			add_label(out, word, len);
		break;
	case TODO_UPDATE_REF:
		if (todo_word(line, &word, &len))
			add_ref(out, word, len);
		break;
	case TODO_EXEC:
	case TODO_BREAK:
	case TODO_NOOP:
	case TODO_COMMENT:
	case TODO_UNKNOWN:
		break;
	}
}

static void mention_todo(const struct buf *text, struct operation_mentions *out)
{
	struct todo_line line = {.number = 0};
	size_t pos = 0;

	while (todo_next(text, &pos, &line))
		mention_todo_line(&line, out);
}

static void mention_bisect_start(const struct buf *text,
				 struct operation_mentions *out)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;
	char *name;

	if (!operation_line_next(text, &pos, &line))
		return;
	if (line.len == OID_HEXSZ && is_hex(line.text, line.len)) {
		add_name(out, line.text, line.len);
		return;
	}
	name = xstrfmt("refs/heads/%.*s", (int)line.len, line.text);
	add_ref(out, name, strlen(name));
	free(name);
}

/* "From <id> Mon Sep 17 00:00:00 2001", as git-format-patch(1) writes it. */
static void mention_mail(const struct buf *text, struct operation_mentions *out)
{
	if (text->len > 5 + OID_HEXSZ && !memcmp(text->ptr, "From ", 5))
		find_ids(text->ptr + 5, OID_HEXSZ + 1, out);
}

static void mention_squashed(const struct buf *text,
			     struct operation_mentions *out)
{
	static const char start[] = "commit ";
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	while (operation_line_next(text, &pos, &line))
		if (line.len > strlen(start) &&
		    !memcmp(line.text, start, strlen(start)))
			find_ids(line.text, line.len, out);
}

static void mention_short(const struct buf *text,
			  struct operation_mentions *out)
{
	struct operation_line line = {.number = 0};
	size_t pos = 0;

	if (operation_line_next(text, &pos, &line))
		add_name(out, line.text, line.len);
}

void operation_mention(const struct operation_file *file,
		       enum operation_format format,
		       struct operation_mentions *out)
{
	const struct buf *text = &file->text;

	switch (format) {
	case OPERATION_OID:
	case OPERATION_OIDS:
	case OPERATION_OID_PAIRS:
	case OPERATION_FIXUPS:
	case OPERATION_BISECT_LOG:
	case OPERATION_UNKNOWN:
		find_ids(text->ptr, text->len, out);
		break;
	case OPERATION_UPDATE_REFS:
		find_ids(text->ptr, text->len, out);
		mention_ref_lines(text, out);
		break;
	case OPERATION_REFS:
	case OPERATION_BRANCH:
		mention_ref_lines(text, out);
		break;
	case OPERATION_TODO:
	case OPERATION_DONE:
		mention_todo(text, out);
		break;
	case OPERATION_SHORT_OID:
		mention_short(text, out);
		break;
	case OPERATION_SQUASH:
		mention_squashed(text, out);
		break;
	case OPERATION_MAIL:
		mention_mail(text, out);
		break;
	case OPERATION_BISECT_START:
		mention_bisect_start(text, out);
		break;
	default:
		break;
	}
}

void operation_mentions_release(struct operation_mentions *mentions)
{
	strlist_release(&mentions->ids);
	strlist_release(&mentions->names);
	strlist_release(&mentions->labels);
	strlist_release(&mentions->refs);
}
