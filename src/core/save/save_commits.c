#include "core/save/saving.h"

#include "base/alloc.h"
#include "core/record/commit_text.h"
#include "core/save/save_record.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/tree.h"
#include "worktree/attachment.h"

/* -- the commits --------------------------------------------------------- */

static int build_state(struct saving *saving, struct tree_builder *builder,
		       struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct pack *pack = saving->out->pack;
	const struct {
		const char *name;
		uint32_t mode;
		const struct oid *oid;
	} parts[] = {
		{"index-extra", MODE_FILE, &snapshot->index_extra_blob},
		{"worktree-extra", MODE_FILE, &snapshot->worktree_extra_blob},
		{"stages", MODE_TREE, &snapshot->stages_tree},
		{"raw", MODE_TREE, &snapshot->raw_tree},
		{"gitdir", MODE_TREE, &snapshot->gitdir_tree},
		{"metadata.json", MODE_FILE, &saving->metadata},
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!oid_is_zero(parts[i].oid))
			tree_builder_add(builder, parts[i].name, parts[i].mode,
					 parts[i].oid);
	if (operation_hold(saving->repo, &snapshot->operation, pack, builder,
			   err) < 0)
		return err->code;
	return attachments_add(saving->options->attachments, pack, builder,
			       err);
}

static int write_state(struct saving *saving, const char *author,
		       const char *committer, struct error *err)
{
	const struct operation *operation = &saving->out->snapshot->operation;
	const struct save_options *options = saving->options;
	struct tree_builder *builder = tree_builder_new();
	size_t nr = operation->nr_commits + options->nr_hold;
	struct oid *parents = xcalloc(nr, sizeof(*parents));
	char *message =
		xstrfmt(COMMIT_TEXT_STATE "%s\n", saving->out->checkpoint.id);
	struct oid tree;
	int ret;

	if (operation->nr_commits)
		memcpy(parents, operation->commits,
		       operation->nr_commits * sizeof(*parents));
	if (options->nr_hold)
		memcpy(parents + operation->nr_commits, options->hold,
		       options->nr_hold * sizeof(*parents));
	ret = build_state(saving, builder, err);
	if (!ret)
		ret = tree_builder_write(builder, saving->out->pack, &tree,
					 err);
	if (!ret)
		ret = commit_write(saving->out->pack, &tree, parents, nr,
				   author, committer, message, &saving->state,
				   err);
	tree_builder_free(builder);
	free(parents);
	free(message);
	return ret;
}

/* A commit with HEAD's commit, where there is one, and another as parents. */
static int write_on_base(struct saving *saving, const struct oid *tree,
			 const struct oid *other, const char *author,
			 const char *committer, const char *message,
			 struct oid *out, struct error *err)
{
	struct oid parents[2];
	size_t nr = 0;

	if (!oid_is_zero(&saving->base))
		parents[nr++] = saving->base;
	parents[nr++] = *other;
	return commit_write(saving->out->pack, tree, parents, nr, author,
			    committer, message, out, err);
}

/* The ignored files that were wanted, and their permissions. */
static int add_ignored(struct saving *saving, struct tree_builder *builder,
		       struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct buf text = BUF_INIT;
	struct oid blob;
	int ret;

	if (oid_is_zero(&snapshot->local_tree))
		return 0;
	worktree_extra_write(&snapshot->local_extra, &text);
	ret = pack_add(saving->out->pack, OBJECT_BLOB, text.ptr, text.len,
		       &blob, err);
	buf_release(&text);
	if (ret < 0)
		return ret;
	tree_builder_add(builder, "worktree-extra", MODE_FILE, &blob);
	tree_builder_add(builder, "ignored", MODE_TREE, &snapshot->local_tree);
	return 0;
}

static int write_local(struct saving *saving, const char *author,
		       const char *committer, struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct tree_builder *builder = tree_builder_new();
	char *message =
		xstrfmt(COMMIT_TEXT_LOCAL "%s\n", saving->out->checkpoint.id);
	struct buf text = BUF_INIT;
	struct oid blob, tree;
	int ret;

	omitted_write(&snapshot->omitted, &text);
	ret = pack_add(saving->out->pack, OBJECT_BLOB, text.ptr, text.len,
		       &blob, err);
	if (!ret) {
		tree_builder_add(builder, "omitted", MODE_FILE, &blob);
		ret = add_ignored(saving, builder, err);
	}
	if (!ret)
		ret = tree_builder_write(builder, saving->out->pack, &tree,
					 err);
	if (!ret)
		ret = commit_write(saving->out->pack, &tree, &saving->commit, 1,
				   author, committer, message, &saving->local,
				   err);
	tree_builder_free(builder);
	buf_release(&text);
	free(message);
	return ret;
}

static char *build_message(const struct saving *saving)
{
	const struct commit_text text = {
		.description = saving->description,
		.id = saving->out->checkpoint.id,
		.type = checkpoint_type_name(saving->options->type),
		.session = saving->session,
		.base = &saving->base,
		.index = &saving->index,
		.state = &saving->state,
		.task = saving->task,
		.key = saving->options->key,
	};

	return commit_text_build(&text);
}

int saving_write_commits(struct saving *saving, struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	char *author = NULL, *committer = NULL, *message = NULL, *index_message;
	int ret;

	commit_idents(saving->repo, saving->time_ms / 1000, &author,
		      &committer);
	index_message =
		xstrfmt(COMMIT_TEXT_INDEX "%s\n", saving->out->checkpoint.id);
	saving->base = snapshot->head.id;
	ret = write_state(saving, author, committer, err);
	if (!ret)
		ret = write_on_base(saving, &snapshot->index_tree,
				    &saving->state, author, committer,
				    index_message, &saving->index, err);
	if (!ret) {
		message = build_message(saving);
		ret = write_on_base(saving, &snapshot->tree, &saving->index,
				    author, committer, message, &saving->commit,
				    err);
	}
	if (!ret &&
	    (snapshot->omitted.nr || !oid_is_zero(&snapshot->local_tree)))
		ret = write_local(saving, author, committer, err);
	free(author);
	free(committer);
	free(message);
	free(index_message);
	return ret;
}

int saving_write_metadata(struct saving *saving, struct error *err)
{
	struct saved *out = saving->out;

	record_release(&out->record);
	record_init(&out->record);
	if (save_fill_record(&out->record, saving, err) < 0)
		return err->code;
	out->record.snapshot.bytes_added = (int64_t)pack_bytes(out->pack);
	buf_reset(&saving->text);
	if (record_write(&out->record, &saving->text, err) < 0)
		return err->code;
	return pack_add(out->pack, OBJECT_BLOB, saving->text.ptr,
			saving->text.len, &saving->metadata, err);
}
