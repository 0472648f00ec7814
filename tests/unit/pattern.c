#include "worktree/pattern.h"

#include "scratch.h"

/* What is left of a pattern and of a text. */
struct rest {
	const char *p, *t;
	bool part_start; /* `p` is at the start, or behind a slash */
	bool flat;
};

static bool matches_plainly(struct rest rest);

static bool star_matches(struct rest rest, size_t stars)
{
	const char *p = rest.p + stars;
	struct rest next = {p, rest.t, false, rest.flat};
	bool deep = stars > 1 && rest.part_start && !rest.flat &&
		    (!*p || *p == '/' || !strncmp(p, "\\/", 2));

	if (deep && !*p)
		return true;
	if (deep && *p == '/') {
		next = (struct rest){p + 1, rest.t, true, false};
		if (matches_plainly(next))
			return true;
		while ((next.t = strchr(next.t, '/'))) {
			next.t++;
			if (matches_plainly(next))
				return true;
		}
		return false;
	}
	for (;; next.t++) {
		if (matches_plainly(next))
			return true;
		if (!*next.t || (*next.t == '/' && !deep && !rest.flat))
			return false;
	}
}

/* By the letter of gitignore(5), without sets, trying everything. */
static bool matches_plainly(struct rest rest)
{
	size_t stars = strspn(rest.p, "*");
	struct rest next = {rest.p + 1, rest.t + 1, *rest.p == '/', rest.flat};

	if (!*rest.p)
		return !*rest.t;
	if (stars)
		return star_matches(rest, stars);
	if (!*rest.t)
		return false;
	if (*rest.p == '?')
		return (rest.flat || *rest.t != '/') && matches_plainly(next);
	if (*rest.p == '\\') {
		next = (struct rest){rest.p + 2, rest.t + 1, rest.p[1] == '/',
				     rest.flat};
		return rest.p[1] && rest.p[1] == *rest.t &&
		       matches_plainly(next);
	}
	return *rest.p == *rest.t && matches_plainly(next);
}

/* What matches is never ruled out before. */
static void check_glance(const char *line, const char *text)
{
	size_t len = strlen(text);
	struct pattern_path path = pattern_path(text, len, true, false);
	struct pattern pattern;

	if (len && text[len - 1] != '/' &&
	    pattern_parse(&pattern, line, strlen(line)) &&
	    pattern_matches(&pattern, &path, 0) &&
	    !pattern_may_match(&pattern, &path))
		fail_msg("'%s' against '%s' is ruled out", line, text);
}

static void compare(const char *pattern, const char *text)
{
	for (unsigned flags = 0; flags <= WILDMATCH_FLAT; flags++) {
		bool want = matches_plainly(
			(struct rest){pattern, text, true, flags != 0});
		bool got = wildmatch(pattern, strlen(pattern), text,
				     strlen(text), flags);

		if (want != got)
			fail_msg("'%s' against '%s' with %u: %d, not %d",
				 pattern, text, flags, got, want);
	}
	check_glance(pattern, text);
}

/* The next word over `alphabet`, shorter ones first; false: all were there. */
static bool next_word(char *word, size_t max, const char *alphabet)
{
	size_t len = strlen(word), at = len;

	while (at > 0) {
		const char *letter = strchr(alphabet, word[at - 1]);

		if (letter[1]) {
			word[at - 1] = letter[1];
			return true;
		}
		word[--at] = *alphabet;
	}
	if (len == max)
		return false;
	word[len] = *alphabet;
	word[len + 1] = '\0';
	return true;
}

static void agrees_with_trying_everything(void **state)
{
	char pattern[8] = "";

	(void)state;
	do {
		char text[8] = "";

		do {
			compare(pattern, text);
		} while (next_word(text, 4, "ab/"));
	} while (next_word(pattern, 5, "ab*?/\\"));
}

static void random_word(uint64_t *random, char *out, size_t max,
			const char *alphabet)
{
	size_t len = scratch_random(random) % max;

	for (size_t i = 0; i < len; i++)
		out[i] = alphabet[scratch_random(random) % strlen(alphabet)];
	out[len] = '\0';
}

static void agrees_on_longer_ones(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char pattern[16], text[16];

		random_word(&random, pattern, 14, "aab****//?");
		random_word(&random, text, 14, "aaab//");
		compare(pattern, text);
	}
}

static void sets(void **state)
{
	static const struct {
		const char *pattern, *text;
		unsigned flags;
		bool want;
	} cases[] = {
		{"[abc]", "b", 0, true},
		{"[abc]", "d", 0, false},
		{"[!abc]", "d", 0, true},
		{"[^abc]", "a", 0, false},
		{"[a-c]x", "bx", 0, true},
		{"[c-a]", "b", 0, false},
		{"[a-]", "-", 0, true},
		{"[-a]", "-", 0, true},
		{"[]a]", "]", 0, true},
		{"[]-a]", "^", 0, true},
		{"[!]a]", "b", 0, true},
		{"[\\]]", "]", 0, true},
		{"[\\a-\\c]", "b", 0, true},
		{"[a-c-e]", "d", 0, false},
		{"[a-c-e]", "-", 0, true},
		{"[[]", "[", 0, true},
		{"[[:digit:]]", "7", 0, true},
		{"[![:digit:]a]", "a", 0, false},
		{"[[:digit:][:upper:]]", "Q", 0, true},
		{"[[:space:]]", "\v", 0, false},
		{"[[:space:]]", "\r", 0, true},
		{"[[:cntrl:]]", "\x7f", 0, true},
		{"[[:alpha:]]", "\xe9", 0, false},
		{"[[:punct:]]", "_", 0, true},
		{"[[:xdigit:]]", "F", 0, true},
		{"[[:foo:]]", "f", 0, false},
		{"[![:foo:]]", "f", 0, false},
		{"[[:alpha]", ":", 0, true},
		{"[[:]", "[", 0, true},
		{"[[::]]", ":", 0, false},
		{"[", "[", 0, false},
		{"[a", "a", 0, false},
		{"[]", "]", 0, false},
		{"[!]", "a", 0, false},
		{"[a\\", "a", 0, false},
		{"[/]", "/", 0, false},
		{"[/]", "/", WILDMATCH_FLAT, true},
		{"[!a]", "/", 0, false},
		{"x*[b]/y", "xaab/y", 0, true},
		/* letters in a set, but not ranges, are as they are written */
		{"[a]", "A", WILDMATCH_FOLD, true},
		{"[A]", "A", WILDMATCH_FOLD, false},
		{"[A-C]", "b", WILDMATCH_FOLD, true},
		{"[a-c]", "B", WILDMATCH_FOLD, true},
		{"[[:upper:]]", "b", WILDMATCH_FOLD, true},
		{"[[:upper:]]", "b", 0, false},
		{"[[:lower:]]", "B", WILDMATCH_FOLD, true},
		{"aB?*", "AbCd", WILDMATCH_FOLD, true},
		{"\\A", "a", WILDMATCH_FOLD, false},
		{"\xc3\x89", "\xc3\xa9", WILDMATCH_FOLD, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (wildmatch(cases[i].pattern, strlen(cases[i].pattern),
			      cases[i].text, strlen(cases[i].text),
			      cases[i].flags) != cases[i].want)
			fail_msg("'%s' against '%s'", cases[i].pattern,
				 cases[i].text);
}

/* Would take longer than the universe by trying everything. */
static void hostile_patterns_end_soon(void **state)
{
	static const char *const pieces[] = {"*a", "**/a/", "*/*a",   "**/*a/",
					     "a*", "?*",    "*[a-z]", "**/*a*"};

	(void)state;
	alarm(60);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct buf pattern = BUF_INIT, flat = BUF_INIT, deep = BUF_INIT;

		for (int k = 0; k < 500; k++) {
			buf_addstr(&pattern, pieces[i]);
			buf_addstr(&flat, "aaaaaaaa");
			buf_addstr(&deep, "aaa/aaa/");
		}
		buf_addstr(&pattern, "b");
		assert_false(wildmatch(pattern.ptr, pattern.len, flat.ptr,
				       flat.len, 0));
		assert_false(wildmatch(pattern.ptr, pattern.len, flat.ptr,
				       flat.len, WILDMATCH_FLAT));
		assert_false(wildmatch(pattern.ptr, pattern.len, deep.ptr,
				       deep.len, 0));
		buf_release(&pattern);
		buf_release(&flat);
		buf_release(&deep);
	}
	alarm(0);
}

static void reads_a_pattern(void **state)
{
	static const struct {
		const char *line, *text;
		bool negative, dir_only, any_depth, suffix;
		uint32_t literal;
	} cases[] = {
		{"a.c", "a.c", false, false, true, false, 3},
		{"!a.c/", "a.c", true, true, true, false, 3},
		{"/a", "a", false, false, false, false, 1},
		{"a/b/", "a/b", false, true, false, false, 3},
		{"/a/*.c", "a/*.c", false, false, false, false, 2},
		{"*.c", "*.c", false, false, true, true, 0},
		{"*.c/", "*.c", false, true, true, true, 0},
		{"*/", "*", false, true, true, true, 0},
		{"*.[ch]", "*.[ch]", false, false, true, false, 0},
		{"*/a", "*/a", false, false, false, false, 0},
		{"a\\ ", "a\\ ", false, false, true, false, 1},
		{"!!a", "!a", true, false, true, false, 2},
	};
	static const char *const nothing[] = {"", "!", "/", "!/", "//"};
	struct pattern pattern;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(pattern_parse(&pattern, cases[i].line,
					  strlen(cases[i].line)));
		assert_int_equal(pattern.len, strlen(cases[i].text));
		assert_memory_equal(pattern.text, cases[i].text, pattern.len);
		assert_int_equal(pattern.negative, cases[i].negative);
		assert_int_equal(pattern.dir_only, cases[i].dir_only);
		assert_int_equal(pattern.any_depth, cases[i].any_depth);
		assert_int_equal(pattern.suffix, cases[i].suffix);
		assert_int_equal(pattern.literal, cases[i].literal);
	}
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++)
		assert_false(pattern_parse(&pattern, nothing[i],
					   strlen(nothing[i])));
}

static void matches_where_its_file_is(void **state)
{
	static const struct {
		const char *line, *path;
		bool is_dir, want;
	} cases[] = {
		/* all of them in "sub/.gitignore" */
		{"a", "sub/a", false, true},
		{"a", "sub/x/a", false, true},
		{"a", "sub/a/x", false, false},
		{"/a", "sub/a", false, true},
		{"/a", "sub/x/a", false, false},
		{"x/a", "sub/x/a", false, true},
		{"x/a", "sub/y/x/a", false, false},
		{"a/", "sub/a", false, false},
		{"a/", "sub/a", true, true},
		{"*.c", "sub/x/a.c", false, true},
		{"*.c", "sub/.c", false, true},
		{"*.c", "sub/c", false, false},
		{"**/a", "sub/a", false, true},
		{"x/**", "sub/x", true, false},
		{"x/**", "sub/x/y/z", false, true},
		{"x/**/a", "sub/x/a", false, true},
		{"/*", "sub/x", false, true},
		{"/*", "sub/x/y", false, false},
		{"sub/a", "sub/a", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pattern_path path =
			pattern_path(cases[i].path, strlen(cases[i].path),
				     cases[i].is_dir, false);
		struct pattern pattern;

		assert_true(pattern_parse(&pattern, cases[i].line,
					  strlen(cases[i].line)));
		if (pattern_matches(&pattern, &path, 4) != cases[i].want)
			fail_msg("'%s' against '%s'", cases[i].line,
				 cases[i].path);
	}
}

/* What git did until 2.52, and does since. */
static void stars_behind_a_text(void **state)
{
	static const struct {
		const char *line, *path;
		bool old, new;
	} cases[] = {
		{"a**/b", "a/b", true, true},
		{"a**/b", "ax/b", true, true},
		{"a**/b", "ab", true, false},
		{"a**/b", "a/x/b", true, false},
		{"/a**", "a/x", true, false},
		{"/a**", "ax", true, true},
		{"x/a**/b", "x/ab", true, false},
		{"x/**/b", "x/y/z/b", true, true},
		{"a/**", "a/x/y", true, true},
		{"/a**x", "a/x", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].path;
		struct pattern_path path =
			pattern_path(text, strlen(text), false, false);
		struct pattern pattern;

		assert_true(pattern_parse(&pattern, cases[i].line,
					  strlen(cases[i].line)));
		assert_int_equal(pattern_matches(&pattern, &path, 0),
				 cases[i].old);
		pattern.stars_are_tail = true;
		assert_int_equal(pattern_matches(&pattern, &path, 0),
				 cases[i].new);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_trying_everything),
		cmocka_unit_test(agrees_on_longer_ones),
		cmocka_unit_test(sets),
		cmocka_unit_test(hostile_patterns_end_soon),
		cmocka_unit_test(reads_a_pattern),
		cmocka_unit_test(matches_where_its_file_is),
		cmocka_unit_test(stars_behind_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
