#include "core/clean/clean.h"

#include "base/alloc.h"
#include "core/clean/clean_choice.h"
#include "core/clean/clean_undo.h"
#include "core/record/id.h"
#include "core/record/journal.h"
#include "core/save/drop.h"
#include "core/save/history.h"
#include "git/object.h"

static void release_items(struct clean_items *items)
{
	for (size_t i = 0; i < items->nr; i++) {
		checkpoint_release(&items->items[i].name);
		strlist_release(&items->items[i].problems);
	}
	free(items->items);
}

/* Borrowed from the items; to be free()d, and no more. */
static struct checkpoint_list names_of(const struct clean_items *items)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;

	list.items = xcalloc(items->nr, sizeof(*list.items));
	for (; list.nr < items->nr; list.nr++)
		list.items[list.nr] = items->items[list.nr].name;
	return list;
}

static int newest_first(const void *a, const void *b)
{
	const struct clean_item *x = a, *y = b;
	int order = id_compare(y->name.id, x->name.id);

	return order ? order : strcmp(x->name.ref, y->name.ref);
}

/* Their refs, sorted. Borrowed as well. */
static struct strlist refs_of(const struct clean_items *items)
{
	struct strlist refs = STRLIST_INIT;

	refs.items = xcalloc(items->nr, sizeof(*refs.items));
	for (; refs.nr < items->nr; refs.nr++)
		refs.items[refs.nr] = items->items[refs.nr].name.ref;
	strlist_sort(&refs);
	return refs;
}

static int finish_choice(struct repository *repo, struct cleaned *out,
			 struct error *err)
{
	struct strlist refs;
	int ret;

	if (out->drop.nr)
		qsort(out->drop.items, out->drop.nr, sizeof(*out->drop.items),
		      newest_first);
	refs = refs_of(&out->drop);
	ret = clean_undo_check(repo, &refs, err);
	if (!ret)
		ret = clean_undo_read(repo, &refs, out, err);
	out->held.known = !out->drop.nr;
	free(refs.items);
	return ret;
}

int clean_choose(struct repository *repo, const struct clean_request *request,
		 struct cleaned *out, struct error *err)
{
	int ret;

	*out = (struct cleaned){.kind = request->kind};
	ret = journal_refuse(repo, err);
	if (ret < 0)
		return ret;
	object_read_many(repo);
	ret = clean_choice_read(repo, request, out, err);
	return ret < 0 ? ret : finish_choice(repo, out, err);
}

int clean_measure(struct repository *repo, struct cleaned *cleaned,
		  struct error *err)
{
	struct checkpoint_list list = names_of(&cleaned->drop);
	int ret;

	object_read_few(repo);
	ret = remaining_read(&cleaned->remaining, repo, &list, err);

	free(list.items);
	object_read_many(repo);
	if (ret < 0 || held_bytes_count(repo, &cleaned->remaining,
					&cleaned->held, err) < 0)
		return err->code;
	ret = reaching_read(&cleaned->reaching, repo, &cleaned->blobs,
			    &cleaned->remaining, err);
	remaining_release(&cleaned->remaining);
	return ret;
}

int clean_drop(struct repository *repo, const struct cleaned *cleaned,
	       struct error *err)
{
	struct checkpoint_list list = names_of(&cleaned->drop);
	int ret = 0;

	object_read_few(repo);
	/* First: an undo that is forgotten can still be made by hand, one that
	 * leads nowhere cannot. */
	if (cleaned->nr_lost)
		ret = clean_undo_forget(repo, &list, err);
	if (!ret && list.nr)
		ret = drop_checkpoints(repo, &list, err);
	if (!ret)
		ret = history_forget(repo, &cleaned->sessions, err);
	free(list.items);
	return ret;
}

void clean_release(struct cleaned *cleaned)
{
	release_items(&cleaned->drop);
	release_items(&cleaned->stay);
	arena_release(&cleaned->texts);
	for (size_t i = 0; i < cleaned->nr_lost; i++) {
		free(cleaned->lost[i].git_dir);
		free(cleaned->lost[i].id);
	}
	free(cleaned->lost);
	strlist_release(&cleaned->sessions);
	strlist_release(&cleaned->unread);
	remaining_release(&cleaned->remaining);
	reaching_release(&cleaned->reaching);
	oid_set_release(&cleaned->blobs);
	*cleaned = (struct cleaned){.kind = cleaned->kind};
}
