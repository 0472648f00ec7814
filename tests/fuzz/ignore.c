/*
 * Any bytes can be read as ignore rules and held against any path, and the
 * last rule that names a path literally decides.
 *
 * The first line of the input is the path, the rest the rules.
 */
#include "worktree/ignore_rules.h"

#include "base/alloc.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static enum ignore_match check(const struct buf *text, const char *path,
			       size_t len, unsigned kind)
{
	struct ignore_rules rules = {0};
	struct buf copy = BUF_INIT;
	struct pattern_path subject =
		pattern_path(path, len, kind & 1, kind & 2);
	enum ignore_match match;

	buf_add(&copy, text->ptr, text->len);
	ignore_rules_parse(&rules, &copy);
	match = ignore_rules_check(&rules, &subject, 0);
	/* and as if the file were in the path's directory */
	ignore_rules_check(&rules, &subject, subject.base);
	for (size_t i = 0; i < rules.nr; i++)
		expect(pattern_may_match(&rules.patterns[i], &subject) ||
		       !pattern_matches(&rules.patterns[i], &subject, 0));
	ignore_rules_release(&rules);
	buf_release(&copy);
	return match;
}

/* Whether a line can name the path, byte by byte. */
static bool can_be_named(const char *path, size_t len)
{
	return len && path[0] != '/' && path[len - 1] != '/' &&
	       path[len - 1] != '\r' && !memchr(path, '\0', len);
}

static void add_name(struct buf *out, const char *sign, const char *path,
		     size_t len)
{
	buf_addf(out, "\n%s/", sign);
	for (size_t i = 0; i < len; i++) {
		if (path[i] != '/')
			buf_addch(out, '\\');
		buf_addch(out, path[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = (const char *)data;
	const char *newline = memchr(path, '\n', size);
	size_t len = newline ? (size_t)(newline - path) : size;
	struct buf text = BUF_INIT;

	if (newline)
		buf_add(&text, newline + 1, size - len - 1);
	for (unsigned kind = 0; kind < 4; kind++)
		check(&text, path, len, kind);
	if (can_be_named(path, len)) {
		add_name(&text, "", path, len);
		expect(check(&text, path, len, 0) == IGNORE_EXCLUDED);
		add_name(&text, "!", path, len);
		expect(check(&text, path, len, 1) == IGNORE_INCLUDED);
	}
	buf_release(&text);
	return 0;
}
