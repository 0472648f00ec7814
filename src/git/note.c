#include "git/note.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "git/commit.h"
#include "git/note_tree.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/ref.h"

/* What somebody may have added to a note. */
#define MAX_NOTE ((uint64_t)16 << 20)

static int tree_of(struct repository *repo, const struct oid *commit,
		   struct oid *out, struct error *err)
{
	struct commit parsed = {0};
	int ret = commit_read(repo, commit, &parsed, err);

	if (!ret)
		*out = parsed.tree;
	commit_release(&parsed);
	return ret;
}

int note_read(struct repository *repo, const char *ref,
	      const struct oid *target, uint64_t limit, struct buf *out,
	      struct error *err)
{
	struct oid commit, tree;
	int ret = ref_read(repo, ref, &commit, err);

	if (!ret)
		ret = tree_of(repo, &commit, &tree, err);
	if (!ret)
		ret = note_tree_read(repo, &tree, target, limit, out, err);
	return ret;
}

/*
 * Where in the note `old` starts what a user wrote: behind our object, whose
 * last line is "}"; at the start where there is no object of ours any more.
 */
static size_t user_text(const struct buf *old)
{
	size_t pos = 0;

	if (old->ptr[0] != '{')
		return 0;
	while (strncmp(old->ptr + pos, "}\n", 2)) {
		const char *end = memchr(old->ptr + pos, '\n', old->len - pos);

		if (!end)
			return old->len;
		pos = (size_t)(end - old->ptr) + 1;
	}
	return pos + 2;
}

/* `git notes append` puts an empty line in front, so that is what we do. */
static void add_user_text(struct buf *text, const struct buf *old)
{
	size_t pos = user_text(old);

	if (pos == old->len)
		return;
	if (text->len && text->ptr[text->len - 1] != '\n')
		buf_addch(text, '\n');
	if (old->ptr[pos] != '\n')
		buf_addch(text, '\n');
	buf_add(text, old->ptr + pos, old->len - pos);
}

/* The blob with the new text and, where that is wanted, the user's. */
static int write_blob(struct repository *repo, struct pack *pack,
		      const struct oid *tree, const struct note *note,
		      bool keep_appended, struct oid *out, struct error *err)
{
	struct buf text = BUF_INIT, old = BUF_INIT;
	int ret = 0;

	buf_add(&text, note->text, note->len);
	if (tree && keep_appended) {
		ret = note_tree_read(repo, tree, &note->target, MAX_NOTE, &old,
				     err);
		if (ret == ERR_NOT_FOUND && !old.len) {
			error_release(err);
			ret = 0;
		}
		if (!ret)
			add_user_text(&text, &old);
	}
	if (!ret)
		ret = pack_add(pack, OBJECT_BLOB, text.ptr, text.len, out, err);
	buf_release(&text);
	buf_release(&old);
	return ret;
}

struct note_change {
	struct repository *repo;
	struct pack *pack;
	const struct note *notes;
	size_t nr;
	bool keep_appended;
	const struct note_draft *draft; /* or NULL */
};

static int write_edits(const struct note_change *change, const struct oid *tree,
		       struct oid *out, struct error *err)
{
	struct note_edit *edits =
		xcalloc(change->nr ? change->nr : 1, sizeof(*edits));
	int ret = 0;

	for (size_t i = 0; i < change->nr && !ret; i++) {
		const struct note *note = &change->notes[i];

		edits[i].target = note->target;
		edits[i].remove = !note->text;
		if (note->text)
			ret = write_blob(change->repo, change->pack, tree, note,
					 change->keep_appended, &edits[i].blob,
					 err);
	}
	if (!ret)
		ret = note_tree_edit(change->repo, change->pack, tree, edits,
				     change->nr, out, err);
	free(edits);
	return ret;
}

static int write_commit(const struct note_change *change,
			const struct oid *tree, struct oid *out,
			struct error *err)
{
	char *author = NULL, *committer = NULL;
	int ret;

	commit_idents(change->repo, clock_now_ms() / 1000, &author, &committer);
	ret = commit_write(change->pack, tree, NULL, 0, author, committer,
			   "Notes on checkpoints\n", out, err);
	free(author);
	free(committer);
	return ret;
}

static bool is_made_on(const struct note_draft *draft, const struct oid *tip)
{
	return draft && draft->made && draft->had_tip == (tip != NULL) &&
	       (!tip || oid_equal(tip, &draft->tip));
}

/* The new tip; a ref_change, called again where the old one has moved. */
static int change_tip(void *context, const struct oid *old, struct oid *new_oid,
		      struct error *err)
{
	struct note_change *change = context;
	struct oid old_tree, tree;
	int ret = 0;

	pack_free(change->pack);
	change->pack = NULL;
	if (is_made_on(change->draft, old)) {
		*new_oid = change->draft->commit;
		return 0;
	}
	if (old)
		ret = tree_of(change->repo, old, &old_tree, err);
	if (!ret)
		ret = pack_open(&change->pack, change->repo, err);
	if (!ret)
		ret = write_edits(change, old ? &old_tree : NULL, &tree, err);
	if (ret < 0)
		return ret;
	if (old && oid_equal(&tree, &old_tree)) {
		*new_oid = *old;
		return 0;
	}
	if (oid_is_zero(&tree)) {
		*new_oid = tree;
		return 0;
	}
	ret = write_commit(change, &tree, new_oid, err);
	return ret < 0 ? ret : pack_finish(change->pack, err);
}

int note_write(struct repository *repo, const char *ref,
	       const struct note *notes, size_t nr, bool keep_appended,
	       struct error *err)
{
	struct note_change change = {
		.repo = repo,
		.notes = notes,
		.nr = nr,
		.keep_appended = keep_appended,
	};
	int ret = ref_update_locked(repo, ref, change_tip, &change, err);

	pack_free(change.pack);
	return ret;
}

int note_prepare(struct note_draft *draft, struct repository *repo,
		 struct pack *pack, const char *ref, const struct note *note,
		 struct error *err)
{
	const struct note_change change = {
		.repo = repo,
		.pack = pack,
		.notes = note,
		.nr = 1,
	};
	struct oid old_tree, tree;
	int ret = ref_read(repo, ref, &draft->tip, err);

	*draft = (struct note_draft){.had_tip = !ret, .tip = draft->tip};
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	} else if (!ret) {
		ret = tree_of(repo, &draft->tip, &old_tree, err);
	}
	if (!ret)
		ret = write_edits(&change, draft->had_tip ? &old_tree : NULL,
				  &tree, err);
	if (!ret)
		ret = write_commit(&change, &tree, &draft->commit, err);
	draft->made = !ret;
	return ret;
}

int note_write_draft(struct repository *repo, const char *ref,
		     const struct note *note, const struct note_draft *draft,
		     struct error *err)
{
	struct note_change change = {
		.repo = repo,
		.notes = note,
		.nr = 1,
		.draft = draft,
	};
	int ret = ref_update_locked(repo, ref, change_tip, &change, err);

	pack_free(change.pack);
	return ret;
}
