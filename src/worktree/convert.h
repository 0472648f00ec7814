/*
 * How a file's bytes in the worktree become a blob and come back: git's
 * convert.c, in the parts that need no other program, and which paths need one.
 *
 * Ours: text, eol, core.autocrlf, core.eol, ident. Git's, through
 * worktree/filter.h: filter.<driver>, working-tree-encoding.
 */
#ifndef WORKTREE_CONVERT_H
#define WORKTREE_CONVERT_H

#include "base/buf.h"
#include "base/error.h"
#include "worktree/attr.h"

struct config;

enum convert_eol {
	CONVERT_BINARY,	   /* never touched */
	CONVERT_LF,	   /* text: to LF in, as it is out */
	CONVERT_CRLF,	   /* text: to LF in, to CRLF out */
	CONVERT_AUTO,	   /* if it looks like text: LF in, as it is out */
	CONVERT_AUTO_LF,   /* the same, named by eol=lf or autocrlf=input */
	CONVERT_AUTO_CRLF, /* if it looks like text: LF in, CRLF out */
};

struct convert {
	enum convert_eol eol;
	bool ident;
	const char *filter;   /* the driver's name where it has a command here,
				 or is required; NULL: none. Borrowed from the
				 attributes */
	bool filter_required; /* filter.<driver>.required */
	const char *encoding; /* NULL: UTF-8. Borrowed likewise */
};

/* What core.autocrlf and core.eol say; read once. */
struct convert_config {
	enum { AUTOCRLF_FALSE, AUTOCRLF_TRUE, AUTOCRLF_INPUT } autocrlf;
	enum { EOL_UNSET, EOL_LF, EOL_CRLF } eol;
	const struct config *config;
};
int convert_config_read(struct convert_config *out, const struct config *config,
			struct error *err);

/* Decide for one path. A required filter without a command is the filter's to
 * refuse. An encoding that git would refuse is ERR_FAILED. */
int convert_decide(struct convert *out, const struct convert_config *config,
		   const struct attr_values *values, struct error *err);

/* No conversion at all. */
bool convert_is_none(const struct convert *convert);
/* Only git can do it: a filter, or an encoding. */
bool convert_needs_git(const struct convert *convert);

/*
 * The line to put on record for a path, and back: "eol=auto-crlf ident
 * filter=lfs encoding=UTF-16", names percent-escaped; "-" for none.
 */
void convert_describe(const struct convert *convert, struct buf *out);
/* The names are allocated in `*names`, which the caller must free() last. */
int convert_parse(const char *line, struct convert *out, char **names,
		  struct error *err);

/*
 * Bytes of the worktree to bytes of the blob (eol and ident only), appended to
 * `out`. `index_has_crlf` says whether the path's blob in the index has CRLF
 * line ends (convert_has_crlf() of stage 0, or of stage 2 in a conflict): then,
 * as in git, CONVERT_AUTO* leaves the file as it is. core.safecrlf is not
 * asked. Returns false, and appends nothing, where nothing would change.
 */
bool convert_to_git(const struct convert *convert, const char *data, size_t len,
		    bool index_has_crlf, struct buf *out);
/*
 * Whether convert_to_git() would leave a file as it is, whatever the index has,
 * found piece by piece for what is too large to be in memory. Start with
 * {.convert = ...}; convert_look() is false where further pieces cannot change
 * the answer.
 */
struct convert_look {
	const struct convert *convert;
	bool crlf, nul, ends_in_cr;
};
bool convert_look(struct convert_look *look, const char *data, size_t len);
bool convert_look_unchanged(const struct convert_look *look);
/* Whether convert_to_git() would look at `index_has_crlf` at all. */
bool convert_asks_index(const struct convert *convert, const char *data,
			size_t len);
/* What git calls CRLF in the index: a text with a CRLF line end in it. */
bool convert_has_crlf(const char *data, size_t len);

/* The other way: `blob_hex` is the 40 digits that ident puts in. */
bool convert_to_worktree(const struct convert *convert, const char *data,
			 size_t len, const char *blob_hex, struct buf *out);

#endif
