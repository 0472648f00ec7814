#include "core/verify/verifying.h"

#include "base/alloc.h"
#include "base/path.h"
#include "core/record/digest.h"
#include "core/record/json.h"
#include "git/operation_mention.h"
#include "git/tree.h"

/* -- what the trailers and the commits say ------------------------------- */

static void check_same(struct verifying *verifying, const char *what,
		       const char *said, const char *is)
{
	bool same = said && is ? !strcmp(said, is) : said == is;

	if (same)
		return;
	verifying_add(verifying, VERIFY_WRONG,
		      "metadata.json says that %s is %s, but it is %s", what,
		      said ? said : "none", is ? is : "none");
}

/* The same for an id; zero is none. */
static void check_oid(struct verifying *verifying, const char *what,
		      const char *said, const struct oid *is)
{
	char hex[OID_HEXSZ + 1];

	check_same(verifying, what, said,
		   oid_is_zero(is) ? NULL : oid_hex(is, hex));
}

static void check_trailers(struct verifying *verifying)
{
	const struct stored *stored = &verifying->target.stored;
	const char *message = stored->commit.message;
	const char *task = json_get_string(stored->record.task, "task_id");
	char *type = commit_trailer(message, "Checkpoint-Type");
	char *said = commit_trailer(message, "Checkpoint-Task");
	char *id = commit_trailer(message, "Checkpoint-Id");
	char *session = commit_trailer(message, "Checkpoint-Session");
	struct buf escaped = BUF_INIT;

	if (task)
		path_escape(&escaped, task, strlen(task));
	check_same(verifying, "its type", stored->record.type_name, type);
	check_same(verifying, "its id", stored->record.id, id);
	check_same(verifying, "its session", stored->record.session_id,
		   session);
	/* A task that was current is in the metadata, whoever it belongs to. */
	if (said)
		check_same(verifying, "its task", task ? escaped.ptr : NULL,
			   said);
	buf_release(&escaped);
	free(type);
	free(said);
	free(id);
	free(session);
}

/* An imported record may have an abbreviation, or no trees at all. */
static void check_commits(struct verifying *verifying)
{
	const struct stored *stored = &verifying->target.stored;
	const struct record *record = &stored->record;

	check_oid(verifying, "HEAD", record->git.head, &stored->base);
	if (record->snapshot.tree)
		check_oid(verifying, "its tree", record->snapshot.tree,
			  &stored->tree);
	if (record->snapshot.index_tree)
		check_oid(verifying, "the tree of its index",
			  record->snapshot.index_tree, &stored->index_tree);
}

/* -- the digest ---------------------------------------------------------- */

/* An entry of S; zero where there is none. */
static int find_part(const struct verifying *verifying, const char *name,
		     struct oid *out, struct error *err)
{
	int ret = stored_find(verifying->repo, &verifying->target.stored, name,
			      out, err);

	if (ret != ERR_NOT_FOUND)
		return ret;
	error_release(err);
	*out = (struct oid){{0}};
	return 0;
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* A pre_restore also records refs that its restore was to move: only those that
 * the operation has or names count here. */
static void choose_op_refs(const struct operation *operation,
			   struct ref_list *out)
{
	struct operation_mentions mentions = {0};

	for (size_t i = 0; i < operation->nr_files; i++) {
		enum operation_format format;

		if (operation_name_find(operation->files[i].path, &format))
			operation_mention(&operation->files[i], format,
					  &mentions);
	}
	for (size_t i = 0; i < operation->refs.nr; i++) {
		const struct ref *ref = &operation->refs.items[i];

		if (starts_with(ref->name, "refs/bisect/") ||
		    starts_with(ref->name, "refs/rewritten/") ||
		    strlist_has(&mentions.refs, ref->name))
			ref_list_add(out, ref->name, &ref->oid);
	}
	operation_mentions_release(&mentions);
}

static int check_digest(struct verifying *verifying, struct error *err)
{
	static const char *const names[] = {
		"raw", "index-extra", "worktree-extra", "stages", "gitdir"};
	const struct stored *stored = &verifying->target.stored;
	const struct record *record = &stored->record;
	struct oid found[ARRAY_SIZE(names)];
	struct ref_list refs = REF_LIST_INIT;
	struct digest_parts parts;
	char digest[DIGEST_SIZE];
	int ret = 0;

	if (!record->snapshot.digest)
		return 0;
	for (size_t i = 0; !ret && i < ARRAY_SIZE(names); i++)
		ret = find_part(verifying, names[i], &found[i], err);
	if (ret < 0)
		return ret;
	choose_op_refs(&verifying->target.operation, &refs);
	parts = (struct digest_parts){
		.tree = &stored->tree,
		.raw = &found[0],
		.index = &stored->index_tree,
		.index_extra = &found[1],
		.worktree_extra = &found[2],
		.stages = &found[3],
		.gitdir = &found[4],
		.op_refs = &refs,
		.head_ref = record->git.branch,
		.head = &stored->base,
	};
	ret = digest_compute(&parts, digest, err);
	if (!ret)
		check_same(verifying, "its digest", record->snapshot.digest,
			   digest);
	ref_list_release(&refs);
	return ret;
}

/* -- trees of S against its lists ---------------------------------------- */

struct comparing {
	struct verifying *verifying;
	size_t found;
	bool differs;
};

static int compare_raw(void *context, const char *path,
		       const struct tree_entry *entry, struct error *err)
{
	struct comparing *comparing = context;
	const struct worktree_conversion *conversion =
		worktree_extra_conversion(
			&comparing->verifying->target.worktree_extra, path);

	(void)err;
	comparing->found++;
	if (!conversion || !conversion->keep_raw || entry->mode != MODE_FILE ||
	    !oid_equal(&conversion->raw, &entry->oid))
		comparing->differs = true;
	return 0;
}

static int compare_place(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : x->stage - y->stage;
}

/* "<stage>/<path>" */
static int compare_stage(void *context, const char *path,
			 const struct tree_entry *entry, struct error *err)
{
	struct comparing *comparing = context;
	const struct index_extra *extra =
		&comparing->verifying->target.index_extra;
	struct index_entry key = {.path = path + 2};
	const struct index_entry *found = NULL;

	(void)err;
	comparing->found++;
	if (path[0] >= '1' && path[0] <= '3' && path[1] == '/') {
		key.stage = (uint8_t)(path[0] - '0');
		if (extra->nr_stages)
			found = bsearch(&key, extra->stages, extra->nr_stages,
					sizeof(key), compare_place);
	}
	if (!found || found->mode != entry->mode ||
	    !oid_equal(index_entry_oid(found), &entry->oid))
		comparing->differs = true;
	return 0;
}

/* "<id>" */
static int compare_object(void *context, const char *path,
			  const struct tree_entry *entry, struct error *err)
{
	struct comparing *comparing = context;
	char hex[OID_HEXSZ + 1];

	(void)err;
	/* Of a tree, only what is below it is seen. */
	if (!strchr(path, '/') && strcmp(path, oid_hex(&entry->oid, hex)))
		comparing->differs = true;
	return 0;
}

/* Compare the tree `name` of S, of which there should be `nr` entries
 * (SIZE_MAX: any number). */
static int compare(struct verifying *verifying, const char *name, size_t nr,
		   tree_visit visit, const char *list, struct error *err)
{
	struct comparing comparing = {.verifying = verifying};
	struct oid tree;
	int ret = find_part(verifying, name, &tree, err);

	if (!ret && !oid_is_zero(&tree))
		ret = tree_walk(verifying->repo, &tree, UINT64_MAX, visit,
				&comparing, err);
	if (!ret &&
	    (comparing.differs || (nr != SIZE_MAX && comparing.found != nr)))
		verifying_add(verifying, VERIFY_WRONG,
			      "what is in '%s' is not what %s says", name,
			      list);
	return ret;
}

static int check_lists(struct verifying *verifying, struct error *err)
{
	const struct target *target = &verifying->target;
	size_t raw = 0;

	for (size_t i = 0; i < target->worktree_extra.nr_conversions; i++)
		raw += target->worktree_extra.conversions[i].keep_raw;
	if (compare(verifying, "raw", raw, compare_raw, "worktree-extra", err) <
		    0 ||
	    compare(verifying, "stages", target->index_extra.nr_stages,
		    compare_stage, "index-extra", err) < 0)
		return err->code;
	return compare(verifying, "objects", SIZE_MAX, compare_object,
		       "the name of an entry", err);
}

/* -- L ------------------------------------------------------------------- */

static int count_entry(void *context, const char *path,
		       const struct tree_entry *entry, struct error *err)
{
	(void)path;
	(void)entry;
	(void)err;
	++*(int64_t *)context;
	return 0;
}

static void check_count(struct verifying *verifying, const char *what,
			int64_t said, int64_t is)
{
	if (said != RECORD_UNKNOWN && said != is)
		verifying_add(verifying, VERIFY_WRONG,
			      "metadata.json counts %lld %s, there are %lld",
			      (long long)said, what, (long long)is);
}

/* It never leaves the clone, so only that of our own must be here. */
static int check_local(struct verifying *verifying, struct error *err)
{
	const struct target *target = &verifying->target;
	const struct record_snapshot *snapshot =
		&target->stored.record.snapshot;
	struct oid commit;
	int64_t ignored = 0;
	int ret = stored_local(verifying->repo, &target->stored, &commit, NULL,
			       err);

	if (ret < 0)
		return ret;
	if (!ret) {
		if (!target->foreign && (snapshot->omitted.count > 0 ||
					 snapshot->ignored_captured > 0))
			verifying_add(verifying, VERIFY_WRONG,
				      "the list of what it left out is gone, "
				      "with the ignored files that it held");
		return 0;
	}
	if (verifying->local_damaged)
		return 0;
	ret = 0;
	if (!oid_is_zero(&target->ignored_tree))
		ret = tree_walk(verifying->repo, &target->ignored_tree,
				UINT64_MAX, count_entry, &ignored, err);
	if (ret < 0)
		return ret;
	check_count(verifying, "omitted paths", snapshot->omitted.count,
		    (int64_t)target->omitted.nr);
	check_count(verifying, "ignored files", snapshot->ignored_captured,
		    ignored);
	return 0;
}

/* -- the operation ------------------------------------------------------- */

static int check_operation(struct verifying *verifying, struct error *err)
{
	int ret = operation_check(&verifying->target.operation, true, err);

	if (ret == ERR_INVALID || ret == ERR_REFUSED) {
		verifying_add(verifying, VERIFY_WRONG, "%s", err->text);
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

int verify_metadata(struct verifying *verifying, struct error *err)
{
	check_trailers(verifying);
	check_commits(verifying);
	if (check_digest(verifying, err) < 0 ||
	    check_lists(verifying, err) < 0 || check_local(verifying, err) < 0)
		return err->code;
	return check_operation(verifying, err);
}
