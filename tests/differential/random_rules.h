/*
 * Random names, patterns and rule files, of the kind that tells two readings
 * of gitignore(5) and gitattributes(5) apart. Everything is drawn from one
 * number, so that a round can be made again.
 */
#ifndef RANDOM_RULES_H
#define RANDOM_RULES_H

#include <ctype.h>

#include "base/buf.h"
#include "base/path.h"
#include "base/strlist.h"

#include "../unit/scratch.h"

typedef uint64_t random_state;

static inline random_state random_start(uint64_t seed)
{
	return (seed + 1) * 0x9e3779b97f4a7c15u | 1;
}

static inline size_t random_below(random_state *random, size_t n)
{
	return (size_t)((scratch_random(random) >> 16) % n);
}

static inline bool random_percent(random_state *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

#define RANDOM_OF(random, list) ((list)[random_below(random, ARRAY_SIZE(list))])

static inline void random_name(random_state *random, struct buf *out)
{
	static const char *const names[] = {
		"a",	"b",	 "c",	     "ab",    "abc",   "A",
		"Ab",	"foo",	 "foo.c",    "foo.o", "Foo.O", "bar.txt",
		"x y",	"x ",	 "\xc3\xa9", "[a]",   "a*b",   "a\\b",
		"#x",	"!x",	 "-",	     "a-b",   "a]b",   "..a",
		"a\nb", "\"q\"", ".hid",     "build", "1",     "z9",
		"aa",	"aab",	 "b.c.o",    "a\tb",  "\xff",  "^a",
		"ba",	"bab",	 "abab",     "a\rb",  "a\vb",  "*",
		"?a",	"B",	 "ABC",
	};
	size_t start = out->len;

	do
		buf_addstr(out, RANDOM_OF(random, names));
	while (random_percent(random, 15) && out->len - start < 20);
}

/* One byte of a path, as a pattern may have it. */
static inline void random_byte_pattern(random_state *random, char c,
				       struct buf *out)
{
	static const char *const classes[] = {
		"alnum", "alpha", "blank", "cntrl", "digit",  "graph", "lower",
		"print", "punct", "space", "upper", "xdigit", "foo",   "",
	};

	switch (random_below(random, 48)) {
	case 0:
	case 1:
		buf_addch(out, '?');
		break;
	case 2:
	case 3:
		buf_addch(out, '*');
		break;
	case 4:
		buf_addstr(out, "**");
		break;
	case 5:
		buf_addf(out, "[%c]", c);
		break;
	case 6:
		buf_addf(out, "[%c%c]", random_percent(random, 50) ? '!' : '^',
			 random_percent(random, 50) ? c : 'q');
		break;
	case 7:
		buf_addf(out, "[%c-%c]", c - (int)random_below(random, 3),
			 c + (int)random_below(random, 3));
		break;
	case 8:
		buf_addf(out, "[%s[:%s:]%s]",
			 random_percent(random, 20) ? "!" : "",
			 isspace((unsigned char)c) && random_percent(random, 50)
				 ? "space"
				 : RANDOM_OF(random, classes),
			 random_percent(random, 20) ? "-a" : "");
		break;
	case 9:
		buf_addf(out, "\\%c", c);
		break;
	case 10:
		buf_addch(out, isupper((unsigned char)c)
				       ? tolower((unsigned char)c)
				       : toupper((unsigned char)c));
		break;
	case 11:
		if (random_percent(random, 50))
			buf_addch(out, '[');
		break;
	case 12:
		buf_addf(out, "%c%c", c, c);
		break;
	default:
		if (strchr("*?[\\", c) && random_percent(random, 85))
			buf_addch(out, '\\');
		buf_addch(out, c);
	}
}

static inline void random_part_pattern(random_state *random, const char *part,
				       size_t len, struct buf *out)
{
	switch (random_below(random, 16)) {
	case 0:
		buf_addch(out, '*');
		return;
	case 1:
		buf_addstr(out, "**");
		return;
	case 2:
		buf_addch(out, '*');
		buf_add(out, part + len / 2, len - len / 2);
		return;
	case 3:
		buf_add(out, part, len / 2);
		buf_addstr(out, random_percent(random, 70) ? "*" : "**");
		return;
	case 4:
	case 5:
	case 6:
		buf_add(out, part, len);
		return;
	default:
		for (size_t i = 0; i < len; i++)
			random_byte_pattern(random, part[i], out);
	}
}

static inline void random_slash_pattern(random_state *random, struct buf *out)
{
	static const char *const odd[] = {
		"\\/", "/**/", "**\\/", "/**\\/", "**/", "/**",	   "?",
		"*",   "[/]",  "[!x]",	"//",	  "/*/", "/**/**/"};

	buf_addstr(out,
		   random_percent(random, 15) ? RANDOM_OF(random, odd) : "/");
}

/* A pattern made from a path: it matches that, or nearly does. */
static inline void random_path_pattern(random_state *random, const char *path,
				       struct buf *out)
{
	const char *slash;

	while ((slash = strchr(path, '/')) && slash[1] &&
	       random_percent(random, 35))
		path = slash + 1;
	for (;;) {
		slash = strchr(path, '/');
		random_part_pattern(
			random, path,
			slash ? (size_t)(slash - path) : strlen(path), out);
		if (!slash || !slash[1])
			break;
		random_slash_pattern(random, out);
		path = slash + 1;
		if (random_percent(random, 12))
			break;
	}
}

static inline void random_pattern(random_state *random,
				  const struct strlist *paths, struct buf *out)
{
	static const char *const hard[] = {
		"*",	 "**",		 "***",	       "/",	     "//",
		"/*",	 "/**",		 "**/",	       "*/",	     "!",
		"!*/",	 "*/*",		 "[",	       "[]",	     "[!]",
		"[]-a]", "[a-]",	 "[[:alpha:]", "[[:foo:]]x", "[^a]",
		"[z-a]", "[\\]]",	 "[a-\\c]",    "[/]",	     "a[/]b",
		"\\",	 "a\\",		 "\\!x",       "\\#x",	     "/**/a",
		"a/**/", "**/a/**",	 "a**/b",      "a/**b",	     "**a",
		"a**",	 "*a*b*",	 "*.?",	       "?",	     "??",
		"*[",	 "*\\",		 "[[]a]",      "[a\\]",	     "**/**/a",
		"*/**",	 "**/*",	 "a/*/b",      "/a/**/b",    "!/",
		"!a/",	 "[[:upper:]]*", "[-a]*",      "*b*",	     "a*/**",
		"[[:]*", "[[:alpha]*",	 "**\\/a",     "?*/",	     "/*/",
		"*a/",	 "[!/]*",	 "[[::]]",     "!!x",
	};
	static const char alphabet[] = "aabb*?[]!^-\\/.: #\"AcoO1";

	if (random_percent(random, 12)) {
		buf_addstr(out, RANDOM_OF(random, hard));
		return;
	}
	if (random_percent(random, 8)) {
		for (size_t i = 1 + random_below(random, 10); i > 0; i--)
			buf_addch(out, alphabet[random_below(
					       random, sizeof(alphabet) - 1)]);
		return;
	}
	if (random_percent(random, 25))
		buf_addch(out, '!');
	if (random_percent(random, 25))
		buf_addstr(out, random_percent(random, 60) ? "/" : "**/");
	random_path_pattern(random,
			    paths->items[random_below(random, paths->nr)], out);
	if (random_percent(random, 25)) {
		static const char *const ends[] = {
			"/",  "/",   "/",  "/*", "/**", "/**/*", " ",
			"  ", "\\ ", "\\", "\t", "\r",	"/ ",	 "*"};

		buf_addstr(out, RANDOM_OF(random, ends));
	}
}

/* How lines end, and what else is between and around them. */
static inline void random_line_end(random_state *random, bool crlf,
				   struct buf *out)
{
	if (random_percent(random, 1))
		buf_add(out, "\0x", 2);
	if (crlf || random_percent(random, 2))
		buf_addch(out, '\r');
	buf_addch(out, '\n');
	if (random_percent(random, 5))
		buf_addch(out, '\n');
	if (random_percent(random, 3))
		buf_addstr(out, "# a comment\n");
}

/* A whole file of `line`s. */
typedef void (*random_line)(random_state *random, const struct strlist *paths,
			    struct buf *out);
static inline void random_file(random_state *random, random_line line,
			       const struct strlist *paths, struct buf *out)
{
	bool crlf = random_percent(random, 12);

	if (random_percent(random, 5))
		buf_addstr(out, "\xef\xbb\xbf");
	for (size_t i = random_below(random, 6); i > 0; i--) {
		line(random, paths, out);
		random_line_end(random, crlf, out);
	}
	if (random_percent(random, 25)) {
		line(random, paths, out);
		if (random_percent(random, 20))
			buf_addch(out, '\r');
	}
}

/* Whether git takes `path` as one below the top. */
static inline bool path_is_plain(const char *path)
{
	size_t len = strlen(path);

	return len && *path != '/' && path[len - 1] != '/' &&
	       !strstr(path, "//") && path_is_safe(path);
}

/* `path`, changed a little: what a pattern should just, or just not, match. */
static inline void random_variant(random_state *random, const char *path,
				  struct buf *out)
{
	static const char letters[] = "abABx/[]\\ -.1\r\v\xff*?/";
	size_t start = out->len;

	buf_addstr(out, path);
	for (size_t edits = random_below(random, 3); edits > 0; edits--) {
		size_t at = start + random_below(random, out->len - start);
		char letter =
			letters[random_below(random, sizeof(letters) - 1)];
		char *c = out->ptr + at;

		switch (random_below(random, 5)) {
		case 0:
			*c = (char)(isupper((unsigned char)*c)
					    ? tolower((unsigned char)*c)
					    : toupper((unsigned char)*c));
			break;
		case 1:
			*c = letter;
			break;
		case 2:
			if (out->len - start > 1)
				buf_remove(out, at, 1);
			break;
		case 3:
			buf_addch(out, letter);
			break;
		case 4:
			buf_addstr(out,
				   random_percent(random, 50) ? "/a" : "b");
		}
	}
	if (path_is_plain(out->ptr + start))
		return;
	buf_setlen(out, start);
	buf_addstr(out, path);
}

#endif
