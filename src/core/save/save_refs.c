#include "core/save/saving.h"

#include "base/alloc.h"
#include "base/file.h"
#include "core/snapshot/connectivity.h"
#include "core/snapshot/lfs.h"
#include "git/note.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/ref.h"
#include "git/ref_draft.h"
#include "git/repository.h"

/* -- the refs ------------------------------------------------------------ */

/* L, C and the pin, in the order in which they are set. */
struct drafts {
	struct ref_draft items[3];
	size_t nr;
	struct note_draft note;
};

static int draft_ref(struct saving *saving, struct drafts *drafts,
		     const char *prefix, const struct oid *oid,
		     struct error *err)
{
	char *name = checkpoint_ref(prefix, saving->session,
				    saving->out->checkpoint.id);
	struct ref_draft *draft = &drafts->items[drafts->nr++];

	ref_draft_init(draft, saving->repo, name, oid);
	free(name);
	return ref_draft_write(draft, saving->repo, err);
}

/* Their names are new, so nobody waits for them. */
static int draft_refs(struct saving *saving, struct drafts *drafts,
		      struct error *err)
{
	/* L before C: a checkpoint never is without its omitted list. */
	if (!oid_is_zero(&saving->local) &&
	    draft_ref(saving, drafts, CHECKPOINT_LOCAL_REFS, &saving->local,
		      err) < 0)
		return err->code;
	if (draft_ref(saving, drafts, CHECKPOINT_REFS, &saving->commit, err) <
	    0)
		return err->code;
	return saving->options->pin
		       ? draft_ref(saving, drafts, CHECKPOINT_PIN_REFS,
				   &saving->commit, err)
		       : 0;
}

static void release_drafts(struct drafts *drafts)
{
	for (size_t i = 0; i < drafts->nr; i++)
		ref_draft_release(&drafts->items[i]);
}

static struct note note_of(const struct saving *saving)
{
	return (struct note){saving->commit, saving->text.ptr,
			     saving->text.len};
}

/* The note's objects go into the same pack. That it cannot be made will be said
 * when the ref is to be set. */
static void draft_note(struct saving *saving, struct note_draft *draft)
{
	char *notes = xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, saving->session);
	const struct note note = note_of(saving);
	struct error ignored = ERROR_INIT;

	note_prepare(draft, saving->repo, saving->out->pack, notes, &note,
		     &ignored);
	error_release(&ignored);
	free(notes);
}

static int set_refs(struct saving *saving, struct drafts *drafts,
		    struct error *err)
{
	char *notes = xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, saving->session);
	const struct note note = note_of(saving);
	struct error missed = ERROR_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < drafts->nr; i++)
		ret = ref_draft_set(&drafts->items[i], saving->repo, NULL, err);
	/* The note is a projection: the checkpoint is whole without it. */
	if (!ret && note_write_draft(saving->repo, notes, &note, &drafts->note,
				     &missed) < 0)
		strlist_addf(&saving->out->warnings,
			     "the note was not written: %s; 'git checkpoint "
			     "verify --repair' writes it",
			     missed.text);
	error_release(&missed);
	free(notes);
	return ret;
}

/* Take back what set_refs() did: what it was made on has gone. */
static int drop_refs(struct saving *saving, struct error *err)
{
	static const char *const prefixes[] = {
		CHECKPOINT_PIN_REFS, CHECKPOINT_REFS, CHECKPOINT_LOCAL_REFS};
	struct ref_list refs = REF_LIST_INIT;
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		char *name = checkpoint_ref(prefixes[i], saving->session,
					    saving->out->checkpoint.id);

		ref_list_add(&refs, name,
			     prefixes[i] == prefixes[2] ? &saving->local
							: &saving->commit);
		free(name);
	}
	ret = ref_delete(saving->repo, &refs, err);
	ref_list_release(&refs);
	return ret;
}

/*
 * The ref is set: is everything still there that was not written by us? The
 * index, HEAD and the cache's checkpoint held it; as long as they are what they
 * were, no gc could take it.
 */
static int trust_held(struct saving *saving, bool *held, struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct oid now;

	*held = index_file_unchanged(snapshot->scan->index,
				     saving->repo->index_file) &&
		(oid_is_zero(&saving->base) ||
		 object_exists(saving->repo, &saving->base));
	if (*held && saving->holder) {
		int ret = ref_read(saving->repo, saving->holder, &now, err);

		if (ret < 0 && ret != ERR_NOT_FOUND)
			return ret;
		*held = !ret && oid_equal(&now, &saving->holder_commit);
		error_release(err);
	}
	return 0;
}

/* Content of git-lfs is held before the refs are set, as objects are. */
static int hold_and_set_refs(struct saving *saving, struct drafts *drafts,
			     bool *held, struct error *err)
{
	int lock = -1;
	int ret = lfs_hold(saving->repo, saving->out->snapshot, saving->session,
			   saving->out->checkpoint.id, &lock, held, err);

	/* What no cache vouched for has just been read anew. */
	if (!saving->holder)
		*held = true;
	if (!ret && *held)
		ret = set_refs(saving, drafts, err);
	file_unlock(lock);
	return ret;
}

/* What is to be synced, all at once; and the refs, once that is on disk. */
static int finish(struct saving *saving, bool *held, struct error *err)
{
	struct drafts drafts = {.nr = 0};
	int fds[ARRAY_SIZE(drafts.items)];
	size_t nr = 0;
	int ret;

	draft_note(saving, &drafts.note);
	ret = draft_refs(saving, &drafts, err);
	for (size_t i = 0; i < drafts.nr; i++)
		if (ref_draft_fd(&drafts.items[i]) >= 0)
			fds[nr++] = ref_draft_fd(&drafts.items[i]);
	if (!ret)
		ret = pack_finish_with(saving->out->pack, fds, nr, err);
	if (!ret)
		ret = hold_and_set_refs(saving, &drafts, held, err);
	release_drafts(&drafts);
	return ret;
}

int saving_publish(struct saving *saving, bool *held, struct error *err)
{
	struct saved *out = saving->out;
	struct error missed = ERROR_INIT;

	if (finish(saving, held, err) < 0)
		return err->code;
	if (!*held)
		return 0;
	if (trust_held(saving, held, err) < 0)
		return err->code;
	if (!*held) {
		/* Maybe nothing is missing: then all is well, too. */
		int ret =
			connectivity_check(saving->repo, &saving->commit, err);

		if (ret == ERR_NOT_FOUND) {
			error_release(err);
			return drop_refs(saving, err);
		}
		if (ret < 0)
			return ret;
		*held = true;
	}
	out->bytes_added = pack_bytes(out->pack);
	out->checkpoint.commit = saving->commit;
	out->checkpoint.session = xstrdup(saving->session);
	out->checkpoint.ref = checkpoint_ref(CHECKPOINT_REFS, saving->session,
					     out->checkpoint.id);
	if (snapshot_write_cache(out->snapshot, out->checkpoint.ref,
				 &saving->commit, &missed) < 0)
		strlist_addf(&out->warnings, "the caches were not written: %s",
			     missed.text);
	error_release(&missed);
	return 0;
}
