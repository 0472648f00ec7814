#include "core/session/recovery.h"

#include "base/alloc.h"
#include "base/strlist.h"
#include "base/strmap.h"
#include "core/record/id.h"
#include "core/record/json.h"
#include "core/record/session_log.h"
#include "core/record/stored.h"

/* -- the list ------------------------------------------------------------ */

static struct recovery *add(struct recovery_list *list)
{
	ARRAY_GROW(list->items, list->nr, list->alloc);
	list->items[list->nr] = (struct recovery){.remote = NULL};
	return &list->items[list->nr++];
}

static void item_release(struct recovery *item)
{
	session_state_release(&item->state);
	checkpoint_release(&item->newest);
	free(item->remote);
}

void recovery_list_release(struct recovery_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		item_release(&list->items[i]);
	free(list->items);
	*list = (struct recovery_list)RECOVERY_LIST_INIT;
}

/* Take the last one off again. */
static void drop_last(struct recovery_list *list)
{
	item_release(&list->items[--list->nr]);
}

/* -- the newest checkpoint ----------------------------------------------- */

/* 1: a restore made it. One whose type cannot be read is taken for one that
 * none did: that it is damaged is to be seen. 0 or 1, or < 0. */
static int is_safety(struct repository *repo, struct checkpoint *name,
		     struct error *err)
{
	int type = TYPE_UNKNOWN;
	int ret = checkpoint_read_commit(repo, name, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 1;
	}
	if (!ret)
		ret = checkpoint_type_of(repo, &name->commit, &type, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	return ret < 0 ? ret : type == TYPE_PRE_RESTORE;
}

/* The first from place `at` on that no restore made, of the same session. */
static int first_of_own_accord(struct repository *repo,
			       struct checkpoint_list *names, size_t at,
			       size_t *out, struct error *err)
{
	const char *session = names->items[at].session;

	for (size_t i = at; i < names->nr; i++) {
		int ret;

		if (strcmp(names->items[i].session, session))
			continue;
		ret = is_safety(repo, &names->items[i], err);
		if (ret < 0)
			return ret;
		*out = i;
		if (!ret)
			return 0;
	}
	return error_set(err, ERR_NOT_FOUND, "session '%s' has no checkpoint",
			 session);
}

int recovery_newest(struct repository *repo, enum checkpoint_scope scope,
		    const char *session, struct checkpoint *out,
		    struct error *err)
{
	struct checkpoint_list names = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_names(repo, scope, session, &names, err);
	size_t place = 0;

	*out = (struct checkpoint){0};
	if (!ret && !names.nr)
		ret = error_set(err, ERR_NOT_FOUND,
				"session '%s' has no checkpoint", session);
	if (!ret)
		ret = first_of_own_accord(repo, &names, 0, &place, err);
	if (!ret)
		checkpoint_copy(out, &names.items[place]);
	checkpoint_list_release(&names);
	return ret;
}

/* -- sessions with a log here -------------------------------------------- */

static int add_logged(struct repository *repo, const char *name,
		      struct recovery_list *out, struct error *err)
{
	struct recovery *item = add(out);
	int ret = session_state_read(repo, name, &item->state, err);

	if (!ret)
		ret = session_state_is_ours(repo, &item->state, &item->ours,
					    err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID || ret == ERR_NEWER) {
		error_release(err);
		drop_last(out);
		return 0;
	}
	if (ret < 0)
		return ret;
	ret = recovery_newest(repo, SCOPE_ALL, name, &item->newest, err);
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* This worktree's, and then those of the others. */
static int add_all_logged(struct repository *repo, struct recovery_list *out,
			  struct error *err)
{
	struct strlist own = STRLIST_INIT, all = STRLIST_INIT;
	int ret = session_state_names(repo, false, &own, err);

	if (!ret)
		ret = session_state_names(repo, true, &all, err);
	for (size_t i = 0; !ret && i < own.nr; i++)
		ret = add_logged(repo, own.items[i], out, err);
	for (size_t i = 0; !ret && i < all.nr; i++)
		if (!strlist_has(&own, all.items[i]))
			ret = add_logged(repo, all.items[i], out, err);
	strlist_release(&own);
	strlist_release(&all);
	return ret;
}

/* -- sessions of which there are checkpoints alone ----------------------- */

/* 1: it is added, or has nothing to go on with because nobody started it; 0:
 * the checkpoint cannot be read. */
static int add_stored(struct repository *repo, const struct checkpoint *from,
		      const struct checkpoint *newest,
		      struct recovery_list *out, struct error *err)
{
	struct recovery *item;
	struct stored stored;
	int ret = stored_open(repo, from, &stored, err);

	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID || ret == ERR_NEWER) {
		error_release(err);
		ret = 0;
	} else if (!ret) {
		ret = 1;
	}
	if (ret > 0 && json_get_string(stored.record.session, "status")) {
		item = add(out);
		session_state_of_record(&stored.record, &item->state);
		checkpoint_copy(&item->newest, newest);
		item->remote = xstrdup_or_null(newest->remote);
		item->foreign = true;
	}
	stored_release(&stored);
	return ret;
}

/* What the newest does not tell, the one before may. */
static int add_session(struct repository *repo, struct checkpoint_list *names,
		       size_t at, struct recovery_list *out, struct error *err)
{
	const char *session = names->items[at].session;
	size_t newest = 0;
	int ret = first_of_own_accord(repo, names, at, &newest, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	for (size_t i = newest; !ret && i < names->nr; i++) {
		if (strcmp(names->items[i].session, session))
			continue;
		ret = is_safety(repo, &names->items[i], err);
		if (!ret)
			ret = add_stored(repo, &names->items[i],
					 &names->items[newest], out, err);
		else if (ret > 0)
			ret = 0;
	}
	return ret < 0 ? ret : 0;
}

static int add_foreign(struct repository *repo, enum checkpoint_scope scope,
		       struct strmap *seen, struct recovery_list *out,
		       struct error *err)
{
	struct checkpoint_list names = CHECKPOINT_LIST_INIT;
	int ret = checkpoint_list_names(repo, scope, NULL, &names, err);

	for (size_t i = 0; !ret && i < names.nr; i++) {
		const char *session = names.items[i].session;

		if (strmap_has(seen, session))
			continue;
		strmap_put(seen, session, out);
		if (!session_log_exists(repo, session))
			ret = add_session(repo, &names, i, out, err);
	}
	checkpoint_list_release(&names);
	return ret;
}

/* -- choosing ------------------------------------------------------------ */

static void mark_superseded(struct recovery_list *list)
{
	struct strmap taken = STRMAP_INIT;

	for (size_t i = 0; i < list->nr; i++)
		if (list->items[i].state.resumed_from)
			strmap_put(&taken, list->items[i].state.resumed_from,
				   list);
	for (size_t i = 0; i < list->nr; i++)
		list->items[i].superseded =
			strmap_has(&taken, list->items[i].state.id);
	strmap_release(&taken, NULL);
}

int recovery_list_read(struct repository *repo, struct recovery_list *out,
		       struct error *err)
{
	struct strmap seen = STRMAP_INIT;
	int ret = add_all_logged(repo, out, err);

	if (!ret)
		ret = add_foreign(repo, SCOPE_ALL, &seen, out, err);
	if (!ret)
		ret = add_foreign(repo, SCOPE_REMOTES, &seen, out, err);
	mark_superseded(out);
	strmap_release(&seen, NULL);
	return ret;
}

bool recovery_is_open(const struct recovery *recovery)
{
	return session_state_is_unfinished(&recovery->state) &&
	       recovery->state.status != SESSION_ABANDONED &&
	       !recovery->superseded;
}

/* Of a session without tasks nobody can say that all is done, unless it has
 * been ended. */
static bool may_go_on(const struct recovery *item)
{
	return !item->state.nr_tasks && !item->superseded &&
	       item->state.status != SESSION_ENDED &&
	       item->state.status != SESSION_ABANDONED;
}

const struct recovery *recovery_choose(const struct recovery_list *list,
				       bool *several)
{
	const struct recovery *own = NULL, *foreign = NULL;

	*several = false;
	for (size_t i = 0; i < list->nr; i++) {
		const struct recovery *item = &list->items[i];

		if (!recovery_is_open(item))
			continue;
		if (item->ours && item->state.status == SESSION_ACTIVE)
			return item;
		if (item->ours && !own)
			own = item;
		if (!item->foreign)
			continue;
		*several = *several || foreign;
		foreign = item;
	}
	/* This worktree's last one comes first. */
	if (!own && list->nr && list->items[0].ours &&
	    may_go_on(&list->items[0]))
		own = &list->items[0];
	if (own)
		*several = false;
	return own ? own : *several ? NULL : foreign;
}

int recovery_percent(const struct session_state *state)
{
	int64_t sum = 0;

	if (!state->nr_tasks)
		return -1;
	for (size_t i = 0; i < state->nr_tasks; i++) {
		const struct session_task *task = &state->tasks[i];
		int percent = session_task_percent(task);

		if (task->status == TASK_FAILED || task->status == TASK_SKIPPED)
			sum += 100;
		else if (percent > 0)
			sum += percent;
	}
	return (int)(sum / (int64_t)state->nr_tasks);
}
