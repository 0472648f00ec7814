#include "core/verify/verifying.h"

#include "base/alloc.h"
#include "core/record/journal.h"
#include "git/note.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/repository.h"

/* With what a user has added to it. */
#define MAX_NOTE (UINT64_C(64) << 20)

static char *notes_ref(const struct checkpoint *checkpoint)
{
	return xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, checkpoint->session);
}

static int read_metadata(struct repository *repo, const struct stored *stored,
			 struct buf *out, struct error *err)
{
	struct oid blob;

	if (stored_find(repo, stored, "metadata.json", &blob, err) < 0)
		return err->code;
	return object_read(repo, &blob, OBJECT_BLOB, RECORD_MAX_BYTES, out,
			   err);
}

/* A user may have added text behind the object; git puts an empty line before
 * it. */
static bool note_has(const struct buf *note, const struct buf *text)
{
	return note->len >= text->len &&
	       !memcmp(note->ptr, text->ptr, text->len) &&
	       (note->len == text->len || note->ptr[text->len - 1] == '\n');
}

int verify_note(struct verifying *verifying, struct error *err)
{
	const struct stored *stored = &verifying->target.stored;
	struct buf text = BUF_INIT, note = BUF_INIT;
	char *ref = notes_ref(&stored->name);
	int ret = read_metadata(verifying->repo, stored, &text, err);

	if (!ret) {
		ret = note_read(verifying->repo, ref, &stored->name.commit,
				MAX_NOTE, &note, err);
		if (ret == ERR_NOT_FOUND)
			verifying_add(verifying, VERIFY_NOTE,
				      "its note is missing");
		else if (ret == ERR_INVALID)
			verifying_add(verifying, VERIFY_NOTE,
				      "its note cannot be read");
		else if (!ret && !note_has(&note, &text))
			verifying_add(
				verifying, VERIFY_NOTE,
				"its note is not what metadata.json says");
		if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
			error_release(err);
			ret = 0;
		}
	}
	buf_release(&text);
	buf_release(&note);
	free(ref);
	return ret;
}

/* -- repair -------------------------------------------------------------- */

/* Notes that are to be written at once. */
struct note_list {
	struct note *items;
	size_t nr, alloc;
};

/* A checkpoint that came from two remotes has one note. */
static bool note_list_has(const struct note_list *list,
			  const struct oid *target)
{
	for (size_t i = 0; i < list->nr; i++)
		if (oid_equal(&list->items[i].target, target))
			return true;
	return false;
}

static void note_list_release(struct note_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free((char *)list->items[i].text);
	free(list->items);
}

/* The note that a checkpoint should have; nothing where it cannot be read. */
static int add_note(struct repository *repo,
		    const struct checkpoint *checkpoint, struct note_list *list,
		    struct error *err)
{
	struct buf text = BUF_INIT;
	struct stored stored;
	int ret;

	if (note_list_has(list, &checkpoint->commit))
		return 0;
	ret = stored_open(repo, checkpoint, &stored, err);
	if (!ret)
		ret = read_metadata(repo, &stored, &text, err);
	stored_release(&stored);
	if (!ret) {
		struct note note = {checkpoint->commit, NULL, text.len};

		note.text = buf_detach(&text);
		ARRAY_GROW(list->items, list->nr, list->alloc);
		list->items[list->nr++] = note;
	}
	buf_release(&text);
	if (ret < 0 && ret != ERR_FAILED) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

static int add_session(struct repository *repo,
		       const struct checkpoint_list *list, const char *session,
		       struct note_list *out, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < list->nr; i++)
		if (!strcmp(list->items[i].session, session))
			ret = add_note(repo, &list->items[i], out, err);
	return ret;
}

/* A ref that leads to nothing that could be read is made anew, with the notes
 * of all checkpoints of the session. */
static int start_anew(struct repository *repo, const char *session,
		      const char *ref, struct error *err)
{
	static const struct oid any = {{0}};
	struct checkpoint_list all = CHECKPOINT_LIST_INIT;
	struct note_list notes = {0};
	struct ref_list refs = REF_LIST_INIT;
	int ret;

	ret = checkpoint_list_read(repo, SCOPE_ALL, session, &all, err);
	if (!ret)
		ret = add_session(repo, &all, session, &notes, err);
	checkpoint_list_release(&all);
	if (!ret)
		ret = checkpoint_list_read(repo, SCOPE_REMOTES, session, &all,
					   err);
	if (!ret)
		ret = add_session(repo, &all, session, &notes, err);
	if (!ret) {
		ref_list_add(&refs, ref, &any);
		ret = ref_delete(repo, &refs, err);
	}
	if (!ret && notes.nr)
		ret = note_write(repo, ref, notes.items, notes.nr, true, err);
	ref_list_release(&refs);
	note_list_release(&notes);
	checkpoint_list_release(&all);
	return ret;
}

static int repair_session(struct repository *repo,
			  const struct checkpoint_list *list,
			  const char *session, struct error *err)
{
	char *ref = xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, session);
	struct note_list notes = {0};
	int ret = add_session(repo, list, session, &notes, err);

	if (!ret && notes.nr)
		ret = note_write(repo, ref, notes.items, notes.nr, true, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = start_anew(repo, session, ref, err);
	}
	note_list_release(&notes);
	free(ref);
	return ret;
}

int verify_repair(struct repository *repo, const struct checkpoint_list *list,
		  struct error *err)
{
	struct strlist sessions = STRLIST_INIT;
	int ret = journal_refuse(repo, err);

	for (size_t i = 0; i < list->nr; i++)
		strlist_add(&sessions, list->items[i].session);
	strlist_sort(&sessions);
	strlist_unique(&sessions);
	for (size_t i = 0; !ret && i < sessions.nr; i++)
		ret = repair_session(repo, list, sessions.items[i], err);
	strlist_release(&sessions);
	return ret;
}
