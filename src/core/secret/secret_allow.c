#include "core/secret/secret_allow.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/strlist.h"
#include "core/secret/secret_find.h"
#include "git/config.h"
#include "git/repository.h"
#include "worktree/rulefile.h"

/* "<path>:<kind>:<line>": kinds are small letters, digits and dashes. */
static bool is_place(const char *line)
{
	const char *number = strrchr(line, ':'), *kind = number;

	if (!number || !number[1] ||
	    number[1 + strspn(number + 1, "0123456789")])
		return false;
	while (kind > line && kind[-1] != ':')
		kind--;
	return kind > line && kind < number &&
	       strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
		       (size_t)(number - kind);
}

void secret_allow_parse(struct secret_allow *out, const char *text)
{
	struct strlist lines = STRLIST_INIT;
	struct buf rules = BUF_INIT;

	strlist_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.nr; i++) {
		char *line = lines.items[i];
		size_t len = strlen(line);

		if (len && line[len - 1] == '\r')
			line[--len] = '\0';
		if (is_place(line))
			strmap_put(&out->places, line, out);
		else
			buf_addf(&rules, "%s\n", line);
	}
	ignore_rules_parse(&out->rules, &rules);
	buf_release(&rules);
	strlist_release(&lines);
}

static int read_file(const struct repository *repo, struct buf *out,
		     struct error *err)
{
	char *path = xstrfmt("%s/%s", repo->worktree, SECRET_ALLOW_FILE);
	int got = rulefile_read(AT_FDCWD, path, false, out, err);

	if (got > RULEFILE_ABSENT)
		got = error_set(err, ERR_FAILED, "cannot read '%s'", path);
	else if (got < 0)
		error_prefix(err, "'%s'", path);
	free(path);
	return got < 0 ? got : 0;
}

int secret_allow_read(struct secret_allow *out, struct repository *repo,
		      struct error *err)
{
	struct strlist patterns = STRLIST_INIT;
	struct buf text = BUF_INIT;
	int ret;

	*out = (struct secret_allow){.fold = false};
	ret = config_get_bool(repo->config, "core.ignorecase", false,
			      &out->fold, err);
	if (!ret)
		ret = read_file(repo, &text, err);
	/* The user's own word comes last, and so decides. */
	config_get_all(repo->config, "checkpoint.secretallow", &patterns);
	for (size_t i = 0; i < patterns.nr; i++)
		buf_addf(&text, "\n%s", patterns.items[i]);
	if (!ret)
		secret_allow_parse(out, text.ptr);
	buf_release(&text);
	strlist_release(&patterns);
	return ret;
}

void secret_allow_release(struct secret_allow *allow)
{
	ignore_rules_release(&allow->rules);
	strmap_release(&allow->places, NULL);
}

/* A pattern of a directory allows all that is below. */
bool secret_allow_has_path(const struct secret_allow *allow, const char *path)
{
	enum ignore_match last = IGNORE_NONE;
	size_t len = strlen(path);

	for (size_t i = 1; allow->rules.nr && i <= len; i++) {
		struct pattern_path part;
		enum ignore_match match;

		if (i < len && path[i] != '/')
			continue;
		part = pattern_path(path, i, i < len, allow->fold);
		match = ignore_rules_check(&allow->rules, &part, 0);
		if (match != IGNORE_NONE)
			last = match;
	}
	return last == IGNORE_EXCLUDED;
}

bool secret_allow_has(const struct secret_allow *allow,
		      const struct secret_find *find)
{
	char *place;
	bool has;

	if (find->path && secret_allow_has_path(allow, find->path))
		return true;
	place = secret_find_fingerprint(find);
	has = strmap_has(&allow->places, place);
	free(place);
	return has;
}
