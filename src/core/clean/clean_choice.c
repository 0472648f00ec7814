#include "core/clean/clean_choice.h"

#include "base/alloc.h"
#include "core/clean/clean.h"
#include "core/record/checkpoint_name.h"
#include "core/record/id.h"
#include "core/record/session.h"
#include "core/save/candidates.h"
#include "core/save/history.h"
#include "core/snapshot/holding.h"
#include "core/verify/verify.h"
#include "git/commit.h"

/* -- items --------------------------------------------------------------- */

/* One of a hundred thousand: a type is mostly one of a few words. */
static const char *keep_type(struct arena *texts, const char *type)
{
	enum checkpoint_type known = checkpoint_type_parse(type);

	return known != TYPE_UNKNOWN ? checkpoint_type_name(known)
				     : arena_copy(texts, type, strlen(type));
}

static void read_commit_text(struct repository *repo, struct arena *texts,
			     struct clean_item *item)
{
	struct error ignored = ERROR_INIT;
	struct commit commit;
	char *type;

	if (!oid_is_zero(&item->name.commit) &&
	    !commit_read(repo, &item->name.commit, &commit, &ignored)) {
		type = commit_trailer(commit.message, "Checkpoint-Type");
		if (type)
			item->type = keep_type(texts, type);
		item->description = arena_copy(texts, commit.message,
					       strcspn(commit.message, "\n"));
		free(type);
		commit_release(&commit);
	}
	error_release(&ignored);
}

/* The name is taken. */
static struct clean_item *add_item(struct repository *repo, struct cleaned *out,
				   struct clean_items *items,
				   struct checkpoint *name)
{
	struct clean_item *item;

	ARRAY_GROW(items->items, items->nr, items->alloc);
	item = &items->items[items->nr++];
	*item = (struct clean_item){.name = *name,
				    .time_ms = id_time(name->id)};
	*name = (struct checkpoint){0};
	read_commit_text(repo, &out->texts, item);
	return item;
}

static void add_all(struct repository *repo, struct cleaned *out,
		    struct checkpoint_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		add_item(repo, out, &out->drop, &list->items[i]);
}

/* -- by name ------------------------------------------------------------- */

/*
 * Like checkpoint_resolve(), but a ref that holds no id can be named, too: all
 * that is wanted is that it goes.
 */
static int resolve(struct repository *repo, const char *name,
		   struct checkpoint *out, struct error *err)
{
	int ret = checkpoint_resolve(repo, name, out, err);

	if (ret != ERR_INVALID || !checkpoint_parse_ref(name, out))
		return ret;
	error_release(err);
	return 0;
}

static bool is_listed(const struct checkpoint_list *list, const char *ref)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->items[i].ref, ref))
			return true;
	return false;
}

static int choose_named(struct repository *repo,
			const struct clean_request *request,
			struct cleaned *out, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	int ret = 0;

	for (size_t i = 0; !ret && i < request->nr_names; i++) {
		struct checkpoint found = {0};

		ret = resolve(repo, request->names[i], &found, err);
		if (!ret && !is_listed(&list, found.ref))
			checkpoint_list_add(&list, &found);
		checkpoint_release(&found);
	}
	if (!ret)
		add_all(repo, out, &list);
	checkpoint_list_release(&list);
	return ret;
}

/* -- by path ------------------------------------------------------------- */

static int choose_by_path(struct repository *repo,
			  const struct clean_request *request,
			  struct cleaned *out, struct error *err)
{
	struct checkpoint_list all = CHECKPOINT_LIST_INIT;
	struct checkpoint_list found = CHECKPOINT_LIST_INIT;
	int ret;

	ret = checkpoint_list_read(repo, SCOPE_ALL, NULL, &all, err);
	if (!ret)
		ret = holding_checkpoints(repo, &all, request->pathspecs,
					  &found, &out->blobs, &out->unread,
					  err);
	if (!ret)
		add_all(repo, out, &found);
	checkpoint_list_release(&all);
	checkpoint_list_release(&found);
	return ret;
}

/* -- by retention -------------------------------------------------------- */

/* Room for the first ones at once: what grows step by step leaves holes. */
static void reserve(struct clean_items *items, size_t nr)
{
	if (items->alloc || !nr)
		return;
	items->alloc = nr;
	items->items = xcalloc(nr, sizeof(*items->items));
}

static size_t count_dropped(const struct candidates *candidates)
{
	size_t nr = 0;

	for (size_t i = 0; i < candidates->list.nr; i++)
		nr += candidates->items[i].drop;
	return nr;
}

/* Names are taken. `problems` (may be NULL) has a list for each candidate. */
static void add_decided(struct repository *repo, struct cleaned *out,
			struct candidates *candidates, struct strlist *problems)
{
	reserve(&out->drop, count_dropped(candidates));
	for (size_t i = 0; i < candidates->list.nr; i++) {
		const struct retention_item *item = &candidates->items[i];
		struct clean_item *added;

		if (!item->drop && !item->condemned)
			continue;
		added = add_item(repo, out,
				 item->drop ? &out->drop : &out->stay,
				 &candidates->list.items[i]);
		added->reason = item->reason;
		if (problems) {
			added->problems = problems[i];
			problems[i] = (struct strlist)STRLIST_INIT;
		}
	}
}

/* Find out which cannot be restored, and why. */
static int verify_all(struct repository *repo,
		      const struct clean_request *request,
		      struct candidates *candidates, struct strlist *problems,
		      struct error *err)
{
	struct verify *verify = NULL;
	size_t nr = candidates->list.nr;
	int ret = verify_open(&verify, repo, err);

	for (size_t i = 0; !ret && i < nr; i++) {
		struct verified verified = {0};

		ret = verify_checkpoint(verify, &candidates->list.items[i],
					&verified, err);
		candidates->items[i].lost =
			verified_has(&verified, VERIFY_LOST);
		for (size_t k = 0; k < verified.nr; k++)
			if (verified.problems[k].kind == VERIFY_LOST)
				strlist_add(&problems[i],
					    verified.problems[k].text);
		verified_release(&verified);
		if (request->verified)
			request->verified(request->context, i + 1, nr);
	}
	verify_close(verify);
	return ret;
}

static int choose_by_criteria(struct repository *repo,
			      const struct clean_request *request,
			      struct cleaned *out, struct error *err)
{
	struct retention_criteria chosen = request->criteria;
	const struct retention_criteria *criteria = &chosen;
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct candidates candidates = {.list = CHECKPOINT_LIST_INIT};
	struct strlist *problems = NULL;
	size_t nr = 0;
	int ret;

	if (request->keep_sessions >= 0) {
		if (history_read(repo, (size_t)request->keep_sessions,
				 &out->sessions, err) < 0)
			return err->code;
		chosen.sessions = &out->sessions;
	}
	ret = checkpoint_list_read(repo, SCOPE_WORKTREE, criteria->session,
				   &list, err);
	if (!ret) {
		nr = list.nr;
		problems = xcalloc(nr, sizeof(*problems));
		ret = candidates_read(&candidates, repo, &list, err);
	}
	if (!ret && criteria->lost)
		ret = verify_all(repo, request, &candidates, problems, err);
	if (!ret)
		ret = candidates_protect(&candidates, repo, true, err);
	if (!ret) {
		retention_condemn(candidates.items, nr, criteria);
		add_decided(repo, out, &candidates, problems);
	}
	for (size_t i = 0; i < nr; i++)
		strlist_release(&problems[i]);
	free(problems);
	candidates_release(&candidates);
	checkpoint_list_release(&list);
	return ret;
}

static int choose_of_session(struct repository *repo, const char *session,
			     struct cleaned *out, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct candidates candidates = {.list = CHECKPOINT_LIST_INIT};
	int ret;

	ret = checkpoint_list_read(repo, SCOPE_ALL, session, &list, err);
	if (!ret)
		ret = candidates_read(&candidates, repo, &list, err);
	if (!ret)
		ret = candidates_thin(&candidates, repo, err);
	if (!ret)
		add_decided(repo, out, &candidates, NULL);
	candidates_release(&candidates);
	checkpoint_list_release(&list);
	return ret;
}

static int choose_by_retention(struct repository *repo, struct cleaned *out,
			       struct error *err)
{
	struct strlist sessions = STRLIST_INIT;
	int ret = session_names(repo, &sessions, err);

	for (size_t i = 0; !ret && i < sessions.nr; i++)
		ret = choose_of_session(repo, sessions.items[i], out, err);
	strlist_release(&sessions);
	return ret;
}

/* -- the whole ----------------------------------------------------------- */

int clean_choice_read(struct repository *repo,
		      const struct clean_request *request, struct cleaned *out,
		      struct error *err)
{
	switch (request->kind) {
	case CLEAN_NAMED:
		return choose_named(repo, request, out, err);
	case CLEAN_PATH:
		return choose_by_path(repo, request, out, err);
	case CLEAN_CRITERIA:
		return choose_by_criteria(repo, request, out, err);
	case CLEAN_RETENTION:
		return choose_by_retention(repo, out, err);
	}
	return 0;
}
