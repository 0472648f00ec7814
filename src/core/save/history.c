#include "core/save/history.h"

#include "base/alloc.h"
#include "core/record/session_log.h"
#include "core/save/candidates.h"
#include "core/save/drop.h"
#include "core/session/session_state.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_MAX_HISTORY 10

struct ended {
	char *name;
	int64_t ended_ms;
};

static int compare_newest_first(const void *a, const void *b)
{
	const struct ended *left = a, *right = b;

	if (left->ended_ms != right->ended_ms)
		return left->ended_ms > right->ended_ms ? -1 : 1;
	return strcmp(right->name, left->name);
}

/* Whether it is over; and when it ended. One that cannot be read is not. */
static bool is_over(struct repository *repo, const char *name,
		    int64_t *ended_ms)
{
	struct error ignored = ERROR_INIT;
	struct session_state state;
	bool over = false;

	if (!session_state_read(repo, name, &state, &ignored)) {
		over = session_state_is_over(&state);
		*ended_ms = state.ended_ms != RECORD_UNKNOWN
				    ? state.ended_ms
				    : state.last_activity_ms;
	}
	error_release(&ignored);
	session_state_release(&state);
	return over;
}

int history_read(struct repository *repo, size_t keep, struct strlist *out,
		 struct error *err)
{
	struct strlist names = STRLIST_INIT;
	struct ended *items = NULL;
	size_t nr = 0;
	int ret = session_state_names(repo, false, &names, err);

	items = xcalloc(names.nr, sizeof(*items));
	for (size_t i = 0; !ret && i < names.nr; i++)
		if (is_over(repo, names.items[i], &items[nr].ended_ms))
			items[nr++].name = names.items[i];
	if (nr)
		qsort(items, nr, sizeof(*items), compare_newest_first);
	for (size_t i = keep; i < nr; i++)
		strlist_add(out, items[i].name);
	strlist_sort(out);
	free(items);
	strlist_release(&names);
	return ret;
}

/* -- automatic retention ------------------------------------------------- */

static bool is_in_list(const struct strlist *sorted,
		       const struct retention_item *item)
{
	return strlist_sorted_has(sorted, item->session) && !item->reason &&
	       !item->unfinished && checkpoint_type_is_automatic(item->type);
}

static int drop_automatic(struct repository *repo,
			  const struct strlist *sessions, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct checkpoint_list drop = CHECKPOINT_LIST_INIT;
	struct candidates candidates = {.list = CHECKPOINT_LIST_INIT};
	int ret = checkpoint_list_read(repo, SCOPE_WORKTREE, NULL, &list, err);

	if (!ret)
		ret = candidates_read(&candidates, repo, &list, err);
	if (!ret)
		ret = candidates_protect(&candidates, repo, false, err);
	for (size_t i = 0; !ret && i < candidates.list.nr; i++)
		if (is_in_list(sessions, &candidates.items[i]))
			checkpoint_list_add(&drop, &candidates.list.items[i]);
	if (!ret && drop.nr)
		ret = drop_checkpoints(repo, &drop, err);
	checkpoint_list_release(&drop);
	candidates_release(&candidates);
	checkpoint_list_release(&list);
	return ret;
}

/* Those that have something to lose: the rest was thinned out before. */
static int keep_with_checkpoints(struct repository *repo,
				 const struct strlist *all, struct strlist *out,
				 struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < all->nr; i++) {
		struct checkpoint_list list = CHECKPOINT_LIST_INIT;

		ret = checkpoint_list_names(repo, SCOPE_ALL, all->items[i],
					    &list, err);
		if (list.nr)
			strlist_add(out, all->items[i]);
		checkpoint_list_release(&list);
	}
	return ret;
}

int history_apply(struct repository *repo, struct error *err)
{
	struct strlist old = STRLIST_INIT, some = STRLIST_INIT;
	int64_t keep;
	int ret;

	if (config_get_int(repo->config, "checkpoint.maxhistory",
			   DEFAULT_MAX_HISTORY, &keep, err) < 0)
		return err->code;
	if (keep < 0)
		return error_set(err, ERR_FAILED,
				 "bad numeric config value '%lld' for "
				 "'checkpoint.maxhistory': it is negative",
				 (long long)keep);
	ret = history_read(repo, (size_t)keep, &old, err);
	if (!ret)
		ret = keep_with_checkpoints(repo, &old, &some, err);
	if (!ret && some.nr)
		ret = drop_automatic(repo, &some, err);
	strlist_release(&old);
	strlist_release(&some);
	return ret;
}

/* -- forgetting ---------------------------------------------------------- */

int history_forget(struct repository *repo, const struct strlist *sessions,
		   struct error *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < sessions->nr; i++) {
		struct checkpoint_list list = CHECKPOINT_LIST_INIT;

		ret = checkpoint_list_names(repo, SCOPE_ALL, sessions->items[i],
					    &list, err);
		if (!ret && !list.nr)
			ret = session_log_remove(repo, sessions->items[i], err);
		checkpoint_list_release(&list);
	}
	return ret;
}
