#include "git/commit.h"

#include <errno.h>

#include "base/alloc.h"
#include "git/object.h"
#include "git/pack.h"

/* What is left to parse. */
struct cursor {
	const char *at;
	size_t left;
};

/*
 * The value of the line "<key> <value>" at the cursor, which moves behind it.
 * false: another line is there, or none that ends.
 */
static bool take_line(struct cursor *cursor, const char *key,
		      const char **value, size_t *len)
{
	const char *end = memchr(cursor->at, '\n', cursor->left);
	size_t key_len = strlen(key);

	if (!end || (size_t)(end - cursor->at) <= key_len ||
	    memcmp(cursor->at, key, key_len) || cursor->at[key_len] != ' ')
		return false;
	*value = cursor->at + key_len + 1;
	*len = (size_t)(end - *value);
	cursor->left -= (size_t)(end + 1 - cursor->at);
	cursor->at = end + 1;
	return true;
}

/* 1: taken, 0: another line is there. */
static int take_oid(struct cursor *cursor, const char *key, struct oid *out,
		    struct error *err)
{
	const char *value;
	size_t len;

	if (!take_line(cursor, key, &value, &len))
		return 0;
	if (len != OID_HEXSZ || !oid_parse(out, value))
		return error_set(err, ERR_INVALID, "commit has a bad '%s' line",
				 key);
	return 1;
}

static int take_ident(struct cursor *cursor, const char *key, char **out,
		      struct error *err)
{
	const char *value;
	size_t len;

	if (!take_line(cursor, key, &value, &len) || memchr(value, '\0', len))
		return error_set(err, ERR_INVALID, "commit has no '%s' line",
				 key);
	*out = xstrndup(value, len);
	return 0;
}

static int take_parents(struct cursor *cursor, struct commit *out,
			struct error *err)
{
	size_t alloc = 0;

	for (;;) {
		struct oid parent;
		int ret = take_oid(cursor, "parent", &parent, err);

		if (ret <= 0)
			return ret;
		ARRAY_GROW(out->parents, out->nr_parents, alloc);
		out->parents[out->nr_parents++] = parent;
	}
}

/* Old commits have idents without a date, or with none that fits: 0. */
static int64_t ident_seconds(const char *ident)
{
	const char *end = strrchr(ident, '>');
	long long seconds;

	if (!end || end[1] != ' ')
		return 0;
	errno = 0;
	seconds = strtoll(end + 2, NULL, 10);
	return errno ? 0 : seconds;
}

/* Skip gpgsig, encoding, mergetag and what else there may be. */
static int skip_headers(struct cursor *cursor, struct error *err)
{
	while (cursor->left && *cursor->at != '\n') {
		const char *end = memchr(cursor->at, '\n', cursor->left);

		if (!end)
			return error_set(err, ERR_INVALID,
					 "commit header is cut short");
		cursor->left -= (size_t)(end + 1 - cursor->at);
		cursor->at = end + 1;
	}
	if (cursor->left) {
		cursor->at++;
		cursor->left--;
	}
	return 0;
}

int commit_parse(const char *raw, size_t len, struct commit *out,
		 struct error *err)
{
	struct cursor cursor = {raw, len};
	int ret;

	*out = (struct commit){0};
	ret = take_oid(&cursor, "tree", &out->tree, err);
	if (!ret)
		ret = error_set(err, ERR_INVALID, "commit has no 'tree' line");
	if (ret > 0)
		ret = take_parents(&cursor, out, err);
	if (!ret)
		ret = take_ident(&cursor, "author", &out->author, err);
	if (!ret)
		ret = take_ident(&cursor, "committer", &out->committer, err);
	if (!ret)
		ret = skip_headers(&cursor, err);
	if (ret < 0) {
		commit_release(out);
		return ret;
	}
	out->committed = ident_seconds(out->committer);
	out->message = xstrndup(cursor.at, strnlen(cursor.at, cursor.left));
	return 0;
}

int commit_read(struct repository *repo, const struct oid *oid,
		struct commit *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret;

	*out = (struct commit){0};
	ret = object_read(repo, oid, OBJECT_COMMIT, COMMIT_MAX_BYTES, &raw,
			  err);
	if (!ret) {
		ret = commit_parse(raw.ptr, raw.len, out, err);
		if (ret < 0)
			error_prefix(err, "commit %s", oid_hex(oid, hex));
	}
	buf_release(&raw);
	return ret;
}

void commit_release(struct commit *commit)
{
	free(commit->parents);
	free(commit->author);
	free(commit->committer);
	free(commit->message);
	*commit = (struct commit){0};
}

int commit_write(struct pack *pack, const struct oid *tree,
		 const struct oid *parents, size_t nr_parents,
		 const char *author, const char *committer, const char *message,
		 struct oid *out, struct error *err)
{
	struct buf raw = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	int ret;

	if (strchr(author, '\n') || strchr(committer, '\n'))
		return error_set(err, ERR_INVALID,
				 "an ident has a line break in it");
	buf_addf(&raw, "tree %s\n", oid_hex(tree, hex));
	for (size_t i = 0; i < nr_parents; i++)
		buf_addf(&raw, "parent %s\n", oid_hex(&parents[i], hex));
	buf_addf(&raw, "author %s\ncommitter %s\n\n", author, committer);
	buf_addstr(&raw, message);
	ret = pack_add(pack, OBJECT_COMMIT, raw.ptr, raw.len, out, err);
	buf_release(&raw);
	return ret;
}
