#include "core/verify/verifying.h"

#include "base/alloc.h"
#include "base/path.h"
#include "base/thread.h"
#include "git/commit.h"
#include "git/object.h"
#include "git/ref.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_memory.h"

/* So many blobs are read at once, on all threads. */
#define BATCH 4096
/* Directories nested deeper are hostile. */
#define MAX_DEPTH 4096
/* After this many objects that are missing or damaged, only a count follows. */
#define MAX_SAID 10

struct blob {
	struct oid oid;
	char *path;
	const char *part;
	struct error err; /* what is wrong with it */
};

struct reading {
	struct verifying *verifying;
	struct repository *repo;
	struct oid_set seen; /* of this checkpoint */
	struct blob *blobs;  /* that are to be read */
	size_t nr, alloc;
	const char *part; /* "", or where the path is */
	struct buf path;
	enum verify_kind kind; /* of what is found wrong */
	size_t bad;
};

/* -- what is wrong ------------------------------------------------------- */

static void say(struct reading *reading, const char *path, const char *part,
		const char *text)
{
	struct buf quoted = BUF_INIT;

	if (reading->bad++ >= MAX_SAID)
		return;
	if (*path) {
		path_quote(&quoted, path);
		verifying_add(reading->verifying, reading->kind, "'%s'%s: %s",
			      quoted.ptr, part, text);
	} else {
		verifying_add(reading->verifying, reading->kind, "%s%s%s",
			      part + (*part == ' '), *part ? ": " : "", text);
	}
	buf_release(&quoted);
}

static void say_rest(struct reading *reading)
{
	if (reading->bad > MAX_SAID)
		verifying_add(reading->verifying, reading->kind,
			      "and %zu more objects", reading->bad - MAX_SAID);
}

/* Whether an error is about the object, and not about how it was read. */
static bool is_damage(const struct error *err)
{
	return err->code == ERR_NOT_FOUND || err->code == ERR_INVALID;
}

/* -- blobs --------------------------------------------------------------- */

static int read_blob(void *context, size_t i, struct error *err)
{
	struct reading *reading = context;
	struct blob *blob = &reading->blobs[i];

	if (object_verify(reading->repo, &blob->oid, &blob->err) < 0 &&
	    !is_damage(&blob->err))
		return error_move(err, &blob->err);
	return 0;
}

static int read_blobs(struct reading *reading, struct error *err)
{
	int ret = thread_for(reading->nr, read_blob, reading, err);

	for (size_t i = 0; i < reading->nr; i++) {
		struct blob *blob = &reading->blobs[i];

		if (blob->err.code)
			say(reading, blob->path, blob->part, blob->err.text);
		else if (!ret)
			oid_set_add(&reading->verifying->verify->whole,
				    &blob->oid);
		error_release(&blob->err);
		free(blob->path);
	}
	reading->nr = 0;
	return ret;
}

static int add_blob(struct reading *reading, const struct oid *oid,
		    struct error *err)
{
	if (oid_set_has(&reading->verifying->verify->whole, oid) ||
	    !oid_set_add(&reading->seen, oid))
		return 0;
	/* In a partial clone what is not here may be fetched. */
	if (reading->repo->partial && !object_exists(reading->repo, oid))
		return 0;
	ARRAY_GROW(reading->blobs, reading->nr, reading->alloc);
	reading->blobs[reading->nr++] = (struct blob){
		*oid, xstrdup(reading->path.ptr), reading->part, ERROR_INIT};
	return reading->nr < BATCH ? 0 : read_blobs(reading, err);
}

/* -- trees --------------------------------------------------------------- */

static int read_tree(struct reading *reading, const struct oid *tree,
		     unsigned depth, struct error *err);

static int read_entry(struct reading *reading, const struct tree_entry *entry,
		      unsigned depth, struct error *err)
{
	size_t len = reading->path.len;
	int ret = 0;

	if (len)
		buf_addch(&reading->path, '/');
	buf_add(&reading->path, entry->name, entry->name_len);
	if (!path_component_is_safe(entry->name, entry->name_len) ||
	    (entry->mode == MODE_LINK &&
	     path_component_is_dotgitmodules(entry->name, entry->name_len)))
		say(reading, reading->path.ptr, reading->part,
		    "no file may have this name");
	else if (entry->mode == MODE_TREE)
		ret = read_tree(reading, &entry->oid, depth + 1, err);
	else if (entry->mode != MODE_GITLINK)
		ret = add_blob(reading, &entry->oid, err);
	buf_setlen(&reading->path, len);
	return ret;
}

static int read_tree(struct reading *reading, const struct oid *tree,
		     unsigned depth, struct error *err)
{
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	size_t pos = 0;
	int ret;

	if (oid_set_has(&reading->verifying->verify->whole, tree) ||
	    !oid_set_add(&reading->seen, tree))
		return 0;
	if (depth > MAX_DEPTH) {
		say(reading, reading->path.ptr, reading->part,
		    "nested too deep");
		return 0;
	}
	/* What it reads has the id that was asked for. */
	ret = tree_memory_read(NULL, reading->repo, tree, &raw, err);
	while (!ret && (ret = tree_next(&raw, &pos, &entry, err)) > 0)
		ret = read_entry(reading, &entry, depth, err);
	buf_release(&raw);
	if (ret < 0 && is_damage(err)) {
		say(reading, reading->path.ptr, reading->part, err->text);
		error_release(err);
		ret = 0;
	}
	return ret;
}

/* -- commits ------------------------------------------------------------- */

/* Read a commit and its tree. 1: it cannot be read. */
static int read_commit(struct reading *reading, const struct oid *oid,
		       const char *part, struct commit *out, struct error *err)
{
	int ret = commit_read(reading->repo, oid, out, err);

	reading->part = part;
	if (ret < 0 && is_damage(err)) {
		say(reading, "", part, err->text);
		error_release(err);
		*out = (struct commit){.nr_parents = 0};
		return 1;
	}
	return ret < 0 ? ret : read_tree(reading, &out->tree, 0, err);
}

/* Commits of the user's that must be there; their history is not ours. */
static int read_others(struct reading *reading, const struct commit *commit,
		       size_t nr, struct error *err)
{
	for (size_t i = 0; i < nr; i++) {
		if (object_verify(reading->repo, &commit->parents[i], err) >= 0)
			continue;
		if (!is_damage(err))
			return err->code;
		say(reading, "", "", err->text);
		error_release(err);
	}
	return 0;
}

/* C, I and S: the last parent of each is the next. */
static int read_checkpoint(struct reading *reading, struct oid oid,
			   struct error *err)
{
	static const char *const parts[] = {"", " in the index",
					    " of the state"};
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(parts); i++) {
		struct commit commit;
		bool last = i + 1 == ARRAY_SIZE(parts);

		ret = read_commit(reading, &oid, parts[i], &commit, err);
		if (!ret && (last || commit.nr_parents))
			ret = read_others(reading, &commit,
					  commit.nr_parents - !last, err);
		if (!ret && !last && !commit.nr_parents) {
			say(reading, "", parts[i], "a commit without parents");
			ret = 1;
		}
		if (!ret && !last)
			oid = commit.parents[commit.nr_parents - 1];
		commit_release(&commit);
	}
	return ret < 0 ? ret : 0;
}

static int read_local(struct reading *reading,
		      const struct checkpoint *checkpoint, struct error *err)
{
	char *name = checkpoint_ref(CHECKPOINT_LOCAL_REFS, checkpoint->session,
				    checkpoint->id);
	struct commit commit = {.nr_parents = 0};
	struct oid oid;
	int ret = ref_read(reading->repo, name, &oid, err);

	if (ret == ERR_NOT_FOUND) {
		error_release(err);
		ret = 0;
	} else if (ret == ERR_INVALID) {
		say(reading, "", "", err->text);
		error_release(err);
		ret = 0;
	} else if (!ret) {
		ret = read_commit(reading, &oid, " of the local files", &commit,
				  err);
	}
	commit_release(&commit);
	free(name);
	return ret < 0 ? ret : 0;
}

/* -- the whole ----------------------------------------------------------- */

static void keep_whole(struct oid_set *whole, const struct oid_set *seen)
{
	for (size_t i = 0; i < seen->alloc; i++)
		if (seen->used[i])
			oid_set_add(whole, &seen->slots[i]);
}

/* Read what is still to be read. `ret` is what there was before. */
static int finish(struct reading *reading, int ret, struct error *err)
{
	if (!ret)
		ret = read_blobs(reading, err);
	for (size_t i = 0; i < reading->nr; i++)
		free(reading->blobs[i].path);
	say_rest(reading);
	/* A tree is whole only where all below it is. */
	if (!ret && !reading->bad)
		keep_whole(&reading->verifying->verify->whole, &reading->seen);
	oid_set_release(&reading->seen);
	buf_release(&reading->path);
	free(reading->blobs);
	return ret;
}

int verify_objects(struct verifying *verifying,
		   const struct checkpoint *checkpoint, struct error *err)
{
	struct reading reading = {.verifying = verifying,
				  .repo = verifying->repo,
				  .path = BUF_INIT,
				  .kind = VERIFY_LOST};
	struct reading local = {.verifying = verifying,
				.repo = verifying->repo,
				.path = BUF_INIT,
				.kind = VERIFY_WRONG};
	int ret = read_checkpoint(&reading, checkpoint->commit, err);

	ret = finish(&reading, ret, err);
	if (ret < 0 || checkpoint->remote)
		return ret;
	/* Without L the rest can still be restored, by hand at least. */
	ret = read_local(&local, checkpoint, err);
	ret = finish(&local, ret, err);
	verifying->local_damaged = local.bad > 0;
	return ret;
}
