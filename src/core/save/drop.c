#include "core/save/drop.h"

#include "base/alloc.h"
#include "core/snapshot/lfs.h"
#include "git/note.h"
#include "git/ref.h"

/* From so many on, all names are listed first: to look for one costs more than
 * its share of that. */
#define MANY 64

/* What may be there beside a checkpoint. */
struct parts {
	struct repository *repo;
	bool listed;
	struct ref_list locals, pins; /* names, where they are listed */
};

static int list_parts(struct parts *parts, size_t nr, struct error *err)
{
	if (nr < MANY)
		return 0;
	parts->listed = true;
	if (ref_list_read_names(parts->repo, CHECKPOINT_LOCAL_REFS, NULL,
				&parts->locals, err) < 0)
		return err->code;
	return ref_list_read_names(parts->repo, CHECKPOINT_PIN_REFS, NULL,
				   &parts->pins, err);
}

static int add_ref(const struct parts *parts, const char *prefix,
		   const struct checkpoint *checkpoint, struct ref_list *refs,
		   struct error *err)
{
	const struct ref_list *all = !strcmp(prefix, CHECKPOINT_PIN_REFS)
					     ? &parts->pins
					     : &parts->locals;
	char *name =
		checkpoint_ref(prefix, checkpoint->session, checkpoint->id);
	struct oid value;
	int ret = 0;

	if (parts->listed && !ref_list_find(all, name))
		goto done;
	ret = ref_read(parts->repo, name, &value, err);
	/* A damaged ref goes as well: the zero id stands for anything. */
	if (ret == ERR_INVALID) {
		error_release(err);
		value = (struct oid){{0}};
		ret = 0;
	}
	if (!ret)
		ref_list_add(refs, name, &value);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
done:
	free(name);
	return ret;
}

/* Pin and L (an import may have brought it) of a fetched checkpoint have the
 * same names as those of this repository's own, if there is one. */
static int add_parts_of_fetched(const struct parts *parts,
				const struct checkpoint *checkpoint,
				struct ref_list *refs, struct error *err)
{
	char *own = checkpoint_ref(CHECKPOINT_REFS, checkpoint->session,
				   checkpoint->id);
	struct oid value;
	int ret = ref_read(parts->repo, own, &value, err);

	free(own);
	if (ret != ERR_NOT_FOUND)
		return ret;
	error_release(err);
	if (add_ref(parts, CHECKPOINT_LOCAL_REFS, checkpoint, refs, err) < 0)
		return err->code;
	return add_ref(parts, CHECKPOINT_PIN_REFS, checkpoint, refs, err);
}

static int add_refs(const struct parts *parts,
		    const struct checkpoint *checkpoint, struct ref_list *refs,
		    struct error *err)
{
	ref_list_add(refs, checkpoint->ref, &checkpoint->commit);
	if (checkpoint->remote)
		return add_parts_of_fetched(parts, checkpoint, refs, err);
	if (add_ref(parts, CHECKPOINT_LOCAL_REFS, checkpoint, refs, err) < 0)
		return err->code;
	return add_ref(parts, CHECKPOINT_PIN_REFS, checkpoint, refs, err);
}

static bool has_commit(const struct checkpoint_list *list,
		       const struct oid *commit)
{
	for (size_t i = 0; i < list->nr; i++)
		if (oid_equal(&list->items[i].commit, commit))
			return true;
	return false;
}

/* What is left of the session, here and of remotes: a checkpoint may have been
 * in several places. */
static int read_left(struct repository *repo, const char *session,
		     struct checkpoint_list *out, struct error *err)
{
	if (checkpoint_list_read(repo, SCOPE_REMOTES, session, out, err) < 0)
		return err->code;
	return checkpoint_list_read(repo, SCOPE_ALL, session, out, err);
}

/* The notes of `nr` checkpoints of one session. */
static int drop_notes(struct repository *repo,
		      const struct checkpoint *const *gone, size_t nr_gone,
		      struct error *err)
{
	const char *session = gone[0]->session;
	struct note *notes = xcalloc(nr_gone, sizeof(*notes));
	char *ref = xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, session);
	struct checkpoint_list left = CHECKPOINT_LIST_INIT;
	struct oid_set done = {0};
	size_t nr = 0;
	int ret = read_left(repo, session, &left, err);

	for (size_t i = 0; !ret && i < nr_gone; i++)
		if (!has_commit(&left, &gone[i]->commit) &&
		    oid_set_add(&done, &gone[i]->commit))
			notes[nr++] = (struct note){gone[i]->commit, NULL, 0};
	if (!ret && nr)
		ret = note_write(repo, ref, notes, nr, false, err);
	/* Notes that cannot be read keep nothing from going. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	checkpoint_list_release(&left);
	oid_set_release(&done);
	free(notes);
	free(ref);
	return ret;
}

static int compare_sessions(const void *a, const void *b)
{
	const struct checkpoint *const *x = a, *const *y = b;

	return strcmp((*x)->session, (*y)->session);
}

/* Session by session. */
static int drop_all_notes(struct repository *repo,
			  const struct checkpoint_list *list, struct error *err)
{
	const struct checkpoint **gone = xcalloc(list->nr, sizeof(*gone));
	int ret = 0;

	for (size_t i = 0; i < list->nr; i++)
		gone[i] = &list->items[i];
	if (list->nr)
		qsort(gone, list->nr, sizeof(*gone), compare_sessions);
	for (size_t i = 0, end; !ret && i < list->nr; i = end) {
		for (end = i + 1; end < list->nr; end++)
			if (compare_sessions(&gone[i], &gone[end]))
				break;
		ret = drop_notes(repo, gone + i, end - i, err);
	}
	free(gone);
	return ret;
}

int drop_refs(struct repository *repo, const struct checkpoint_list *list,
	      struct ref_list *out, struct error *err)
{
	struct parts parts = {repo, false, REF_LIST_INIT, REF_LIST_INIT};
	int ret = list_parts(&parts, list->nr, err);

	for (size_t i = 0; !ret && i < list->nr; i++)
		ret = add_refs(&parts, &list->items[i], out, err);
	ref_list_release(&parts.locals);
	ref_list_release(&parts.pins);
	return ret;
}

int drop_checkpoints(struct repository *repo,
		     const struct checkpoint_list *list, struct error *err)
{
	struct ref_list refs = REF_LIST_INIT;
	int ret = drop_refs(repo, list, &refs, err);

	if (!ret && refs.nr)
		ret = ref_delete(repo, &refs, err);
	ref_list_release(&refs);
	if (!ret)
		ret = drop_all_notes(repo, list, err);
	return ret ? ret : lfs_sweep(repo, err);
}

int drop_checkpoint(struct repository *repo,
		    const struct checkpoint *checkpoint, struct error *err)
{
	struct checkpoint one = *checkpoint;
	struct checkpoint_list list = {&one, 1, 1};

	return drop_checkpoints(repo, &list, err);
}
