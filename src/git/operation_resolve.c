#include "git/operation_resolve.h"

#include <git2.h>

#include "base/alloc.h"
#include "git/object.h"
#include "git/operation.h"
#include "git/operation_mention.h"
#include "git/operation_tag.h"
#include "git/process.h"
#include "git/repository.h"

struct resolving {
	struct repository *repo;
	struct operation *out;
	struct oid_set seen;
	bool refreshed; /* new packs were looked for */
};

/* -- refs ---------------------------------------------------------------- */

/* Add the value of the ref `name`, zero where there is none. */
static int add_ref(struct repository *repo, const char *name,
		   struct ref_list *refs, struct error *err)
{
	struct oid oid = {{0}};
	int ret = ref_read(repo, name, &oid, err);

	if (ret < 0 && ret != ERR_NOT_FOUND)
		return ret;
	error_release(err);
	ref_list_add(refs, name, &oid);
	return 0;
}

int operation_resolve_refs(struct repository *repo,
			   struct operation_mentions *mentions,
			   struct operation *out, struct error *err)
{
	struct ref_list *refs = &out->refs;
	size_t nr = 0;
	int ret;

	ret = ref_list_read(repo, "refs/bisect/", refs, err);
	if (!ret)
		ret = ref_list_read(repo, "refs/rewritten/", refs, err);
	strlist_sort(&mentions->refs);
	strlist_unique(&mentions->refs);
	for (size_t i = 0; !ret && i < mentions->refs.nr; i++)
		ret = add_ref(repo, mentions->refs.items[i], refs, err);
	ref_list_sort(refs);
	/* What a file names may be among those that were listed. */
	for (size_t i = 0; i < refs->nr; i++) {
		if (nr &&
		    !strcmp(refs->items[nr - 1].name, refs->items[i].name)) {
			free(refs->items[i].name);
			continue;
		}
		refs->items[nr++] = refs->items[i];
	}
	refs->nr = nr;
	return ret;
}

/* -- objects ------------------------------------------------------------- */

static bool exists(struct resolving *resolving, const struct oid *oid)
{
	if (object_exists_quick(resolving->repo, oid))
		return true;
	if (resolving->refreshed)
		return false;
	resolving->refreshed = true;
	return object_exists(resolving->repo, oid);
}

static void add_to(struct oid **list, size_t *nr, size_t *alloc,
		   const struct oid *oid)
{
	ARRAY_GROW(*list, *nr, *alloc);
	(*list)[(*nr)++] = *oid;
}

static int add_object(struct resolving *resolving, const struct oid *named,
		      struct error *err)
{
	struct operation *out = resolving->out;
	struct oid oid = *named;
	enum object_type type;

	if (oid_is_zero(&oid) || !oid_set_add(&resolving->seen, &oid) ||
	    !exists(resolving, &oid))
		return 0;
	if (object_header(resolving->repo, &oid, &type, NULL, err) < 0)
		return err->code;
	if (type == OBJECT_TAG) {
		if (operation_tag_read(resolving->repo, named, out, &oid, err) <
		    0)
			return err->code;
		return add_object(resolving, &oid, err);
	}
	if (type == OBJECT_COMMIT)
		add_to(&out->commits, &out->nr_commits, &out->alloc_commits,
		       &oid);
	else
		add_to(&out->others, &out->nr_others, &out->alloc_others, &oid);
	return 0;
}

static int add_ids(struct resolving *resolving, const struct strlist *ids,
		   struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ids->nr; i++) {
		struct oid oid;

		if (oid_parse(&oid, ids->items[i]))
			ret = add_object(resolving, &oid, err);
	}
	return ret;
}

/* -- other names --------------------------------------------------------- */

/*
 * Let git say what the names mean: one process for all. An answer is a line
 * "<id> <type> <size>"; what is missing or ambiguous has another form.
 */
static int ask_git(struct resolving *resolving, const struct strlist *names,
		   struct error *err)
{
	const char *const argv[] = {"cat-file", "--batch-check", NULL};
	struct git_command command = {.repo = resolving->repo, .argv = argv};
	struct buf question = BUF_INIT, answer = BUF_INIT;
	int ret;

	for (size_t i = 0; i < names->nr; i++)
		buf_addf(&question, "%s^{commit}\n", names->items[i]);
	command.input = question.ptr;
	command.input_len = question.len;
	ret = git_run(&command, &answer, NULL, err);
	for (char *line = answer.ptr, *end; !ret && *line; line = end + 1) {
		struct oid oid;

		end = line + strcspn(line, "\n");
		if (oid_parse(&oid, line) &&
		    !strncmp(line + OID_HEXSZ, " commit ", 8))
			ret = add_object(resolving, &oid, err);
		if (!*end)
			break;
	}
	buf_release(&question);
	buf_release(&answer);
	return ret;
}

/* The only commit whose id starts with these digits. */
static bool find_short(struct resolving *resolving, const char *digits,
		       struct oid *out, struct error *err)
{
	size_t len = strspn(digits, "0123456789abcdefABCDEF");
	enum object_type type;
	git_oid start, found;

	if (digits[len] || len < GIT_OID_MINPREFIXLEN || len >= OID_HEXSZ ||
	    git_oid_fromstrn(&start, digits, len) < 0 ||
	    git_odb_exists_prefix(&found, resolving->repo->odb, &start, len))
		return false;
	memcpy(out->id, found.id, OID_RAWSZ);
	if (!object_header(resolving->repo, out, &type, NULL, err))
		return type == OBJECT_COMMIT;
	error_release(err);
	return false;
}

/* Add what is meant; what only git can tell goes to `rest`. */
static int add_name(struct resolving *resolving, const char *name,
		    struct strlist *rest, struct error *err)
{
	struct oid oid;

	if (find_short(resolving, name, &oid, err))
		return add_object(resolving, &oid, err);
	strlist_add(rest, name);
	return 0;
}

static int add_names(struct resolving *resolving,
		     const struct operation_mentions *mentions,
		     struct error *err)
{
	struct strlist rest = STRLIST_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < mentions->names.nr; i++)
		ret = add_name(resolving, mentions->names.items[i], &rest, err);
	for (size_t i = 0; !ret && i < mentions->labels.nr; i++) {
		char *ref =
			xstrfmt("refs/rewritten/%s", mentions->labels.items[i]);

		/* Among the refs: made already, or by a line of the list. */
		if (!ref_list_find(&resolving->out->refs, ref))
			ret = add_name(resolving, mentions->labels.items[i],
				       &rest, err);
		free(ref);
	}
	strlist_sort(&rest);
	strlist_unique(&rest);
	if (!ret && rest.nr)
		ret = ask_git(resolving, &rest, err);
	strlist_release(&rest);
	return ret;
}

int operation_resolve_objects(struct repository *repo,
			      const struct operation_mentions *mentions,
			      struct operation *out, struct error *err)
{
	struct resolving resolving = {.repo = repo, .out = out};
	int ret = 0;

	/* What is named in no other way needs no objects looked at. */
	if (out->refs.nr || mentions->names.nr || mentions->labels.nr)
		ret = repository_library(repo, err);
	if (!ret)
		ret = add_ids(&resolving, &mentions->ids, err);
	for (size_t i = 0; !ret && i < out->refs.nr; i++)
		ret = add_object(&resolving, &out->refs.items[i].oid, err);
	if (!ret)
		ret = add_names(&resolving, mentions, err);
	oid_set_release(&resolving.seen);
	return ret;
}
