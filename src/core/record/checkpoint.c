#include "core/record/checkpoint.h"

#include "base/alloc.h"
#include "core/record/id.h"
#include "core/record/record.h"
#include "core/record/session.h"
#include "git/commit.h"
#include "git/ref.h"

/* -- one ----------------------------------------------------------------- */

/*
 * There may be a hundred thousand: one piece of memory for each, the ref with
 * the session behind it. The id is how the ref ends.
 */
static void set_names(struct checkpoint *out, const char *ref,
		      const char *session, size_t session_len, const char *id)
{
	size_t len = strlen(ref), id_len = strlen(id);
	char *memory = xmalloc(len + 1 + session_len + 1);

	memcpy(memory, ref, len + 1);
	memcpy(memory + len + 1, session, session_len);
	memory[len + 1 + session_len] = '\0';
	out->ref = memory;
	out->session = memory + len + 1;
	out->id = id_len <= len && !strcmp(ref + len - id_len, id)
			  ? memory + len - id_len
			  : xstrdup(id);
}

static bool has_id_within(const struct checkpoint *checkpoint)
{
	size_t len = strlen(checkpoint->ref), id_len = strlen(checkpoint->id);

	return id_len <= len &&
	       checkpoint->id == checkpoint->ref + len - id_len;
}

void checkpoint_release(struct checkpoint *checkpoint)
{
	const char *ref = checkpoint->ref;

	if (!ref || checkpoint->session != ref + strlen(ref) + 1)
		free(checkpoint->session);
	if (!ref || !checkpoint->id || !has_id_within(checkpoint))
		free(checkpoint->id);
	free(checkpoint->ref);
	free(checkpoint->remote);
	*checkpoint = (struct checkpoint){0};
}

void checkpoint_copy(struct checkpoint *out, const struct checkpoint *from)
{
	set_names(out, from->ref, from->session, strlen(from->session),
		  from->id);
	out->remote = xstrdup_or_null(from->remote);
	out->commit = from->commit;
}

char *checkpoint_ref(const char *prefix, const char *session, const char *id)
{
	return xstrfmt("%s%s/%s", prefix, session, id);
}

/* `session` "/" `id` at `rest`, which is how `ref` ends. */
static bool parse_tail(const char *ref, const char *rest,
		       struct checkpoint *out)
{
	const char *slash = strchr(rest, '/');

	if (!slash || !checkpoint_id_is_valid(slash + 1))
		return false;
	set_names(out, ref, rest, (size_t)(slash - rest), slash + 1);
	return session_name_is_valid(out->session);
}

bool checkpoint_parse_ref(const char *ref, struct checkpoint *out)
{
	const char *rest;

	*out = (struct checkpoint){0};
	if (!strncmp(ref, CHECKPOINT_REFS, strlen(CHECKPOINT_REFS)))
		return parse_tail(ref, ref + strlen(CHECKPOINT_REFS), out);
	if (!strncmp(ref, CHECKPOINT_REMOTE_REFS,
		     strlen(CHECKPOINT_REMOTE_REFS))) {
		const char *end;

		/* A remote's name may have slashes: the last two parts are
		 * ours. */
		rest = ref + strlen(CHECKPOINT_REMOTE_REFS);
		end = strrchr(rest, '/');
		while (end && end > rest && end[-1] != '/')
			end--;
		if (!end || end <= rest + 1 || !parse_tail(ref, end, out))
			return false;
		out->remote = xstrndup(rest, (size_t)(end - rest) - 1);
		return true;
	}
	return false;
}

int checkpoint_type_of(struct repository *repo, const struct oid *commit,
		       int *type, struct error *err)
{
	struct commit parsed;
	char *name;

	if (commit_read(repo, commit, &parsed, err) < 0)
		return err->code;
	name = commit_trailer(parsed.message, "Checkpoint-Type");
	*type = name ? (int)checkpoint_type_parse(name) : TYPE_UNKNOWN;
	free(name);
	commit_release(&parsed);
	return 0;
}

/* -- lists --------------------------------------------------------------- */

void checkpoint_list_add(struct checkpoint_list *list,
			 const struct checkpoint *checkpoint)
{
	ARRAY_GROW(list->items, list->nr, list->alloc);
	checkpoint_copy(&list->items[list->nr++], checkpoint);
}

void checkpoint_list_release(struct checkpoint_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		checkpoint_release(&list->items[i]);
	free(list->items);
	*list = (struct checkpoint_list)CHECKPOINT_LIST_INIT;
}

/* id_compare() of two that are known to be ids: "cp_", digits of which the
 * first is none too many, and what may follow. */
static int compare_ids(const char *a, const char *b)
{
	size_t a_len = strcspn(a, "0123456789"), b_len = a_len;

	a_len += strspn(a + a_len, "0123456789");
	b_len += strspn(b + b_len, "0123456789");
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return strcmp(a, b);
}

static int newest_first(const void *a, const void *b)
{
	const struct checkpoint *x = a, *y = b;
	int order = compare_ids(y->id, x->id);

	return order ? order : strcmp(x->ref, y->ref);
}

/* Refs come sorted by name, which is by time within a session: then there is
 * nothing to do but to turn them round. */
static void sort_newest_first(struct checkpoint_list *list)
{
	bool sorted = true;

	for (size_t i = 0; i < list->nr / 2; i++) {
		struct checkpoint *other = &list->items[list->nr - 1 - i];
		struct checkpoint swap = list->items[i];

		list->items[i] = *other;
		*other = swap;
	}
	for (size_t i = 1; i < list->nr && sorted; i++)
		sorted =
			newest_first(&list->items[i - 1], &list->items[i]) <= 0;
	if (!sorted)
		qsort(list->items, list->nr, sizeof(*list->items),
		      newest_first);
}

/* What is wanted of a list, and how it is read. */
struct reading_list {
	bool names_only;
	const char *beginning; /* of the id; NULL: any */
};

static int read_refs(struct repository *repo, const char *prefix,
		     const struct reading_list *reading, struct ref_list *out,
		     struct error *err)
{
	if (reading->names_only)
		return ref_list_read_names(repo, prefix, reading->beginning,
					   out, err);
	return ref_list_read(repo, prefix, out, err);
}

static int add_refs(struct repository *repo, const char *prefix,
		    const struct reading_list *reading,
		    struct checkpoint_list *out, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret = read_refs(repo, prefix, reading, &refs, err);

	for (size_t i = 0; !ret && i < refs.nr; i++) {
		struct checkpoint checkpoint;

		if (!checkpoint_parse_ref(refs.items[i].name, &checkpoint)) {
			checkpoint_release(&checkpoint);
			continue;
		}
		checkpoint.commit = refs.items[i].oid;
		ARRAY_GROW(out->items, out->nr, out->alloc);
		out->items[out->nr++] = checkpoint;
	}
	ref_list_release(&refs);
	return ret;
}

static int add_session(struct repository *repo, const char *session,
		       const struct reading_list *reading,
		       struct checkpoint_list *out, struct error *err)
{
	char *prefix = xstrfmt("%s%s/", CHECKPOINT_REFS, session);
	int ret = add_refs(repo, prefix, reading, out, err);

	free(prefix);
	return ret;
}

static int add_worktree(struct repository *repo,
			const struct reading_list *reading,
			struct checkpoint_list *out, struct error *err)
{
	struct strlist names = STRLIST_INIT;
	int ret = session_names(repo, &names, err);

	for (size_t i = 0; !ret && i < names.nr; i++)
		ret = add_session(repo, names.items[i], reading, out, err);
	strlist_release(&names);
	return ret;
}

static void keep_session(struct checkpoint_list *list, const char *session)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(list->items[i].session, session))
			checkpoint_release(&list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->nr = kept;
}

static int read_list(struct repository *repo, enum checkpoint_scope scope,
		     const char *session, const struct reading_list *reading,
		     struct checkpoint_list *out, struct error *err)
{
	int ret;

	if (scope == SCOPE_REMOTES) {
		ret = add_refs(repo, CHECKPOINT_REMOTE_REFS, reading, out, err);
		if (!ret && session)
			keep_session(out, session);
	} else if (session) {
		ret = session_name_is_valid(session)
			      ? add_session(repo, session, reading, out, err)
			      : error_set(err, ERR_INVALID,
					  "not the name of a session: '%s'",
					  session);
	} else if (scope == SCOPE_ALL) {
		ret = add_refs(repo, CHECKPOINT_REFS, reading, out, err);
	} else {
		ret = add_worktree(repo, reading, out, err);
	}
	if (!ret)
		sort_newest_first(out);
	return ret;
}

int checkpoint_list_read(struct repository *repo, enum checkpoint_scope scope,
			 const char *session, struct checkpoint_list *out,
			 struct error *err)
{
	static const struct reading_list all = {false, NULL};

	return read_list(repo, scope, session, &all, out, err);
}

int checkpoint_list_names(struct repository *repo, enum checkpoint_scope scope,
			  const char *session, struct checkpoint_list *out,
			  struct error *err)
{
	static const struct reading_list all = {true, NULL};

	return read_list(repo, scope, session, &all, out, err);
}

int checkpoint_list_beginning(struct repository *repo,
			      enum checkpoint_scope scope,
			      const char *beginning,
			      struct checkpoint_list *out, struct error *err)
{
	const struct reading_list some = {true, beginning};

	return read_list(repo, scope, NULL, &some, out, err);
}

int checkpoint_read_commit(struct repository *repo,
			   struct checkpoint *checkpoint, struct error *err)
{
	int ret;

	if (!oid_is_zero(&checkpoint->commit))
		return 0;
	ret = ref_read(repo, checkpoint->ref, &checkpoint->commit, err);
	if (ret == ERR_INVALID) {
		error_release(err);
		checkpoint->commit = (struct oid){{0}};
		ret = 0;
	}
	return ret;
}
