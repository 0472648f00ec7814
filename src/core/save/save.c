#include "core/save/save.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/record/checkpoint_name.h"
#include "core/record/description.h"
#include "core/record/id.h"
#include "core/record/journal.h"
#include "core/record/json.h"
#include "core/record/protected.h"
#include "core/record/session.h"
#include "core/record/stored.h"
#include "core/save/saving.h"
#include "core/save/tidy.h"
#include "core/snapshot/snapshot_told.h"
#include "git/commit.h"
#include "git/config.h"
#include "git/pack.h"
#include "git/ref.h"
#include "git/repository.h"
#include "worktree/cache.h"

#define DEFAULT_MAX_NEW_BYTES (INT64_C(2) << 30)
#define ATTEMPTS 3

/* -- before anything is read --------------------------------------------- */

/* A first checkpoint of a whole home directory is mostly a mistake. */
int save_check_place(struct repository *repo,
		     const struct save_options *options, struct error *err)
{
	const char *home = getenv("HOME");
	const char *worktree = repo->worktree;
	struct strlist names = STRLIST_INIT;
	int ret;

	if (options->any_place ||
	    (strcmp(worktree, "/") && (!home || strcmp(worktree, home))))
		return 0;
	ret = session_names(repo, &names, err);
	if (!ret && !names.nr) {
		ret = error_set(err, ERR_REFUSED,
				"'%s' would be saved as a whole", worktree);
		error_hint(err, "'git checkpoint create --yes' does it all the "
				"same");
	}
	strlist_release(&names);
	return ret;
}

/* The checkpoint of this session that has the key. 1: there is one. */
static int find_key(struct saving *saving, struct error *err)
{
	struct checkpoint_list list = CHECKPOINT_LIST_INIT;
	struct buf wanted = BUF_INIT;
	int ret = checkpoint_list_read(saving->repo, SCOPE_WORKTREE,
				       saving->session, &list, err);

	path_escape(&wanted, saving->options->key,
		    strlen(saving->options->key));
	for (size_t i = 0; !ret && i < list.nr; i++) {
		struct commit commit;
		char *key;

		if (id_time(list.items[i].id) < saving->options->key_since_ms)
			break;

		ret = commit_read(saving->repo, &list.items[i].commit, &commit,
				  err);
		if (ret < 0)
			break;
		key = commit_trailer(commit.message, "Checkpoint-Key");
		if (key && !strcmp(key, wanted.ptr)) {
			checkpoint_copy(&saving->out->checkpoint,
					&list.items[i]);
			ret = 1;
		}
		free(key);
		commit_release(&commit);
	}
	checkpoint_list_release(&list);
	buf_release(&wanted);
	return ret;
}

static int report_existing(struct saving *saving, struct error *err)
{
	struct stored stored;
	int ret = stored_open(saving->repo, &saving->out->checkpoint, &stored,
			      err);

	if (!ret) {
		saving->out->was_there = true;
		record_release(&saving->out->record);
		saving->out->record = stored.record;
		record_init(&stored.record);
	}
	stored_release(&stored);
	return ret;
}

/* -- the snapshot -------------------------------------------------------- */

/* The cache, if what it speaks of is still held by its checkpoint. */
static int open_cache(struct saving *saving, bool trust, struct error *err)
{
	struct oid now;

	saving->out->cache = cache_read(saving->repo, &saving->holder,
					&saving->holder_commit);
	if (!saving->holder)
		return 0;
	if (ref_read(saving->repo, saving->holder, &now, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return err->code;
		error_release(err);
		trust = false;
	} else if (!oid_equal(&now, &saving->holder_commit)) {
		trust = false;
	}
	if (!trust) {
		cache_clear(saving->out->cache);
		free(saving->holder);
		saving->holder = NULL;
	}
	return 0;
}

/* What the user is left with when all else is lost goes by no word of a watch,
 * as good as it may be. */
static bool must_look_at_all(const struct save_options *options)
{
	switch (options->type) {
	case TYPE_PRE_RESTORE:
	case TYPE_BEFORE_RISKY_OPERATION:
	case TYPE_INTERRUPTED:
	case TYPE_SESSION_END:
		return true;
	default:
		return options->look_at_all || options->snapshot_only;
	}
}

static int take_snapshot(struct saving *saving, bool trust, struct error *err)
{
	const struct save_options *options = saving->options;
	struct snapshot_options wanted = {
		.all_ignored = options->all_ignored,
		.wanted = options->wanted,
		.protected_paths = &saving->protected_paths,
		.leave_out_largest = options->leave_out_largest,
		.look_at_all = !trust || must_look_at_all(options),
		.keep_trees = options->snapshot_only || saving->task,
	};
	int64_t limit;

	if (config_get_int(saving->repo->config, "checkpoint.maxnewbytes",
			   DEFAULT_MAX_NEW_BYTES, &limit, err) < 0)
		return err->code;
	/* A safety checkpoint takes all there is. */
	if (!options->any_size && options->type != TYPE_PRE_RESTORE)
		wanted.max_new_bytes = (uint64_t)limit;
	if (pack_open(&saving->out->pack, saving->repo, err) < 0)
		return err->code;
	if (snapshot_take_told(&saving->out->snapshot, saving->repo, &wanted,
			       saving->out->pack, &saving->holder,
			       &saving->holder_commit))
		return 0;
	if (open_cache(saving, trust, err) < 0)
		return err->code;
	if (options->type == TYPE_PRE_RESTORE)
		pack_inflate_back(saving->out->pack);
	return snapshot_take(&saving->out->snapshot, saving->repo, &wanted,
			     saving->out->pack, saving->out->cache, err);
}

/*
 * The snapshot is taken: was a restore at work meanwhile? Half of it must not
 * be saved for a whole. *held is false where one has come and gone.
 */
static int check_undisturbed(struct saving *saving, const char *mark,
			     bool *held, struct error *err)
{
	char now[JOURNAL_MARK_SIZE];

	if (saving->options->during_restore)
		return 0;
	if (journal_refuse(saving->repo, err) < 0)
		return err->code;
	journal_mark(saving->repo, now);
	*held = !strcmp(mark, now);
	return 0;
}

/* Whether the session has got no further since. */
static bool is_same_state(const struct saving *saving,
			  const struct record *last)
{
	int64_t events = RECORD_UNKNOWN;

	if (!saving->folded)
		return true;
	json_get_int(last->session, "events", &events);
	return events == saving->folded->events;
}

/* Whether this `auto` would be the same as the session's last checkpoint. */
static int is_repetition(struct saving *saving, bool *out, struct error *err)
{
	struct checkpoint last;
	struct stored stored;
	int ret = checkpoint_latest(saving->repo, 0, &last, err);

	*out = false;
	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	if (!stored_open(saving->repo, &last, &stored, err))
		*out = !strcmp(last.session, saving->session) &&
		       stored.record.snapshot.digest &&
		       !strcmp(stored.record.snapshot.digest,
			       saving->out->snapshot->digest) &&
		       is_same_state(saving, &stored.record);
	/* One that cannot be read is no reason to save less. */
	error_release(err);
	stored_release(&stored);
	checkpoint_release(&last);
	return 0;
}

/* -- the whole ----------------------------------------------------------- */

static void forget(struct saving *saving)
{
	struct saved *out = saving->out;

	snapshot_free(out->snapshot);
	pack_free(out->pack);
	cache_free(out->cache);
	free(saving->holder);
	out->snapshot = NULL;
	out->pack = NULL;
	out->cache = NULL;
	saving->holder = NULL;
	saving->local = (struct oid){{0}};
}

static int attempt(struct saving *saving, bool trust, bool *held,
		   struct error *err)
{
	struct saved *out = saving->out;
	char mark[JOURNAL_MARK_SIZE];

	*held = true;
	journal_mark(saving->repo, mark);
	if (take_snapshot(saving, trust, err) < 0 ||
	    check_undisturbed(saving, mark, held, err) < 0)
		return err->code;
	if (!*held || saving->options->snapshot_only)
		return 0;
	if (saving->options->type == TYPE_AUTO) {
		if (is_repetition(saving, &out->skipped, err) < 0)
			return err->code;
		if (out->skipped)
			return 0;
	}
	if (session_draw_time(saving->repo, &saving->time_ms, err) < 0)
		return err->code;
	free(out->checkpoint.id);
	out->checkpoint.id = id_generate(ID_CHECKPOINT, saving->time_ms);
	if (saving_write_metadata(saving, err) < 0 ||
	    saving_write_commits(saving, err) < 0)
		return err->code;
	return saving_publish(saving, held, err);
}

/*
 * The session that it belongs to. A log that this version cannot read must not
 * keep anybody from saving.
 */
static int choose_session(struct saving *saving, struct error *err)
{
	int got = 0;

	saving->folded = saving->options->state;
	if (!saving->folded) {
		got = session_state_active(saving->repo, &saving->active, err);
		if (got == ERR_NEWER) {
			strlist_addf(&saving->out->warnings,
				     "%s; the checkpoint belongs to no session",
				     err->text);
			error_release(err);
			got = 0;
		}
		if (got < 0)
			return got;
		if (got)
			saving->folded = &saving->active;
	}
	if (!saving->folded)
		return session_manual(saving->repo, &saving->session, err);
	saving->session = xstrdup(saving->folded->id);
	return 0;
}

static int prepare(struct saving *saving, struct error *err)
{
	const struct save_options *options = saving->options;

	if ((!options->during_restore &&
	     journal_refuse(saving->repo, err) < 0) ||
	    description_check(options->description, err) < 0 ||
	    description_check(options->task, err) < 0 ||
	    description_check(options->key, err) < 0 ||
	    save_check_place(saving->repo, options, err) < 0 ||
	    protected_read(saving->repo, &saving->protected_paths, err) < 0)
		return err->code;
	if (choose_session(saving, err) < 0)
		return err->code;
	saving->task = options->task;
	if (!saving->task && saving->folded)
		saving->task = saving->folded->current;
	saving->description = description_or_default(
		options->description, options->type, options->task);
	return 0;
}

int save_checkpoint(struct repository *repo, const struct save_options *options,
		    struct saved *out, struct error *err)
{
	struct saving saving = {.repo = repo,
				.options = options,
				.out = out,
				.protected_paths = STRLIST_INIT,
				.text = BUF_INIT};
	int64_t start = clock_monotonic_ms();
	bool held = false;
	int ret;

	*out = (struct saved){0};
	record_init(&out->record);
	ret = prepare(&saving, err);
	if (!ret && options->key) {
		ret = find_key(&saving, err);
		if (ret > 0) {
			ret = report_existing(&saving, err);
			goto done;
		}
	}
	for (int i = 0; !ret && !held && i < ATTEMPTS; i++) {
		forget(&saving);
		ret = attempt(&saving, i == 0, &held, err);
	}
	if (!ret && !held)
		ret = error_set(err, ERR_FAILED,
				"files or objects went away while they were "
				"saved");
	/* In the middle of a restore nothing is dropped: its own checkpoints
	 * are not known to be needed yet. */
	if (!ret && out->pack && !options->snapshot_only && !out->skipped)
		tidy(repo, saving.session, options->type != TYPE_PRE_RESTORE,
		     &out->warnings);
	out->elapsed_ms = clock_monotonic_ms() - start;
done:
	strlist_release(&saving.protected_paths);
	buf_release(&saving.text);
	session_state_release(&saving.active);
	free(saving.session);
	free(saving.description);
	free(saving.holder);
	return ret;
}

void saved_release(struct saved *saved)
{
	snapshot_free(saved->snapshot);
	pack_free(saved->pack);
	cache_free(saved->cache);
	checkpoint_release(&saved->checkpoint);
	record_release(&saved->record);
	strlist_release(&saved->warnings);
	*saved = (struct saved){0};
}
