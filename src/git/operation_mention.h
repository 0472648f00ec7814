/*
 * What the files of an operation name: objects and refs.
 */
#ifndef GIT_OPERATION_MENTION_H
#define GIT_OPERATION_MENTION_H

#include "base/strlist.h"
#include "git/operation_names.h"

struct operation_file;

struct operation_mentions {
	struct strlist ids;    /* 40 digits each */
	struct strlist names;  /* first digits of an id, or anything else that
				  git rev-parse takes */
	struct strlist labels; /* likewise, unless it is a label: a ref of
				  refs/rewritten/ */
	struct strlist refs;   /* full names, all valid */
};

/* Add what `file` names. Text that is in no grammar names nothing. */
void operation_mention(const struct operation_file *file,
		       enum operation_format format,
		       struct operation_mentions *out);
void operation_mentions_release(struct operation_mentions *mentions);

#endif
