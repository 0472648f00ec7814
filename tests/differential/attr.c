/*
 * Our reading of attributes against git's, on random repositories.
 *
 *	build/tests/differential/attr [<seconds> [<seed>]]
 */
#include "worktree/attr.h"

#include "random_worktree.h"

static struct random_run run;

static const char *const names[ATTR_NR] = {
	[ATTR_TEXT] = "text",	  [ATTR_CRLF] = "crlf",
	[ATTR_EOL] = "eol",	  [ATTR_IDENT] = "ident",
	[ATTR_FILTER] = "filter", [ATTR_ENCODING] = "working-tree-encoding",
};

static void quote(const char *pattern, size_t len, struct buf *out)
{
	static const char bytes[] = "\a\b\f\n\r\t\v\\\"";
	static const char letters[] = "abfnrtv\\\"";

	buf_addch(out, '"');
	for (size_t i = 0; i < len; i++) {
		const char *found =
			pattern[i] ? strchr(bytes, pattern[i]) : NULL;

		if (found)
			buf_addf(out, "\\%c", letters[found - bytes]);
		else if (pattern[i] <= ' ')
			buf_addf(out, "\\%03o", (unsigned char)pattern[i]);
		else
			buf_addch(out, pattern[i]);
	}
	buf_addch(out, '"');
}

static void random_word(random_state *random, struct buf *out)
{
	static const char *const others[] = {"binary", "m1", "m2", "m3",
					     "diff"};
	static const char *const values[] = {"auto", "lf",     "crlf", "input",
					     "lfs",  "UTF-16", "",     "a=b",
					     "true", "\xff"};
	static const char *const odd[] = {
		"-",  "=x",  "!",      "--text", "t\xc3\xa9",
		"-=", "a+b", "!-text", "#"};

	if (random_percent(random, 2)) {
		buf_addstr(out, RANDOM_OF(random, odd));
		return;
	}
	if (random_percent(random, 25))
		buf_addch(out, random_percent(random, 60) ? '-' : '!');
	buf_addstr(out, random_percent(random, 70) ? RANDOM_OF(random, names)
						   : RANDOM_OF(random, others));
	if (random_percent(random, 30))
		buf_addf(out, "=%s", RANDOM_OF(random, values));
}

static void random_line_of_attributes(random_state *random,
				      const struct strlist *paths,
				      struct buf *out)
{
	static const char *const macros[] = {"m1", "m1",     "m2",   "m2",
					     "m3", "binary", "text", "-bad",
					     "",   "a b"};
	static const char *const blanks[] = {" ", " ", " ", "\t", "  ", "\r"};
	size_t start = out->len;

	if (random_percent(random, 5))
		buf_addstr(out, RANDOM_OF(random, blanks));
	if (random_percent(random, 15)) {
		bool quoted = random_percent(random, 10);

		buf_addf(out, "%s[attr]%s%s", quoted ? "\"" : "",
			 RANDOM_OF(random, macros), quoted ? "\"" : "");
	} else {
		struct buf pattern = BUF_INIT;

		random_pattern(random, paths, &pattern);
		if (*pattern.ptr == '!' && random_percent(random, 80))
			buf_remove(&pattern, 0, 1);
		if (random_percent(random, 20) ||
		    strpbrk(pattern.ptr, " \t\n\""))
			quote(pattern.ptr, pattern.len, out);
		else
			buf_add(out, pattern.ptr, pattern.len);
		if (random_percent(random, 2))
			buf_addstr(out, "\"\\");
		buf_release(&pattern);
	}
	for (size_t i = random_below(random, 5); i > 0; i--) {
		buf_addstr(out, RANDOM_OF(random, blanks));
		random_word(random, out);
	}
	/* up to 2047 bytes are a line, with or without "\r" */
	if (random_percent(random, 3) && out->len - start < 2000)
		buf_addf(out, " %0*d",
			 2043 + (int)random_below(random, 6) -
				 (int)(out->len - start),
			 0);
}

static const struct random_kind kind = {
	.name = ".gitattributes",
	.user = "attributes",
	.key = "attributesFile",
	.info = "repo/.git/info/attributes",
	.line = random_line_of_attributes,
};

/* As check-attr prints it. */
static const char *shown(const char *value)
{
	return !value		     ? "unspecified"
	       : value == attr_true  ? "set"
	       : value == attr_false ? "unset"
				     : value;
}

static size_t compare(struct random_worktree *tree, struct attr *attr,
		      uint64_t seed)
{
	const char *argv[4 + ATTR_NR] = {"check-attr", "-z", "--stdin"};
	struct buf input = BUF_INIT, out = BUF_INIT;
	size_t pos = 0;

	memcpy(argv + 3, names, sizeof(names));
	for (size_t i = 0; i < tree->asked.nr; i++)
		buf_add(&input, tree->asked.items[i],
			strlen(tree->asked.items[i]) + 1);
	git_must(tree->repo, argv, &input, &out);
	for (size_t i = 0; i < tree->asked.nr; i++) {
		struct error err = ERROR_INIT;
		struct attr_values values;

		if (attr_lookup(attr, tree->asked.items[i], &values, &err) < 0)
			fail_msg("seed %ju: %s", (uintmax_t)seed, err.text);
		for (size_t k = 0; k < ATTR_NR; k++) {
			const char *field[3];

			for (size_t n = 0; n < 3; n++) {
				assert_true(pos < out.len);
				field[n] = out.ptr + pos;
				pos += strlen(field[n]) + 1;
			}
			assert_string_equal(field[0], tree->asked.items[i]);
			assert_string_equal(field[1], names[k]);
			if (strcmp(field[2], shown(values.value[k])) != 0)
				fail_msg("seed %ju: '%s' %s: git '%s', ours "
					 "'%s'",
					 (uintmax_t)seed, field[0], field[1],
					 field[2], shown(values.value[k]));
			if (attr_is_empty(attr))
				assert_string_equal(field[2], "unspecified");
		}
	}
	assert_int_equal(pos, out.len);
	buf_release(&input);
	buf_release(&out);
	return tree->asked.nr;
}

static size_t compare_all(struct random_worktree *tree, uint64_t seed)
{
	struct error err = ERROR_INIT;
	struct attr *attr = NULL;
	size_t cases;

	if (attr_open(&attr, tree->repo, tree->index, tree->top_fd,
		      ATTR_WORKTREE, &err) < 0)
		fail_msg("seed %ju: %s", (uintmax_t)seed, err.text);
	cases = compare(tree, attr, seed);
	attr_free(attr);
	random_worktree_release(tree);
	return cases;
}

static size_t compare_repository(uint64_t seed)
{
	struct random_worktree tree;

	random_worktree_make(&tree, &kind, seed);
	return compare_all(&tree, seed);
}

static size_t compare_shelves(uint64_t seed)
{
	struct random_worktree tree;

	random_shelves_make(&tree, &kind, seed);
	return compare_all(&tree, seed);
}

static void repositories_agree_with_git(void **state)
{
	(void)state;
	random_rounds(&run, compare_repository);
}

static void patterns_agree_with_git(void **state)
{
	(void)state;
	random_rounds(&run, compare_shelves);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest kept[] = {
		cmocka_unit_test_setup(repositories_agree_with_git,
				       scratch_enter),
		cmocka_unit_test_setup(patterns_agree_with_git, scratch_enter),
	};
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(repositories_agree_with_git),
		IN_SCRATCH(patterns_agree_with_git),
	};

	run = random_run(argc, argv);
	return run.one ? cmocka_run_group_tests(kept, NULL, NULL)
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
