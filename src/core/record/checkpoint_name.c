#include "core/record/checkpoint_name.h"

#include <ctype.h>

#include "base/alloc.h"
#include "core/record/checkpoint.h"
#include "core/record/record.h"
#include "git/ref.h"

#define MIN_HEX 4

int checkpoint_latest(struct repository *repo, size_t skip,
		      struct checkpoint *out, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	size_t wanted = skip;
	int ret = checkpoint_list_names(repo, SCOPE_WORKTREE, NULL, &list, err);

	*out = (struct checkpoint){0};
	for (size_t i = 0; !ret && !out->ref && i < list.nr; i++) {
		int type;

		ret = checkpoint_read_commit(repo, &list.items[i], err);
		if (!ret)
			ret = checkpoint_type_of(repo, &list.items[i].commit,
						 &type, err);
		/* A damaged one is nobody's latest; verify tells. */
		if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
			error_release(err);
			ret = 0;
			continue;
		}
		if (!ret && type != TYPE_PRE_RESTORE && !skip--)
			checkpoint_copy(out, &list.items[i]);
	}
	checkpoint_list_release(&list);
	if (ret < 0 || out->ref)
		return ret;
	if (wanted)
		return error_set(err, ERR_NOT_FOUND,
				 "this worktree has no checkpoint latest~%zu",
				 wanted);
	error_set(err, ERR_NOT_FOUND, "this worktree has no checkpoint yet");
	return error_hint(err, "'git checkpoint create' makes one");
}

static int resolve_latest(struct repository *repo, const char *name,
			  struct checkpoint *out, struct error *err)
{
	const char *digits = name + strlen("latest");
	unsigned long skip = 0;
	char *end;

	if (*digits) {
		skip = strtoul(digits + 1, &end, 10);
		if (!isdigit((unsigned char)digits[1]) || *end ||
		    strlen(digits) > 10)
			return error_set(err, ERR_INVALID,
					 "malformed checkpoint name '%s'",
					 name);
	}
	return checkpoint_latest(repo, skip, out, err);
}

static int resolve_ref(struct repository *repo, const char *name,
		       struct checkpoint *out, struct error *err)
{
	if (!checkpoint_parse_ref(name, out)) {
		checkpoint_release(out);
		return error_set(err, ERR_INVALID,
				 "not a checkpoint's ref: '%s'", name);
	}
	if (ref_read(repo, name, &out->commit, err) < 0) {
		checkpoint_release(out);
		if (err->code == ERR_NOT_FOUND)
			error_set(err, ERR_NOT_FOUND, "no checkpoint '%s'",
				  name);
		return err->code;
	}
	return 0;
}

static bool is_hex(const char *name)
{
	size_t len = strlen(name);

	return len >= MIN_HEX && len <= OID_HEXSZ &&
	       strspn(name, "0123456789abcdefABCDEF") == len;
}

/* cp_, digits, and maybe _ and hex digits: an id or its beginning. */
static bool is_id_beginning(const char *name)
{
	size_t digits;

	if (strncmp(name, "cp_", 3) || strlen(name) > 64)
		return false;
	digits = strspn(name + 3, "0123456789");
	name += 3 + digits;
	return digits && (!*name || (*name == '_' &&
				     strspn(name + 1, "0123456789abcdef") ==
					     strlen(name + 1)));
}

static bool matches(const struct checkpoint *checkpoint, const char *name,
		    bool by_commit)
{
	char hex[OID_HEXSZ + 1];

	if (by_commit)
		return !strncasecmp(oid_hex(&checkpoint->commit, hex), name,
				    strlen(name));
	return !strncmp(checkpoint->id, name, strlen(name));
}

static int ambiguous(const struct checkpoint_list *list, const char *name,
		     bool by_commit, struct error *err)
{
	int shown = 0;

	error_set(err, ERR_AMBIGUOUS, "ambiguous checkpoint name '%s'", name);
	for (size_t i = 0; i < list->nr; i++) {
		if (!matches(&list->items[i], name, by_commit))
			continue;
		if (shown++ == 5)
			return error_hint(err, "  ...");
		error_hint(err, "  %s", list->items[i].ref);
	}
	return err->code;
}

/*
 * Search one scope. 1: found; 0: not here. A whole id or commit beats a
 * beginning; two checkpoints of one commit (fetched twice) are the same.
 */
static int search(struct repository *repo, enum checkpoint_scope scope,
		  const char *name, bool by_commit, struct checkpoint *out,
		  struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	const struct checkpoint *found = NULL;
	bool several = false;
	int ret = by_commit
			  ? checkpoint_list_read(repo, scope, NULL, &list, err)
			  : checkpoint_list_beginning(repo, scope, name, &list,
						      err);

	for (size_t i = 0; !ret && i < list.nr; i++) {
		struct checkpoint *item = &list.items[i];

		if (!matches(item, name, by_commit))
			continue;
		ret = checkpoint_read_commit(repo, item, err);
		if (ret < 0)
			break;
		if (!by_commit && !strcmp(item->id, name)) {
			found = item;
			several = false;
			break;
		}
		if (found && !oid_equal(&found->commit, &item->commit))
			several = true;
		else
			found = item;
	}
	if (several)
		ret = ambiguous(&list, name, by_commit, err);
	else if (!ret && found)
		checkpoint_copy(out, found);
	checkpoint_list_release(&list);
	return ret < 0 ? ret : found != NULL;
}

static int resolve_search(struct repository *repo, const char *name,
			  bool by_commit, struct checkpoint *out,
			  struct error *err)
{
	static const enum checkpoint_scope scopes[] = {
		SCOPE_WORKTREE, SCOPE_ALL, SCOPE_REMOTES};

	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		int got = search(repo, scopes[i], name, by_commit, out, err);

		if (got)
			return got < 0 ? got : 0;
	}
	error_set(err, ERR_NOT_FOUND, "no checkpoint '%s'", name);
	return error_hint(err, "'git checkpoint list --all' shows them all");
}

int checkpoint_resolve(struct repository *repo, const char *name,
		       struct checkpoint *out, struct error *err)
{
	*out = (struct checkpoint){0};
	if (!strncmp(name, "latest", 6) && (!name[6] || name[6] == '~'))
		return resolve_latest(repo, name, out, err);
	if (!strncmp(name, "refs/", 5))
		return resolve_ref(repo, name, out, err);
	if (is_id_beginning(name))
		return resolve_search(repo, name, false, out, err);
	if (is_hex(name))
		return resolve_search(repo, name, true, out, err);
	error_set(err, ERR_INVALID, "malformed checkpoint name '%s'", name);
	return error_hint(err, "a checkpoint is named by its id or the "
			       "beginning of it, 'latest', 'latest~<n>', its "
			       "ref, or its commit");
}
