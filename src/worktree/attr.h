/*
 * The attributes that decide how a file is stored, exactly as
 * `git check-attr` gives them: gitattributes(5).
 *
 * Sources, in rising precedence: /etc/gitattributes (unless GIT_ATTR_NOSYSTEM),
 * core.attributesFile, .gitattributes from the top to the path's directory,
 * $GIT_COMMON_DIR/info/attributes. Macros are defined anywhere but in the
 * .gitattributes of a subdirectory. A .gitattributes that is not in the
 * worktree is read from the index, as git does when it adds; one that is a
 * symbolic link is not followed.
 */
#ifndef WORKTREE_ATTR_H
#define WORKTREE_ATTR_H

#include "base/error.h"
#include "base/strlist.h"

struct attr;
struct index;
struct repository;

/* The attributes that are asked for, as places in attr_values.value. */
enum attr_name {
	ATTR_TEXT,
	ATTR_CRLF,
	ATTR_EOL,
	ATTR_IDENT,
	ATTR_FILTER,
	ATTR_ENCODING, /* working-tree-encoding */
	ATTR_NR,
};

/* The values that are no text. Compare addresses. */
extern const char attr_true[];
extern const char attr_false[];

struct attr_values {
	const char *value[ATTR_NR]; /* attr_true, attr_false, a text borrowed
				       from `attr`, or NULL: unspecified */
};

/*
 * Where .gitattributes files are read from. ATTR_WORKTREE: the directory
 * `top_fd`, then the index. ATTR_BLOBS: only what attr_set_file() was given,
 * for a restore, which needs the attributes of the target.
 */
enum attr_source { ATTR_WORKTREE, ATTR_BLOBS };

int attr_open(struct attr **out, struct repository *repo,
	      const struct index *index, int top_fd, enum attr_source source,
	      struct error *err);
void attr_free(struct attr *attr);

/* For ATTR_BLOBS: the text of `path` ("a/.gitattributes"). Before any lookup.
 */
int attr_set_file(struct attr *attr, const char *path, const char *text,
		  size_t len, struct error *err);

/*
 * For ATTR_WORKTREE: the directories ("", "a/b/"; sorted, borrowed) that have a
 * .gitattributes, in the worktree or the index. No other one is looked into.
 */
void attr_limit(struct attr *attr, const struct strlist *dirs);

/* The attributes of `path`. Files are read once and kept. Safe from several
 * threads. */
int attr_lookup(struct attr *attr, const char *path, struct attr_values *out,
		struct error *err);

/* No rule file of any kind says anything about any file (seen so far, and at
 * the top): every lookup would come back empty. A hint for speed. */
bool attr_is_empty(const struct attr *attr);

#endif
