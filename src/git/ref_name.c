#include "git/ref_name.h"

#include <ctype.h>

#include "git/repository.h"

const char *const ref_per_worktree_prefixes[] = {
	"refs/bisect/",
	"refs/rewritten/",
	"refs/worktree/",
	NULL,
};

static bool is_bad_byte(unsigned char c)
{
	switch (c) {
	case ' ':
	case '~':
	case '^':
	case ':':
	case '?':
	case '*':
	case '[':
	case '\\':
	case 127:
		return true;
	default:
		return c < 32;
	}
}

static bool component_is_valid(const char *name, size_t len)
{
	static const char lock[] = ".lock";
	const size_t lock_len = sizeof(lock) - 1;

	if (!len || name[0] == '.')
		return false;
	if (len >= lock_len && !memcmp(name + len - lock_len, lock, lock_len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (is_bad_byte((unsigned char)name[i]))
			return false;
		if (i && name[i] == '.' && name[i - 1] == '.')
			return false;
		if (i && name[i] == '{' && name[i - 1] == '@')
			return false;
	}
	return true;
}

/* HEAD, ORIG_HEAD: the only refs beside refs/. */
static bool is_capitals(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!isupper((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

bool ref_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	if (strncmp(name, "refs/", 5))
		return is_capitals(name);
	if (name[len - 1] == '.')
		return false;
	for (;;) {
		size_t part = strcspn(name, "/");

		if (!component_is_valid(name, part))
			return false;
		if (!name[part])
			return true;
		name += part + 1;
	}
}

int ref_name_check(const char *name, struct error *err)
{
	if (ref_name_is_valid(name))
		return 0;
	return error_set(err, ERR_INVALID, "'%s' is not a valid ref name",
			 name);
}

bool ref_name_is_per_worktree(const char *name)
{
	if (strncmp(name, "refs/", 5))
		return true;
	for (const char *const *prefix = ref_per_worktree_prefixes; *prefix;
	     prefix++)
		if (!strncmp(name, *prefix, strlen(*prefix)))
			return true;
	return false;
}

const char *ref_name_short(const char *name)
{
	static const char heads[] = "refs/heads/";
	size_t len = sizeof(heads) - 1;

	return strncmp(name, heads, len) != 0 ? name : name + len;
}

char *ref_name_path(const struct repository *repo, const char *name)
{
	return ref_name_is_per_worktree(name)
		       ? repository_path(repo, name)
		       : repository_common_path(repo, name);
}
