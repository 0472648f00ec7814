/*
 * One pattern of gitignore(5) or gitattributes(5), and how it is matched.
 *
 * Results are git's (2.39), odd ones included; the way there is not: a pattern
 * without wildcards and "*.ext" are plain comparisons, the text before the
 * first wildcard is compared before anything else is done, and no pattern can
 * make the rest take more than about the square of the path's length.
 */
#ifndef WORKTREE_PATTERN_H
#define WORKTREE_PATTERN_H

#include "base/compat.h"

struct pattern {
	const char *text; /* without "!", a "/" in front or at the end */
	uint32_t len;
	uint32_t literal;    /* bytes before the first of * ? [ and \ */
	unsigned char last;  /* the byte that ends all that it matches, in
				lower case; 0: any may */
	bool negative;	     /* "!" in front */
	bool dir_only;	     /* "/" at the end */
	bool any_depth;	     /* no other slash: matched against the last part */
	bool suffix;	     /* any_depth, "*" and then only plain text */
	bool tail_stars;     /* "**" with text before it in the same part, which
				the versions of git take in two ways */
	bool stars_are_tail; /* the way of git 2.52 and later; see below */
};

/*
 * Read one pattern: a line without comment, end of line and trailing spaces.
 * `text` stays borrowed. False, and nothing read: it can never match (it is
 * empty).
 */
bool pattern_parse(struct pattern *out, const char *text, size_t len);

/*
 * "a**" "/b" is "a*" "/b" by gitignore(5), and so it is in git since 2.52.
 * Before, git compared the text up to the first wildcard and then forgot it,
 * so that the stars behind it stood for any number of parts. A pattern with
 * `tail_stars` is matched in the old way unless its `stars_are_tail` is set.
 */

/* A path that patterns are held against; filled by pattern_path(). */
struct pattern_path {
	const char *path; /* from the top, no slash at the end */
	size_t len;
	size_t base;	    /* where its last part starts */
	unsigned char last; /* its last byte, in lower case */
	bool is_dir;
	bool fold; /* core.ignoreCase: ASCII letters of any case are equal */
};
struct pattern_path pattern_path(const char *path, size_t len, bool is_dir,
				 bool fold);

/*
 * Whether `pattern` matches; `negative` is the caller's to look at. `above` is
 * the length of the directory, with its slash, whose file the pattern is in:
 * the path must be below it.
 */
bool pattern_matches(const struct pattern *pattern,
		     const struct pattern_path *path, size_t above);

/* False: it does not match. A glance at one byte, for loops over many. */
static inline bool pattern_may_match(const struct pattern *pattern,
				     const struct pattern_path *path)
{
	return !pattern->last || pattern->last == path->last;
}

/*
 * Shell wildcards: "*" and "?" without "/", "**" between slashes or at an end
 * with it, "[...]" with ranges and POSIX classes, "\" before what is meant
 * literally. With `WILDMATCH_FLAT` the text is one part: any star matches all.
 */
enum { WILDMATCH_FLAT = 1, WILDMATCH_FOLD = 2 };
bool wildmatch(const char *pattern, size_t pattern_len, const char *text,
	       size_t text_len, unsigned flags);

#endif
