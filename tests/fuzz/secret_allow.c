/*
 * Any lines as what may travel: each path has an answer, a place that is named
 * is allowed, and a pattern at the end that names a path decides.
 *
 * The first line of the input is the path, the rest the lines.
 */
#include "core/secret/secret_allow.h"

#include "base/buf.h"
#include "core/secret/secret_find.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static bool allows(const char *text, const struct secret_find *find,
		   bool *allows_path)
{
	struct secret_allow allow = {.fold = false};
	bool all;

	secret_allow_parse(&allow, text);
	*allows_path = secret_allow_has_path(&allow, find->path);
	all = secret_allow_has(&allow, find);
	secret_allow_release(&allow);
	return all;
}

/* Of parts that are not empty, as every path of a tree. */
static bool is_path(const char *path)
{
	size_t len = strlen(path);

	return len && *path != '/' && path[len - 1] != '/' &&
	       !strstr(path, "//");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	const char *input = (const char *)data;
	const char *newline = memchr(input, '\n', size);
	size_t len = newline ? (size_t)(newline - input) : size;
	struct secret_find find = {.kind = "private-key", .line = 7};
	char *place;
	bool by_path, before;

	buf_add(&path, input, strnlen(input, len));
	if (newline)
		buf_add(&text, newline + 1, size - len - 1);
	find.path = path.ptr;
	before = allows(text.ptr, &find, &by_path);
	expect(before || !by_path);

	/* Lines end at a NUL: what is behind one is not read. */
	buf_setlen(&text, strlen(text.ptr));
	place = secret_find_fingerprint(&find);
	buf_addf(&text, "\n%s\n", place);
	expect(allows(text.ptr, &find, &by_path));
	free(place);
	/* Nothing is allowed where the last word is that nothing is. */
	buf_addstr(&text, "!*\n");
	allows(text.ptr, &find, &by_path);
	expect(!by_path || !is_path(path.ptr));
	buf_release(&path);
	buf_release(&text);
	return 0;
}
