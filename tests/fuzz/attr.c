/*
 * Any bytes can be read as attributes, and the last rule that names a path
 * literally decides.
 *
 * The first line of the input is the path; the rest, up to a form feed, is
 * .gitattributes at the top, and what is behind that is a/.gitattributes.
 */
#include "worktree/attr.h"

#include "base/buf.h"
#include "git/config.h"
#include "git/repository.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void look_up(const struct buf *top, const struct buf *below,
		    const char *path, struct repository *repo, bool named)
{
	struct error err = ERROR_INIT;
	struct attr_values values;
	struct attr *attr;

	expect(attr_open(&attr, repo, NULL, -1, ATTR_BLOBS, &err) == 0);
	expect(attr_set_file(attr, ".gitattributes", top->ptr, top->len,
			     &err) == 0);
	expect(attr_set_file(attr, "a/.gitattributes", below->ptr, below->len,
			     &err) == 0);
	expect(attr_lookup(attr, path, &values, &err) == 0);
	if (named) {
		expect(values.value[ATTR_TEXT] == attr_true);
		expect(values.value[ATTR_EOL] == attr_false);
		expect(!values.value[ATTR_IDENT]);
		expect(!strcmp(values.value[ATTR_FILTER], "x=y"));
	}
	for (size_t i = 0; i < ATTR_NR; i++)
		expect(!values.value[i] || strlen(values.value[i]) < 2048);
	attr_free(attr);
}

/* `"/\141\057..."`: no byte can mean anything else than itself. */
static void add_name(struct buf *out, const char *path)
{
	buf_addstr(out, "\n\"/");
	for (; *path; path++)
		if (*path == '/')
			buf_addch(out, '/');
		else
			buf_addf(out, "\\\\\\%03o", (unsigned char)*path);
	buf_addstr(out, "\" text -eol !ident filter=x=y");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char none[] = "/nonexistent";
	struct repository repo = {.common_dir = none, .worktree = none};
	const char *text = (const char *)data, *end = text + size, *feed;
	const char *newline = memchr(text, '\n', size);
	struct buf path = BUF_INIT, top = BUF_INIT, below = BUF_INIT;
	size_t len;

	setenv("GIT_ATTR_NOSYSTEM", "1", 1);
	setenv("XDG_CONFIG_HOME", none, 1);
	repo.config = config_parse("", 0);
	if (!newline)
		newline = end;
	buf_add(&path, text, strnlen(text, (size_t)(newline - text)));
	if (newline < end)
		newline++;
	feed = memchr(newline, '\f', (size_t)(end - newline));
	buf_add(&top, newline, (size_t)((feed ? feed : end) - newline));
	if (feed)
		buf_add(&below, feed + 1, (size_t)(end - feed - 1));
	look_up(&top, &below, path.ptr, &repo, false);

	len = path.len;
	if (len && len < 250 && path.ptr[0] != '/' &&
	    path.ptr[len - 1] != '/' && strncmp(path.ptr, "a/", 2) != 0) {
		add_name(&top, path.ptr);
		look_up(&top, &below, path.ptr, &repo, true);
	}
	config_free(repo.config);
	buf_release(&path);
	buf_release(&top);
	buf_release(&below);
	return 0;
}
