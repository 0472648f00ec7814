/*
 * Where the text of gitattributes(5) files comes from. For attr.c.
 */
#ifndef WORKTREE_ATTR_FILES_H
#define WORKTREE_ATTR_FILES_H

#include "base/buf.h"
#include "base/strmap.h"
#include "worktree/attr.h"
#include "worktree/attr_rules.h"

struct attr_files {
	struct repository *repo;
	const struct index *index; /* or NULL */
	int top_fd;
	enum attr_source source;
	struct strmap given; /* ATTR_BLOBS: path to struct buf */
};
void attr_files_release(struct attr_files *files);

/* Keep a copy of the text of `path`; one that git finds too large is none. */
void attr_files_give(struct attr_files *files, const char *path,
		     const char *text, size_t len);

/*
 * Append the .gitattributes at `path`; nothing where there is none. `*how` is
 * the way to parse it.
 */
int attr_files_read(const struct attr_files *files, const char *path,
		    struct buf *out, enum attr_rules_source *how,
		    struct error *err);

/* Append the system's, the user's or the repository's own file likewise. */
enum attr_user_file { ATTR_FILE_SYSTEM, ATTR_FILE_USER, ATTR_FILE_INFO };
int attr_files_read_user(const struct attr_files *files,
			 enum attr_user_file which, struct buf *out,
			 struct error *err);

#endif
