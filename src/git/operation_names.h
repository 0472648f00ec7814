/*
 * The files of an operation that git knows, and what is in each.
 *
 * The names and their contents are git's: builtin/{am,merge,rebase,bisect}.c,
 * sequencer.c, bisect.c and rerere.c of git 2.20 to 2.5x.
 */
#ifndef GIT_OPERATION_NAMES_H
#define GIT_OPERATION_NAMES_H

#include "base/compat.h"

enum operation_format {
	OPERATION_TEXT,	  /* a message or a patch: nothing in it is obeyed */
	OPERATION_FLAG,	  /* that it is there is what counts */
	OPERATION_SWITCH, /* "t" or "f" */
	OPERATION_NUMBER,
	OPERATION_OID,	     /* one id, or an empty file */
	OPERATION_OIDS,	     /* an id a line */
	OPERATION_OID_PAIRS, /* "<id> <id>" a line */
	OPERATION_SHORT_OID, /* an id, or its first digits */
	OPERATION_MAIL,	     /* a patch; "From <id> " at its start counts */
	OPERATION_BRANCH,    /* a full ref name, or "detached HEAD" */
	OPERATION_REFS,	     /* names of refs/rewritten/ to delete in the end */
	OPERATION_UPDATE_REFS, /* three lines a ref: name, before, after */
	OPERATION_TODO,	       /* git-rebase(1), INTERACTIVE MODE */
	OPERATION_FIXUPS,      /* "fixup <id>" or "squash <id>" a line */
	OPERATION_AUTHOR,      /* GIT_AUTHOR_*='...', three lines */
	OPERATION_STRATEGY,    /* the name of a merge strategy */
	OPERATION_STRATEGY_OPTIONS,
	OPERATION_SIGN,		 /* "-S<key>" */
	OPERATION_RERERE,	 /* --[no-]rerere-autoupdate */
	OPERATION_APPLY_OPTIONS, /* options of git-apply(1), quoted */
	OPERATION_OPTIONS,	 /* a configuration file: sequencer/opts */
	OPERATION_MERGE_MODE,
	OPERATION_MERGE_RR,	/* "<id> TAB <path> NUL" a conflict */
	OPERATION_BISECT_START, /* a branch's short name, or an id */
	OPERATION_BISECT_TERMS, /* two words, a line each */
	OPERATION_BISECT_LOG,	/* commands, and comments with ids in [] */
	OPERATION_PATHS,	/* quoted words on a line */
	OPERATION_UNKNOWN, /* below one of the directories, and new to us */
};

/*
 * What is in the file `path` (from $GIT_DIR). false: not one of the list. Below
 * the three directories every name that can be in a tree is; one that
 * is not known is OPERATION_UNKNOWN. Lock files are not in the list.
 */
bool operation_name_find(const char *path, enum operation_format *out);

/* Those beside the directories, and the directories; NULL-terminated. */
extern const char *const operation_top_names[];
extern const char *const operation_directories[];

#endif
