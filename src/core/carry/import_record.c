#include "core/carry/import_record.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/record/commit_text.h"
#include "core/record/description.h"
#include "core/record/index_extra.h"
#include "core/record/json.h"
#include "core/record/record_text.h"
#include "core/record/worktree_extra.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/process.h"
#include "git/tree.h"
#include "git/tree_memory.h"
#include "worktree/attachment.h"

/* Who imports does not matter, nor when. */
#define IDENT "git-checkpoint <git-checkpoint@localhost>"
#define INDEX_VERSION 2

struct writing {
	struct repository *repo;
	struct pack *pack;
	struct old_record *old;
	struct oid base, tree; /* zero and empty where there is none */
	char *ident;
};

/* -- the commit that it names -------------------------------------------- */

static int find_base(struct writing *writing, struct error *err)
{
	struct buf text = BUF_INIT;
	struct commit commit;
	char *name;
	int ret;

	writing->tree = tree_empty_id;
	if (!writing->old->commit)
		return 0;
	name = xstrfmt("%s^{commit}", writing->old->commit);
	ret = git_ask(writing->repo, &text, err, "rev-parse", "--verify",
		      "--quiet", name, NULL);
	buf_trim(&text);
	/* It may be gone, or never have come here. */
	if (ret < 0) {
		error_release(err);
		ret = 0;
	} else if (text.len == OID_HEXSZ &&
		   oid_parse(&writing->base, text.ptr)) {
		ret = commit_read(writing->repo, &writing->base, &commit, err);
		if (!ret) {
			writing->tree = commit.tree;
			commit_release(&commit);
		}
	}
	buf_release(&text);
	free(name);
	return ret;
}

/* -- the record ---------------------------------------------------------- */

/* One line of text, without what a terminal would obey. */
static char *one_line(const char *text)
{
	struct buf line = BUF_INIT;
	size_t len;

	for (; *text; text++)
		buf_addch(&line, (unsigned char)*text < 0x20 || *text == 0x7f
					 ? ' '
					 : *text);
	len = line.len;
	while (len > DESCRIPTION_MAX_BYTES ||
	       (len && !utf8_is_valid(line.ptr, len)))
		len--;
	buf_setlen(&line, len);
	buf_trim(&line);
	return buf_detach(&line);
}

static void complete_description(struct record *record)
{
	const char *task = json_get_string(record->task, "task_id");
	char *line = record->description ? one_line(record->description) : NULL;
	struct error ignored = ERROR_INIT;

	/* C1 controls are of more than one byte. */
	if (line && description_check(line, &ignored) < 0) {
		free(line);
		line = NULL;
	}
	error_release(&ignored);
	free(record->description);
	record->description =
		description_or_default(line, record_type(record), task);
	free(line);
}

static void complete_git(struct writing *writing)
{
	struct old_record *old = writing->old;
	struct record *record = &old->record;
	char *branch =
		old->branch ? xstrfmt("refs/heads/%s", old->branch) : NULL;
	char hex[OID_HEXSZ + 1];

	if (branch && !record_text_is_valid(FIELD_REF, branch)) {
		free(branch);
		branch = NULL;
	}
	record_set_head(record,
			oid_is_zero(&writing->base)
				? NULL
				: oid_hex(&writing->base, hex),
			branch);
	/* They do not say. */
	record->git.detached = false;
	free(record->git_commit);
	record->git_commit = xstrdup_or_null(old->commit);
	free(branch);
}

static int normalize(struct record *record, struct error *err)
{
	if ((record->task && record_task_normalize(record->task, err) < 0) ||
	    (record->session &&
	     record_session_normalize(record->session, err) < 0) ||
	    (record->metrics &&
	     record_metrics_normalize(record->metrics, err) < 0))
		return err->code;
	return 0;
}

/* -- the commits --------------------------------------------------------- */

static int add_text(struct writing *writing, struct tree_builder *builder,
		    const char *name, const struct buf *text, struct error *err)
{
	struct oid blob;

	if (pack_add(writing->pack, OBJECT_BLOB, text->ptr, text->len, &blob,
		     err) < 0)
		return err->code;
	tree_builder_add(builder, name, MODE_FILE, &blob);
	return 0;
}

static int build_state(struct writing *writing, struct tree_builder *builder,
		       struct error *err)
{
	struct index_extra index_extra;
	struct worktree_extra worktree_extra;
	struct buf index = BUF_INIT, worktree = BUF_INIT, metadata = BUF_INIT;
	int ret;

	index_extra_init(&index_extra);
	index_extra.version = INDEX_VERSION;
	index_extra_write(&index_extra, &index);
	worktree_extra_init(&worktree_extra);
	worktree_extra_write(&worktree_extra, &worktree);
	ret = record_write(&writing->old->record, &metadata, err);
	if (!ret)
		ret = add_text(writing, builder, "metadata.json", &metadata,
			       err);
	if (!ret)
		ret = add_text(writing, builder, "index-extra", &index, err);
	if (!ret)
		ret = add_text(writing, builder, "worktree-extra", &worktree,
			       err);
	if (!ret)
		ret = attachments_add(&writing->old->attachments, writing->pack,
				      builder, err);
	index_extra_release(&index_extra);
	worktree_extra_release(&worktree_extra);
	buf_release(&index);
	buf_release(&worktree);
	buf_release(&metadata);
	return ret;
}

static int write_commit(struct writing *writing, const struct oid *tree,
			const struct oid *other, const char *message,
			struct oid *out, struct error *err)
{
	struct oid parents[2];
	size_t nr = 0;

	if (other && !oid_is_zero(&writing->base))
		parents[nr++] = writing->base;
	if (other)
		parents[nr++] = *other;
	return commit_write(writing->pack, tree, parents, nr, writing->ident,
			    writing->ident, message, out, err);
}

static int write_commits(struct writing *writing, const struct oid *state_tree,
			 struct oid *out, struct error *err)
{
	const struct record *record = &writing->old->record;
	char *state_text = xstrfmt(COMMIT_TEXT_STATE "%s\n", record->id);
	char *index_text = xstrfmt(COMMIT_TEXT_INDEX "%s\n", record->id);
	struct oid state, index;
	int ret;

	ret = write_commit(writing, state_tree, NULL, state_text, &state, err);
	if (!ret)
		ret = write_commit(writing, &writing->tree, &state, index_text,
				   &index, err);
	if (!ret) {
		const struct commit_text text = {
			.description = record->description,
			.id = record->id,
			.type = record->type_name,
			.session = record->session_id,
			.base = &writing->base,
			.index = &index,
			.state = &state,
			.task = json_get_string(record->task, "task_id"),
		};
		char *message = commit_text_build(&text);

		ret = write_commit(writing, &writing->tree, &index, message,
				   out, err);
		free(message);
	}
	free(state_text);
	free(index_text);
	return ret;
}

int import_record_write(struct repository *repo, struct pack *pack,
			struct old_record *old, struct oid *commit,
			struct error *err)
{
	struct writing writing = {.repo = repo, .pack = pack, .old = old};
	struct tree_builder *builder = tree_builder_new();
	struct oid state_tree;
	int ret = find_base(&writing, err);

	writing.ident = xstrfmt(IDENT " %lld +0000",
				(long long)(old->record.timestamp / 1000));
	complete_git(&writing);
	complete_description(&old->record);
	if (!ret)
		ret = normalize(&old->record, err);
	if (!ret)
		ret = build_state(&writing, builder, err);
	if (!ret)
		ret = tree_builder_write(builder, pack, &state_tree, err);
	/* git's empty tree is known to every git, but not to every object
	 * store. */
	if (!ret && oid_equal(&writing.tree, &tree_empty_id))
		ret = pack_add(pack, OBJECT_TREE, "", 0, &writing.tree, err);
	if (!ret)
		ret = write_commits(&writing, &state_tree, commit, err);
	tree_builder_free(builder);
	free(writing.ident);
	return ret;
}
