#include "core/record/stored.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/operation_tag.h"
#include "git/ref.h"
#include "git/repository.h"
#include "git/tree.h"

static int invalid(const struct stored *stored, const char *what,
		   struct error *err)
{
	return error_set(err, ERR_INVALID, "invalid checkpoint data: '%s' %s",
			 stored->name.id, what);
}

/* A trailer that names a commit; `required` or else zero. */
static int trailer_oid(const struct stored *stored, const char *name,
		       bool required, struct oid *out, struct error *err)
{
	char *value = commit_trailer(stored->commit.message, name);
	int ret = 0;

	*out = (struct oid){{0}};
	if (value ? strlen(value) != OID_HEXSZ || !oid_parse(out, value)
		  : required) {
		char *what = xstrfmt("has no good %s trailer", name);

		ret = invalid(stored, what, err);
		free(what);
	}
	free(value);
	return ret;
}

static bool has_parent(const struct commit *commit, const struct oid *parent)
{
	for (size_t i = 0; i < commit->nr_parents; i++)
		if (oid_equal(&commit->parents[i], parent))
			return true;
	return false;
}

static int read_commits(struct repository *repo, struct stored *out,
			struct error *err)
{
	struct commit index = {.nr_parents = 0}, state = {.nr_parents = 0};
	int ret;

	ret = commit_read(repo, &out->name.commit, &out->commit, err);
	if (ret < 0)
		return ret;
	out->tree = out->commit.tree;
	if (trailer_oid(out, "Checkpoint-Base", false, &out->base, err) < 0 ||
	    trailer_oid(out, "Checkpoint-Index", true, &out->index, err) < 0 ||
	    trailer_oid(out, "Checkpoint-State", true, &out->state, err) < 0)
		return err->code;
	if (!has_parent(&out->commit, &out->index) ||
	    (!oid_is_zero(&out->base) && !has_parent(&out->commit, &out->base)))
		return invalid(out, "names parents that it does not have", err);
	ret = commit_read(repo, &out->index, &index, err);
	if (!ret) {
		out->index_tree = index.tree;
		if (!has_parent(&index, &out->state))
			ret = invalid(out, "has an index without its state",
				      err);
	}
	if (!ret)
		ret = commit_read(repo, &out->state, &state, err);
	if (!ret)
		out->state_tree = state.tree;
	commit_release(&index);
	commit_release(&state);
	return ret;
}

int stored_find(struct repository *repo, const struct stored *stored,
		const char *path, struct oid *out, struct error *err)
{
	uint32_t mode;

	return tree_find(repo, &stored->state_tree, path, &mode, out, err);
}

static int read_text(struct repository *repo, const struct stored *stored,
		     const char *path, uint64_t limit, struct buf *out,
		     struct error *err)
{
	struct oid blob;

	if (stored_find(repo, stored, path, &blob, err) < 0) {
		if (err->code == ERR_NOT_FOUND && oid_is_zero(&stored->state))
			return err->code;
		return error_prefix(err, "'%s'", stored->name.id);
	}
	return object_read(repo, &blob, OBJECT_BLOB, limit, out, err);
}

static int read_metadata(struct repository *repo, struct stored *out,
			 struct error *err)
{
	struct buf text = BUF_INIT;
	int ret = read_text(repo, out, "metadata.json", RECORD_MAX_BYTES, &text,
			    err);

	if (!ret) {
		/* It is initialised there once more. */
		record_release(&out->record);
		ret = record_read(&out->record, text.ptr, text.len, err);
	}
	buf_release(&text);
	if (ret < 0)
		return ret;
	if (strcmp(out->record.id, out->name.id) || !out->record.session_id ||
	    strcmp(out->record.session_id, out->name.session))
		return invalid(out, "says that it is another one", err);
	return 0;
}

int stored_open(struct repository *repo, const struct checkpoint *checkpoint,
		struct stored *out, struct error *err)
{
	*out = (struct stored){0};
	checkpoint_copy(&out->name, checkpoint);
	record_init(&out->record);
	if (read_commits(repo, out, err) < 0 ||
	    read_metadata(repo, out, err) < 0) {
		if (err->code == ERR_NOT_FOUND)
			error_prefix(err, "checkpoint '%s' is damaged",
				     checkpoint->id);
		if (err->code != ERR_NEWER)
			error_hint(err,
				   "'git checkpoint verify %s' says what "
				   "is wrong",
				   checkpoint->id);
		return err->code;
	}
	return 0;
}

void stored_release(struct stored *stored)
{
	checkpoint_release(&stored->name);
	commit_release(&stored->commit);
	record_release(&stored->record);
	*stored = (struct stored){0};
}

/* -- parts of the state -------------------------------------------------- */

int stored_index_extra(struct repository *repo, const struct stored *stored,
		       struct index_extra *out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	index_extra_init(out);
	ret = read_text(repo, stored, "index-extra", STORED_MAX_TEXT, &text,
			err);
	if (!ret)
		ret = index_extra_read(out, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

int stored_worktree_extra(struct repository *repo, const struct stored *stored,
			  struct worktree_extra *out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	worktree_extra_init(out);
	ret = read_text(repo, stored, "worktree-extra", STORED_MAX_TEXT, &text,
			err);
	if (!ret)
		ret = worktree_extra_read(out, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

struct file_reading {
	struct repository *repo;
	struct operation *out;
};

static int add_operation_file(void *context, const char *path,
			      const struct tree_entry *entry, struct error *err)
{
	struct file_reading *reading = context;
	struct operation *out = reading->out;
	struct operation_file *file;

	if (entry->mode != MODE_FILE)
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: 'gitdir/%s' is no "
				 "plain file",
				 path);
	ARRAY_GROW(out->files, out->nr_files, out->alloc_files);
	file = &out->files[out->nr_files++];
	*file = (struct operation_file){xstrdup(path), BUF_INIT};
	return object_read(reading->repo, &entry->oid, OBJECT_BLOB,
			   STORED_MAX_TEXT, &file->text, err);
}

static int add_operation_tag(void *context, const char *path,
			     const struct tree_entry *entry, struct error *err)
{
	struct file_reading *reading = context;
	struct buf text = BUF_INIT;
	struct oid oid;
	int ret = 0;

	if (entry->mode != MODE_FILE || strlen(path) != OID_HEXSZ ||
	    !oid_parse(&oid, path))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: 'tags/%s' is no tag",
				 path);
	ret = object_read(reading->repo, &entry->oid, OBJECT_BLOB,
			  STORED_MAX_TEXT, &text, err);
	if (!ret)
		ret = repository_library(reading->repo, err);
	if (!ret)
		ret = operation_tag_add(reading->out, &oid, &text, err);
	buf_release(&text);
	return ret;
}

/* Visit what is below an entry of S, if there is one of that name. */
static int walk_entry(struct repository *repo, const struct stored *stored,
		      const char *name, tree_visit visit,
		      struct file_reading *reading, struct error *err)
{
	struct oid tree;
	int ret = stored_find(repo, stored, name, &tree, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	return ret ? ret : tree_walk(repo, &tree, 100000, visit, reading, err);
}

static int add_operation_ref(struct operation *out,
			     const struct record_ref *ref, struct error *err)
{
	struct oid oid = {{0}};

	if (ref->oid &&
	    (strlen(ref->oid) != OID_HEXSZ || !oid_parse(&oid, ref->oid)))
		return error_set(err, ERR_INVALID,
				 "invalid checkpoint data: ref '%s' has no "
				 "good value",
				 ref->name);
	ref_list_add(&out->refs, ref->name, &oid);
	return 0;
}

int stored_operation(struct repository *repo, const struct stored *stored,
		     struct operation *out, struct error *err)
{
	const struct record_git *git = &stored->record.git;
	struct file_reading reading = {repo, out};
	int ret;

	*out = (struct operation){0};
	ret = walk_entry(repo, stored, "gitdir", add_operation_file, &reading,
			 err);
	if (!ret)
		ret = walk_entry(repo, stored, "tags", add_operation_tag,
				 &reading, err);
	for (size_t i = 0; !ret && i < git->nr_refs; i++)
		ret = add_operation_ref(out, &git->refs[i], err);
	if (!ret && git->operation)
		out->name = xstrdup(git->operation);
	return ret;
}

static int add_attachment(void *context, const char *path,
			  const struct tree_entry *entry, struct error *err)
{
	(void)err;
	if (entry->mode == MODE_FILE && !strchr(path, '/'))
		strlist_add(context, path);
	return 0;
}

int stored_attachments(struct repository *repo, const struct stored *stored,
		       struct strlist *out, struct error *err)
{
	struct oid tree;
	int ret = stored_find(repo, stored, "attachments", &tree, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	return tree_walk(repo, &tree, 100000, add_attachment, out, err);
}

/* -- what is only here --------------------------------------------------- */

int stored_local(struct repository *repo, const struct stored *stored,
		 struct oid *commit, struct oid *tree, struct error *err)
{
	char *name = checkpoint_ref(CHECKPOINT_LOCAL_REFS, stored->name.session,
				    stored->name.id);
	struct commit local;
	uint32_t mode;
	int ret = ref_read(repo, name, commit, err);

	free(name);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0 || commit_read(repo, commit, &local, err) < 0)
		return err->code;
	if (tree) {
		*tree = (struct oid){{0}};
		ret = tree_find(repo, &local.tree, "ignored", &mode, tree, err);
	}
	commit_release(&local);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	return ret < 0 ? ret : 1;
}

/* A text of L. 0: there is no L, or it has no such file. */
static int read_local_text(struct repository *repo, const struct stored *stored,
			   const char *path, struct buf *out, struct error *err)
{
	struct oid commit, blob;
	struct commit local;
	uint32_t mode;
	int ret = stored_local(repo, stored, &commit, NULL, err);

	if (ret <= 0)
		return ret;
	if (commit_read(repo, &commit, &local, err) < 0)
		return err->code;
	ret = tree_find(repo, &local.tree, path, &mode, &blob, err);
	commit_release(&local);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (!ret)
		ret = object_read(repo, &blob, OBJECT_BLOB, STORED_MAX_TEXT,
				  out, err);
	return ret < 0 ? ret : 1;
}

int stored_local_extra(struct repository *repo, const struct stored *stored,
		       struct worktree_extra *out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	worktree_extra_init(out);
	ret = read_local_text(repo, stored, "worktree-extra", &text, err);
	if (ret > 0)
		ret = worktree_extra_read(out, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}

int stored_omitted(struct repository *repo, const struct stored *stored,
		   struct omitted *out, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	*out = (struct omitted)OMITTED_INIT;
	ret = read_local_text(repo, stored, "omitted", &text, err);
	if (ret > 0)
		ret = omitted_read(out, text.ptr, text.len, err);
	buf_release(&text);
	return ret;
}
