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
	OPERATION_TEXT,	  /* messages, patches, leftovers: nothing to obey */
	OPERATION_SQUASH, /* a message; "commit <id>" lines say what it is of */
	OPERATION_FLAG,	  /* that it is there is what counts */
	OPERATION_WORD,	  /* "t", "f", "strip": small letters, or nothing */
	OPERATION_NUMBER,
	OPERATION_OID,		 /* one id, or nothing */
	OPERATION_OIDS,		 /* an id a line */
	OPERATION_OID_PAIRS,	 /* "<id> <id>" a line */
	OPERATION_SHORT_OID,	 /* an id, or its first digits */
	OPERATION_MAIL,		 /* a patch; "From <id> " at its start counts */
	OPERATION_BRANCH,	 /* a full ref name, or "detached HEAD" */
	OPERATION_REFS,		 /* refs to delete in the end, a line each */
	OPERATION_UPDATE_REFS,	 /* three lines a ref: name, before, after */
	OPERATION_TODO,		 /* git-rebase(1), INTERACTIVE MODE */
	OPERATION_DONE,		 /* likewise; shown, and not carried out */
	OPERATION_FIXUPS,	 /* "fixup <id>" or "squash <id>" a line */
	OPERATION_AUTHOR,	 /* GIT_AUTHOR_*='...', three lines */
	OPERATION_STRATEGY,	 /* the name of a merge strategy */
	OPERATION_MERGE_OPTIONS, /* its options, quoted or not */
	OPERATION_SIGN,		 /* "-S<key>" */
	OPERATION_RERERE,	 /* "--rerere-autoupdate", or with "no-" */
	OPERATION_TRAILERS,	 /* "<key>: <value>" a line */
	OPERATION_APPLY_OPTIONS, /* options of git-apply(1), quoted */
	OPERATION_SETTINGS,	 /* sequencer/opts, a configuration file */
	OPERATION_MERGE_MODE,	 /* "no-ff", or nothing */
	OPERATION_MERGE_RR,	 /* "<id> TAB <path> NUL" a conflict */
	OPERATION_BISECT_START,	 /* a branch's short name, or an id */
	OPERATION_BISECT_TERMS,	 /* two words, a line each */
	OPERATION_BISECT_LOG,	 /* commands, and comments with ids in [] */
	OPERATION_BISECT_NAMES,	 /* quoted paths */
	OPERATION_UNKNOWN,	 /* below a directory, and new to us */
};

/*
 * What is in the file `path` (from $GIT_DIR). false: not one of the list. Below
 * the three directories every name that can be in a tree is; one that
 * is not known is OPERATION_UNKNOWN. Lock files are not in the list.
 */
bool operation_name_find(const char *path, enum operation_format *out);

bool operation_name_is_lock(const char *path);

/*
 * What can be directly in $GIT_DIR: files and three directories. Those by which
 * git sees that an operation is under way come last.
 */
struct operation_unit {
	const char *name;
	bool is_dir;
};
#define OPERATION_UNITS 24
extern const struct operation_unit operation_units[OPERATION_UNITS];

/* Whether the file `path` is the unit or is below it. */
bool operation_unit_has(const struct operation_unit *unit, const char *path);

#endif
