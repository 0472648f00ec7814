#include "core/remote/push_updates.h"

#include "base/alloc.h"

/* Cut the last word off a line, and return it. */
static char *last_word(char *line)
{
	char *space = strrchr(line, ' ');

	if (!space)
		return NULL;
	*space = '\0';
	return space + 1;
}

static bool parse_oid(const char *word, struct oid *out)
{
	return word && strlen(word) == OID_HEXSZ && oid_parse(out, word);
}

/* From the right: what is pushed may be an expression with spaces in it. */
static bool parse_line(struct push_update *out, char *line)
{
	bool fits = parse_oid(last_word(line), &out->old_oid);
	char *remote = fits ? last_word(line) : NULL;

	if (!remote || !parse_oid(last_word(line), &out->new_oid))
		return false;
	out->remote = xstrdup(remote);
	out->local = xstrdup(line);
	return true;
}

int push_updates_parse(struct push_updates *out, const char *lines, size_t len,
		       struct error *err)
{
	const char *at = lines, *end = lines + len;
	int ret = 0;

	while (!ret && at < end) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((eol ? eol : end) - at);
		char *line = xstrndup(at, n), *copy = xstrdup(line);
		struct push_update update = {0};

		if (parse_line(&update, line)) {
			ARRAY_GROW(out->items, out->nr, out->alloc);
			out->items[out->nr++] = update;
		} else if (*copy) {
			ret = error_set(err, ERR_INVALID,
					"cannot read '%s', which is to say "
					"what is pushed",
					copy);
		}
		free(copy);
		free(line);
		at += n + 1;
	}
	return ret;
}

void push_updates_release(struct push_updates *updates)
{
	for (size_t i = 0; i < updates->nr; i++) {
		free(updates->items[i].local);
		free(updates->items[i].remote);
	}
	free(updates->items);
	*updates = (struct push_updates){0};
}
