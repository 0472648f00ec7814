/*
 * Holding the files of an operation against their grammar: the parts of
 * operation_check().
 */
#ifndef GIT_OPERATION_GRAMMAR_H
#define GIT_OPERATION_GRAMMAR_H

#include "base/error.h"

struct operation_file;
struct operation_line;

struct operation_grammar {
	const struct operation_file *file;
	size_t line; /* that is looked at, from 1; 0: the file as a whole */
	bool trusted;
	struct error *err;
};

/* ERR_INVALID, and ERR_REFUSED, with the file's name and the line. */
int operation_invalid(const struct operation_grammar *at, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
int operation_refused(const struct operation_grammar *at, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* 40 hex digits. */
bool operation_is_id(const char *word, size_t len);
/* 4 to 40 of them. */
bool operation_is_short_id(const char *word, size_t len);

/*
 * A ref that git will set or delete: a valid name below `prefix`. Of one that
 * is not trusted, only below refs/heads/ or refs/rewritten/.
 */
int operation_check_ref(const struct operation_grammar *at, const char *name,
			size_t len, const char *prefix);

/* operation_check_todo.c: `runs`, its commands will be carried out. */
int operation_check_todo(struct operation_grammar *at, bool runs);

/* operation_check_quoted.c: what is in shell quotes. */
int operation_check_author(struct operation_grammar *at);
int operation_check_apply_options(struct operation_grammar *at);
int operation_check_bisect_names(struct operation_grammar *at);
int operation_check_bisect_log(struct operation_grammar *at);

/* operation_check_merge.c: how commits are merged and signed. */
int operation_check_strategy(struct operation_grammar *at);
int operation_check_merge_options(struct operation_grammar *at);
int operation_check_sign(struct operation_grammar *at);
int operation_check_trailers(struct operation_grammar *at);
int operation_check_settings(struct operation_grammar *at);

#endif
