/*
 * A todo list: git-rebase(1), "INTERACTIVE MODE"; sequencer/todo has the same
 * lines. Read as git reads it: blanks before a command do not count, a
 * command has a short form of one letter.
 */
#ifndef GIT_OPERATION_TODO_H
#define GIT_OPERATION_TODO_H

#include "base/buf.h"

enum todo_command {
	TODO_PICK,
	TODO_REVERT,
	TODO_EDIT,
	TODO_REWORD,
	TODO_FIXUP,
	TODO_SQUASH,
	TODO_EXEC,
	TODO_BREAK,
	TODO_LABEL,
	TODO_RESET,
	TODO_MERGE,
	TODO_UPDATE_REF,
	TODO_NOOP,
	TODO_DROP,
	TODO_COMMENT, /* an empty line, or one that starts with no letter */
	TODO_UNKNOWN,
};

struct todo_line {
	size_t number; /* from 1 */
	enum todo_command command;
	/* What is behind the command: to the end of the line. */
	const char *rest;
	size_t rest_len;
};

/*
 * The line at `*pos`, which moves behind it; false at the end. Start with
 * `*pos` 0 and `line->number` 0.
 */
bool todo_next(const struct buf *text, size_t *pos, struct todo_line *line);

/*
 * The next word of `line->rest`, which is cut from it: false where there is
 * none left.
 */
bool todo_word(struct todo_line *line, const char **word, size_t *len);

/*
 * The commit that a line names, behind "-C" or "-c" (with a blank between or
 * without one), which is returned; 0 where it has none of these. `*len` is 0
 * where no commit is there.
 */
char todo_commit(struct todo_line *line, const char **word, size_t *len);

#endif
