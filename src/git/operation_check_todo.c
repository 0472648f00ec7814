/* Todo lists: operation_check_todo() of git/operation_grammar.h. */
#include "git/operation_grammar.h"

#include "base/alloc.h"
#include "git/operation.h"
#include "git/operation_todo.h"
#include "git/ref_name.h"

/*
 * git writes ids; people write what they like. The latter is for git to judge,
 * if it is theirs.
 */
static int check_commit(const struct operation_grammar *at, const char *word,
			size_t len)
{
	if (!len)
		return operation_invalid(at, "the commit is missing");
	if (at->trusted || operation_is_short_id(word, len))
		return 0;
	return operation_refused(at, "'%.*s' is no object id", (int)len, word);
}

static int check_label(const struct operation_grammar *at, const char *word,
		       size_t len)
{
	char *name;
	bool is_valid;

	name = xstrfmt("refs/rewritten/%.*s", (int)len, word);
	is_valid = len && *word != '#' && ref_name_is_valid(name);
	free(name);
	return is_valid ? 0 : operation_invalid(at, "no valid label");
}

/* A label, or a commit. */
static int check_parent(const struct operation_grammar *at, const char *word,
			size_t len)
{
	return at->trusted ? 0 : check_label(at, word, len);
}

static int check_merge(const struct operation_grammar *at,
		       struct todo_line *line)
{
	const char *word;
	size_t len;
	int ret = 0;

	if (todo_commit(line, &word, &len)) {
		ret = check_commit(at, word, len);
		todo_word(line, &word, &len);
	}
	if (!ret && !len)
		ret = operation_invalid(at, "nothing to merge");
	for (; !ret && len && *word != '#'; todo_word(line, &word, &len))
		ret = check_parent(at, word, len);
	return ret;
}

static int check_reset(const struct operation_grammar *at,
		       struct todo_line *line)
{
	static const char root[] = "[new root]";
	const char *word;
	size_t len;

	if (!todo_word(line, &word, &len))
		return operation_invalid(at, "the label is missing");
	if (len + line->rest_len == sizeof(root) - 1 &&
	    !memcmp(word, root, sizeof(root) - 1))
		return 0;
	return check_parent(at, word, len);
}

static int check_label_line(const struct operation_grammar *at,
			    struct todo_line *line)
{
	const char *word;
	size_t len;

	todo_word(line, &word, &len);
	return check_label(at, word, len);
}

static int check_update_ref(const struct operation_grammar *at,
			    struct todo_line *line)
{
	const char *word;
	size_t len;

	todo_word(line, &word, &len);
	return operation_check_ref(at, word, len, "refs/");
}

static int check_exec(const struct operation_grammar *at)
{
	return at->trusted ? 0
			   : operation_refused(at, "'exec' would run a "
						   "command");
}

/* Something that only a git newer than this, or a slip of the hand, wrote. */
static int check_unknown(const struct operation_grammar *at)
{
	return at->trusted ? 0 : operation_refused(at, "unknown command");
}

static int check_line(const struct operation_grammar *at,
		      struct todo_line *line)
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
		return check_commit(at, word, len);
	case TODO_MERGE:
		return check_merge(at, line);
	case TODO_RESET:
		return check_reset(at, line);
	case TODO_LABEL:
		return check_label_line(at, line);
	case TODO_UPDATE_REF:
		return check_update_ref(at, line);
	case TODO_EXEC:
		return check_exec(at);
	case TODO_UNKNOWN:
		return check_unknown(at);
	case TODO_BREAK:
	case TODO_NOOP:
	case TODO_COMMENT:
		break;
	}
	return 0;
}

int operation_check_todo(struct operation_grammar *at, bool runs)
{
	const struct buf *text = &at->file->text;
	struct todo_line line = {.number = 0};
	size_t pos = 0;
	int ret = 0;

	/* Git would read up to there only. */
	if (memchr(text->ptr, '\0', text->len))
		return operation_invalid(at, "a byte 0");
	while (runs && !ret && todo_next(text, &pos, &line)) {
		at->line = line.number;
		ret = check_line(at, &line);
	}
	return ret;
}
