#include "core/save.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "core/connectivity.h"
#include "core/description.h"
#include "core/id.h"
#include "core/journal.h"
#include "core/protected.h"
#include "core/save_record.h"
#include "core/session.h"
#include "core/stored.h"
#include "git/commit.h"
#include "git/config.h"
#include "git/note.h"
#include "git/object.h"
#include "git/pack.h"
#include "git/ref.h"
#include "git/repository.h"
#include "git/tree.h"
#include "worktree/attachment.h"
#include "worktree/cache.h"

#define DEFAULT_MAX_NEW_BYTES (INT64_C(2) << 30)
#define ATTEMPTS 3

struct saving {
	struct repository *repo;
	const struct save_options *options;
	struct saved *out;
	char *session;
	char *description;
	char *holder; /* the ref that keeps the cache's objects */
	struct oid holder_commit;
	struct strlist protected_paths;
	struct oid base, index, state, commit, local;
	struct oid metadata;
	struct buf text; /* of metadata.json */
	int64_t time_ms;
};

/* -- before anything is read ------------------------------------------------------ */

/* A first checkpoint of a whole home directory is mostly a mistake. */
static int check_place(const struct saving *saving, struct error *err)
{
	const char *home = getenv("HOME");
	const char *worktree = saving->repo->worktree;
	struct strlist names = STRLIST_INIT;
	int ret;

	if (saving->options->any_place ||
	    (strcmp(worktree, "/") && (!home || strcmp(worktree, home))))
		return 0;
	ret = session_names(saving->repo, &names, err);
	if (!ret && !names.nr) {
		ret = error_set(err, ERR_REFUSED,
				"'%s' would be saved as a whole", worktree);
		error_hint(err, "'--yes' does it all the same");
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
		saving->out->record = stored.record;
		record_init(&stored.record);
	}
	stored_release(&stored);
	return ret;
}

/* -- the snapshot ------------------------------------------------------------------- */

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

static int take_snapshot(struct saving *saving, bool trust, struct error *err)
{
	const struct save_options *options = saving->options;
	struct snapshot_options wanted = {
		.all_ignored = options->all_ignored,
		.wanted = options->wanted,
		.protected_paths = &saving->protected_paths,
		.leave_out_largest = options->leave_out_largest,
	};
	int64_t limit;

	if (config_get_int(saving->repo->config, "checkpoint.maxnewbytes",
			   DEFAULT_MAX_NEW_BYTES, &limit, err) < 0)
		return err->code;
	/* A safety checkpoint takes all there is. */
	if (!options->any_size && options->type != TYPE_PRE_RESTORE)
		wanted.max_new_bytes = (uint64_t)limit;
	if (open_cache(saving, trust, err) < 0 ||
	    pack_open(&saving->out->pack, saving->repo, err) < 0)
		return err->code;
	return snapshot_take(&saving->out->snapshot, saving->repo, &wanted,
			     saving->out->pack, saving->out->cache, err);
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
			       saving->out->snapshot->digest);
	/* One that cannot be read is no reason to save less. */
	error_release(err);
	stored_release(&stored);
	checkpoint_release(&last);
	return 0;
}

/* -- the commits ------------------------------------------------------------------------ */

static int build_state(struct saving *saving, struct tree_builder *builder,
		       struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct pack *pack = saving->out->pack;
	const struct {
		const char *name;
		uint32_t mode;
		const struct oid *oid;
	} parts[] = {
		{"index-extra", MODE_FILE, &snapshot->index_extra_blob},
		{"worktree-extra", MODE_FILE, &snapshot->worktree_extra_blob},
		{"stages", MODE_TREE, &snapshot->stages_tree},
		{"raw", MODE_TREE, &snapshot->raw_tree},
		{"gitdir", MODE_TREE, &snapshot->gitdir_tree},
		{"metadata.json", MODE_FILE, &saving->metadata},
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!oid_is_zero(parts[i].oid))
			tree_builder_add(builder, parts[i].name, parts[i].mode,
					 parts[i].oid);
	if (operation_hold(saving->repo, &snapshot->operation, builder, err) <
	    0)
		return err->code;
	return attachments_add(saving->options->attachments, pack, builder,
			       err);
}

static int write_state(struct saving *saving, const char *author,
		       const char *committer, struct error *err)
{
	const struct operation *operation = &saving->out->snapshot->operation;
	const struct save_options *options = saving->options;
	struct tree_builder *builder = tree_builder_new();
	size_t nr = operation->nr_commits + options->nr_hold;
	struct oid *parents = xcalloc(nr, sizeof(*parents));
	char *message = xstrfmt("state of %s\n", saving->out->checkpoint.id);
	struct oid tree;
	int ret;

	if (operation->nr_commits)
		memcpy(parents, operation->commits,
		       operation->nr_commits * sizeof(*parents));
	if (options->nr_hold)
		memcpy(parents + operation->nr_commits, options->hold,
		       options->nr_hold * sizeof(*parents));
	ret = build_state(saving, builder, err);
	if (!ret)
		ret = tree_builder_write(builder, saving->out->pack, &tree,
					 err);
	if (!ret)
		ret = commit_write(saving->out->pack, &tree, parents, nr,
				   author, committer, message, &saving->state,
				   err);
	tree_builder_free(builder);
	free(parents);
	free(message);
	return ret;
}

/* A commit with HEAD's commit, where there is one, and another as parents. */
static int write_on_base(struct saving *saving, const struct oid *tree,
			 const struct oid *other, const char *author,
			 const char *committer, const char *message,
			 struct oid *out, struct error *err)
{
	struct oid parents[2];
	size_t nr = 0;

	if (!oid_is_zero(&saving->base))
		parents[nr++] = saving->base;
	parents[nr++] = *other;
	return commit_write(saving->out->pack, tree, parents, nr, author,
			    committer, message, out, err);
}

static int write_local(struct saving *saving, const char *author,
		       const char *committer, struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	struct tree_builder *builder = tree_builder_new();
	char *message =
		xstrfmt("local files of %s\n", saving->out->checkpoint.id);
	struct buf text = BUF_INIT;
	struct oid blob, tree;
	int ret;

	omitted_write(&snapshot->omitted, &text);
	ret = pack_add(saving->out->pack, OBJECT_BLOB, text.ptr, text.len,
		       &blob, err);
	if (!ret) {
		tree_builder_add(builder, "omitted", MODE_FILE, &blob);
		if (!oid_is_zero(&snapshot->local_tree))
			tree_builder_add(builder, "ignored", MODE_TREE,
					 &snapshot->local_tree);
		ret = tree_builder_write(builder, saving->out->pack, &tree,
					 err);
	}
	if (!ret)
		ret = commit_write(saving->out->pack, &tree, &saving->commit, 1,
				   author, committer, message, &saving->local,
				   err);
	tree_builder_free(builder);
	buf_release(&text);
	free(message);
	return ret;
}

static void add_escaped(struct buf *text, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(text, "%s: ", name);
	path_escape(text, value, strlen(value));
	buf_addch(text, '\n');
}

static char *build_message(const struct saving *saving)
{
	const struct save_options *options = saving->options;
	struct buf text = BUF_INIT;
	char hex[OID_HEXSZ + 1];

	buf_addf(&text, "%s\n\n", saving->description);
	buf_addf(&text, "Checkpoint-Id: %s\n", saving->out->checkpoint.id);
	buf_addf(&text, "Checkpoint-Type: %s\n",
		 checkpoint_type_name(options->type));
	buf_addf(&text, "Checkpoint-Session: %s\n", saving->session);
	if (!oid_is_zero(&saving->base))
		buf_addf(&text, "Checkpoint-Base: %s\n",
			 oid_hex(&saving->base, hex));
	buf_addf(&text, "Checkpoint-Index: %s\n", oid_hex(&saving->index, hex));
	buf_addf(&text, "Checkpoint-State: %s\n", oid_hex(&saving->state, hex));
	add_escaped(&text, "Checkpoint-Task", options->task);
	add_escaped(&text, "Checkpoint-Key", options->key);
	return buf_detach(&text);
}

static int write_commits(struct saving *saving, struct error *err)
{
	const struct snapshot *snapshot = saving->out->snapshot;
	char *author = NULL, *committer = NULL, *message = NULL, *index_message;
	int ret;

	commit_idents(saving->repo, saving->time_ms / 1000, &author,
		      &committer);
	index_message = xstrfmt("index of %s\n", saving->out->checkpoint.id);
	saving->base = snapshot->head.id;
	ret = write_state(saving, author, committer, err);
	if (!ret)
		ret = write_on_base(saving, &snapshot->index_tree,
				    &saving->state, author, committer,
				    index_message, &saving->index, err);
	if (!ret) {
		message = build_message(saving);
		ret = write_on_base(saving, &snapshot->tree, &saving->index,
				    author, committer, message,
				    &saving->commit, err);
	}
	if (!ret && (snapshot->omitted.nr ||
		     !oid_is_zero(&snapshot->local_tree)))
		ret = write_local(saving, author, committer, err);
	free(author);
	free(committer);
	free(message);
	free(index_message);
	return ret;
}

static int write_metadata(struct saving *saving, struct error *err)
{
	struct saved *out = saving->out;

	record_release(&out->record);
	record_init(&out->record);
	save_fill_record(&out->record, saving->repo, saving->options,
			 out->snapshot, out->checkpoint.id, saving->session,
			 saving->description, saving->time_ms);
	out->record.snapshot.bytes_added = (int64_t)pack_bytes(out->pack);
	buf_reset(&saving->text);
	if (record_write(&out->record, &saving->text, err) < 0)
		return err->code;
	return pack_add(out->pack, OBJECT_BLOB, saving->text.ptr,
			saving->text.len, &saving->metadata, err);
}

/* -- the refs ----------------------------------------------------------------------------- */

static int set_ref(struct saving *saving, const char *prefix,
		   const struct oid *oid, struct error *err)
{
	char *name = checkpoint_ref(prefix, saving->session,
				    saving->out->checkpoint.id);
	int ret = ref_update(saving->repo, name, oid, NULL, err);

	free(name);
	return ret;
}

static int set_refs(struct saving *saving, struct error *err)
{
	char *notes = xstrfmt("%s%s", CHECKPOINT_NOTES_REFS, saving->session);
	struct note note = {saving->commit, saving->text.ptr, saving->text.len};
	int ret = 0;

	/* L before C: a checkpoint never is without its omitted list. */
	if (!oid_is_zero(&saving->local))
		ret = set_ref(saving, CHECKPOINT_LOCAL_REFS, &saving->local,
			      err);
	if (!ret)
		ret = set_ref(saving, CHECKPOINT_REFS, &saving->commit, err);
	if (!ret && saving->options->pin)
		ret = set_ref(saving, CHECKPOINT_PIN_REFS, &saving->commit,
			      err);
	if (!ret)
		ret = note_write(saving->repo, notes, &note, 1, false, err);
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

static int finish(struct saving *saving, bool *held, struct error *err)
{
	struct saved *out = saving->out;
	struct error ignored = ERROR_INIT;

	if (pack_finish(out->pack, err) < 0 || set_refs(saving, err) < 0 ||
	    trust_held(saving, held, err) < 0)
		return err->code;
	if (!*held) {
		/* Maybe nothing is missing: then all is well, too. */
		int ret = connectivity_check(saving->repo, &saving->commit, err);

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
	/* Both only save work later: that they fail is no failure of this. */
	if (snapshot_write_cache(out->snapshot, out->checkpoint.ref,
				 &saving->commit, &ignored) < 0)
		error_release(&ignored);
	return 0;
}

/* -- the whole ------------------------------------------------------------------------------ */

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

	*held = true;
	if (take_snapshot(saving, trust, err) < 0)
		return err->code;
	if (saving->options->snapshot_only)
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
	if (write_metadata(saving, err) < 0 || write_commits(saving, err) < 0)
		return err->code;
	return finish(saving, held, err);
}

static int prepare(struct saving *saving, struct error *err)
{
	const struct save_options *options = saving->options;

	if ((!options->during_restore && journal_refuse(saving->repo, err) < 0) ||
	    description_check(options->description, err) < 0 ||
	    description_check(options->task, err) < 0 ||
	    description_check(options->key, err) < 0 ||
	    check_place(saving, err) < 0 ||
	    protected_read(saving->repo, &saving->protected_paths, err) < 0)
		return err->code;
	saving->description = description_or_default(options->description,
						     options->type,
						     options->task);
	return session_current(saving->repo, &saving->session, err);
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
				"objects went away while they were saved");
	out->elapsed_ms = clock_monotonic_ms() - start;
done:
	strlist_release(&saving.protected_paths);
	buf_release(&saving.text);
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
	*saved = (struct saved){0};
}
