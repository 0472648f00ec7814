#include "core/save/candidates.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/id.h"
#include "core/record/pin.h"
#include "core/record/stored.h"
#include "core/save/drop.h"
#include "core/save/manual_ids.h"
#include "core/save/undo.h"
#include "core/session/session_state.h"
#include "core/snapshot/connectivity.h"
#include "git/commit.h"
#include "git/config.h"
#include "git/repository.h"

#define DEFAULT_MAX_CHECKPOINTS 50
#define DEFAULT_BACKUP_COUNT 1
/*
 * A restore writes its safety checkpoint before the journal that says so, and
 * another process may look in between.
 */
#define GRACE_MS (INT64_C(60) * 60 * 1000)

static int read_count(const struct repository *repo, const char *key,
		      int64_t fallback, size_t *out, struct error *err)
{
	int64_t value;

	*out = 0;
	if (config_get_int(repo->config, key, fallback, &value, err) < 0)
		return err->code;
	if (value < 0)
		return error_set(err, ERR_FAILED,
				 "bad numeric config value '%lld' for '%s': "
				 "it is negative",
				 (long long)value, key);
	*out = (size_t)value;
	return 0;
}

/* -- reading ------------------------------------------------------------- */

/* What the trailers say. */
static int read_trailers(struct repository *repo, const struct oid *oid,
			 struct retention_item *item, char **task,
			 struct error *err)
{
	struct buf bytes = BUF_INIT;
	struct commit commit;
	char *type, *id;
	int ret = 0;

	if (!oid_is_zero(oid))
		ret = commit_read(repo, oid, &commit, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID || oid_is_zero(oid)) {
		error_release(err);
		item->unsound = true;
		return 0;
	}
	if (ret < 0)
		return ret;
	type = commit_trailer(commit.message, "Checkpoint-Type");
	id = commit_trailer(commit.message, "Checkpoint-Task");
	if (type)
		item->type = checkpoint_type_parse(type);
	if (id && path_unescape(&bytes, id))
		*task = buf_detach(&bytes);
	item->task = *task;
	free(type);
	free(id);
	buf_release(&bytes);
	commit_release(&commit);
	return 0;
}

/*
 * A worktree's own session, for what is made outside any other, has no tasks
 * that could be unfinished. Of others that have no log here, or none that can
 * be read, nothing is known.
 */
static bool is_unfinished(struct repository *repo, const char *session)
{
	struct error ignored = ERROR_INIT;
	struct session_state state;
	bool unfinished = true;
	struct id id;

	if (id_parse(session, &id) && id.kind == ID_MANUAL)
		return false;
	if (!session_state_read(repo, session, &state, &ignored))
		unfinished = session_state_is_unfinished(&state) &&
			     !session_state_is_over(&state);
	error_release(&ignored);
	session_state_release(&state);
	return unfinished;
}

static int read_all(struct candidates *out, struct repository *repo,
		    struct checkpoint_list *list, struct manual_ids *manual,
		    struct error *err)
{
	struct strlist pins = STRLIST_INIT, needed = STRLIST_INIT;
	int64_t now_ms = clock_now_ms();
	int ret;

	*out = (struct candidates){.list = *list};
	*list = (struct checkpoint_list)CHECKPOINT_LIST_INIT;
	out->items = xcalloc(out->list.nr, sizeof(*out->items));
	out->tasks = xcalloc(out->list.nr, sizeof(*out->tasks));
	ret = pin_list(repo, &pins, err);
	if (!ret)
		ret = undo_needs(repo, &needed, err);
	for (size_t i = 0; !ret && i < out->list.nr; i++) {
		const struct checkpoint *name = &out->list.items[i];
		struct retention_item *item = &out->items[i];

		item->session = name->session;
		item->time_ms = id_time(name->id);
		item->pinned = pin_list_has(&pins, name);
		item->needed = strlist_sorted_has(&needed, name->ref);
		/* Sessions come in runs. */
		if (i && !strcmp(item[-1].session, item->session))
			item->unfinished = item[-1].unfinished;
		else
			item->unfinished = is_unfinished(repo, name->session);
		if (manual && manual_ids_have(manual, &name->commit)) {
			item->type = TYPE_MANUAL;
			continue;
		}
		ret = read_trailers(repo, &name->commit, item, &out->tasks[i],
				    err);
		if (manual && item->type == TYPE_MANUAL)
			manual_ids_add(manual, &name->commit);
		if (item->type == TYPE_PRE_RESTORE &&
		    now_ms - item->time_ms < GRACE_MS)
			item->needed = true;
	}
	strlist_release(&pins);
	strlist_release(&needed);
	return ret;
}

int candidates_read(struct candidates *out, struct repository *repo,
		    struct checkpoint_list *list, struct error *err)
{
	return read_all(out, repo, list, NULL, err);
}

void candidates_release(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.nr; i++)
		free(candidates->tasks[i]);
	free(candidates->tasks);
	free(candidates->items);
	checkpoint_list_release(&candidates->list);
	*candidates = (struct candidates){.list = CHECKPOINT_LIST_INIT};
}

/* -- protecting ---------------------------------------------------------- */

static bool is_sound(struct repository *repo,
		     const struct checkpoint *checkpoint, bool thorough)
{
	struct error ignored = ERROR_INIT;
	struct stored stored;
	bool sound = !stored_open(repo, checkpoint, &stored, &ignored);

	stored_release(&stored);
	if (sound && thorough)
		sound = !connectivity_check(repo, &checkpoint->commit,
					    &ignored);
	error_release(&ignored);
	return sound;
}

int candidates_protect(struct candidates *candidates, struct repository *repo,
		       bool thorough, struct error *err)
{
	size_t nr = candidates->list.nr, backups, sound = 0;

	if (read_count(repo, "checkpoint.backupcount", DEFAULT_BACKUP_COUNT,
		       &backups, err) < 0)
		return err->code;
	for (size_t i = 0; i < nr && sound <= backups; i++) {
		struct retention_item *item = &candidates->items[i];

		if (item->lost)
			item->unsound = true;
		if (item->unsound || item->type == TYPE_PRE_RESTORE)
			continue;
		item->unsound =
			!is_sound(repo, &candidates->list.items[i], thorough);
		sound += !item->unsound;
	}
	retention_protect(candidates->items, nr, backups);
	return 0;
}

/* -- automatic retention ------------------------------------------------- */

int candidates_limit(const struct repository *repo, size_t *out,
		     struct error *err)
{
	return read_count(repo, "checkpoint.maxcheckpoints",
			  DEFAULT_MAX_CHECKPOINTS, out, err);
}

int candidates_thin(struct candidates *out, struct repository *repo,
		    struct error *err)
{
	size_t limit;

	if (candidates_limit(repo, &limit, err) < 0 ||
	    candidates_protect(out, repo, false, err) < 0)
		return err->code;
	retention_thin(out->items, out->list.nr, limit, clock_now_ms());
	return 0;
}

static int drop_marked(struct repository *repo,
		       const struct candidates *candidates, struct error *err)
{
	struct checkpoint_list drop = CHECKPOINT_LIST_INIT;
	int ret = 0;

	for (size_t i = 0; i < candidates->list.nr; i++)
		if (candidates->items[i].drop)
			checkpoint_list_add(&drop, &candidates->list.items[i]);
	if (drop.nr)
		ret = drop_checkpoints(repo, &drop, err);
	if (!ret)
		ret = (int)drop.nr;
	checkpoint_list_release(&drop);
	return ret;
}

/* Where nothing but the type is asked for, what is manual need not be read. */
static int read_types(struct candidates *out, struct repository *repo,
		      struct checkpoint_list *list, struct error *err)
{
	struct manual_ids *manual = manual_ids_read(repo);
	struct error ignored = ERROR_INIT;
	int ret = read_all(out, repo, list, manual, err);

	/* That it cannot be written costs time alone. */
	if (!ret)
		manual_ids_write(manual, repo, &ignored);
	error_release(&ignored);
	manual_ids_free(manual);
	return ret;
}

int retention_apply(struct repository *repo, const char *session,
		    struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct candidates candidates = {.list = CHECKPOINT_LIST_INIT};
	size_t limit;
	int ret;

	ret = candidates_limit(repo, &limit, err);
	if (!ret)
		ret = checkpoint_list_read(repo, SCOPE_ALL, session, &list,
					   err);
	if (!ret && list.nr > limit) {
		ret = read_types(&candidates, repo, &list, err);
		if (!ret)
			ret = candidates_thin(&candidates, repo, err);
		if (!ret)
			ret = drop_marked(repo, &candidates, err);
	}
	candidates_release(&candidates);
	checkpoint_list_release(&list);
	return ret;
}
