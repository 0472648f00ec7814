#include "core/record/journal.h"

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "core/record/json_file.h"
#include "git/repository.h"

#define FILE_NAME "checkpoint.d/journal"
#define MARK_NAME "checkpoint.d/restored"
#define MAX_BYTES (512u << 20)

static const char *const kind_names[] = {"restore", "undo", "redo", NULL};
static const char *const mode_names[] = {"as-is",  "move-head", "keep-head",
					 "branch", "paths",	"new-worktree",
					 NULL};

static int damaged(struct error *err)
{
	return error_set(err, ERR_INVALID, "damaged file of ours: '%s'",
			 FILE_NAME);
}

static int name_index(const char *const *names, const char *name)
{
	for (int i = 0; name && names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* -- parts --------------------------------------------------------------- */

static void set_oid(struct json *object, const char *key, const struct oid *oid)
{
	char hex[OID_HEXSZ + 1];

	json_set_string(object, key,
			oid_is_zero(oid) ? NULL : oid_hex(oid, hex));
}

static int get_oid(const struct json *object, const char *key, struct oid *out,
		   struct error *err)
{
	const char *hex = json_get_string(object, key);

	*out = (struct oid){{0}};
	if (json_is_null(json_get(object, key)))
		return 0;
	if (!hex || strlen(hex) != OID_HEXSZ || !oid_parse(out, hex))
		return damaged(err);
	return 0;
}

static void set_name(struct json *object, const char *key, const char *name)
{
	if (name)
		json_set_path(object, key, name);
	else
		json_set_null(object, key);
}

static char *get_name(const struct json *object, const char *key)
{
	struct buf text = BUF_INIT;

	if (!json_get_path(object, key, &text)) {
		buf_release(&text);
		return NULL;
	}
	return buf_detach(&text);
}

void checkpoint_to_json(const struct checkpoint *checkpoint,
			struct json *object)
{
	json_set_string(object, "ref", checkpoint->ref);
	set_oid(object, "commit", &checkpoint->commit);
}

int checkpoint_from_json(struct checkpoint *out, const struct json *object,
			 struct error *err)
{
	const char *ref = json_get_string(object, "ref");

	*out = (struct checkpoint){0};
	if (!ref || !checkpoint_parse_ref(ref, out)) {
		checkpoint_release(out);
		return damaged(err);
	}
	return get_oid(object, "commit", &out->commit, err);
}

void ref_moves_add(struct ref_moves *moves, const char *name,
		   const struct oid *old_oid, const struct oid *new_oid)
{
	ARRAY_GROW(moves->items, moves->nr, moves->alloc);
	moves->items[moves->nr++] =
		(struct ref_move){xstrdup(name), *old_oid, *new_oid};
}

void ref_moves_release(struct ref_moves *moves)
{
	for (size_t i = 0; i < moves->nr; i++)
		free(moves->items[i].name);
	free(moves->items);
	free(moves->old_branch);
	free(moves->new_branch);
	*moves = (struct ref_moves){0};
}

void ref_moves_to_json(const struct ref_moves *moves, struct json *object)
{
	struct json *refs = json_set_array(object, "refs");

	for (size_t i = 0; i < moves->nr; i++) {
		struct json *ref = json_add_object(refs);

		json_set_path(ref, "name", moves->items[i].name);
		set_oid(ref, "old", &moves->items[i].old_oid);
		set_oid(ref, "new", &moves->items[i].new_oid);
	}
	set_name(object, "old_branch", moves->old_branch);
	set_name(object, "new_branch", moves->new_branch);
}

int ref_moves_from_json(struct ref_moves *out, const struct json *object,
			struct error *err)
{
	*out = (struct ref_moves){0};
	JSON_FOR_EACH (ref, json_get(object, "refs")) {
		char *name = get_name(ref, "name");
		struct oid old_oid, new_oid;

		if (!name)
			return damaged(err);
		if (get_oid(ref, "old", &old_oid, err) < 0 ||
		    get_oid(ref, "new", &new_oid, err) < 0) {
			free(name);
			return err->code;
		}
		ref_moves_add(out, name, &old_oid, &new_oid);
		free(name);
	}
	out->old_branch = get_name(object, "old_branch");
	out->new_branch = get_name(object, "new_branch");
	return 0;
}

/* -- the file ------------------------------------------------------------ */

bool journal_exists(struct repository *repo)
{
	char *path = repository_path(repo, FILE_NAME);
	bool exists = !access(path, F_OK);

	free(path);
	return exists;
}

int journal_refuse(struct repository *repo, struct error *err)
{
	if (!journal_exists(repo))
		return 0;
	error_set(err, ERR_REFUSED, "a restore was not finished");
	error_hint(err, "'git checkpoint restore --continue' finishes it");
	return error_hint(err,
			  "'git checkpoint restore --abort' takes it back");
}

int journal_write(struct repository *repo, const struct journal *journal,
		  struct error *err)
{
	struct json *doc = json_object_new();
	struct buf text = BUF_INIT;
	char *path = repository_path(repo, FILE_NAME);
	int ret;

	json_set_int(doc, "version", 1);
	json_set_string(doc, "tag", journal->tag);
	json_set_string(doc, "kind", kind_names[journal->kind]);
	json_set_string(doc, "mode", mode_names[journal->mode]);
	checkpoint_to_json(&journal->target, json_set_object(doc, "target"));
	checkpoint_to_json(&journal->safety, json_set_object(doc, "safety"));
	json_set_bool(doc, "operation", journal->operation);
	json_set_int(doc, "index_lock", journal->index_lock);
	ref_moves_to_json(&journal->moves, json_set_object(doc, "moves"));
	json_set_paths(doc, "pathspecs", &journal->pathspecs);
	json_set_paths(doc, "made", &journal->made);
	json_set_paths(doc, "absent", &journal->absent);
	json_write_pretty_with(&text, doc, "plan", &journal->plan);
	ret = file_replace(path, text.ptr, text.len, true, err);
	buf_release(&text);
	json_free(doc);
	free(path);
	return ret;
}

static int parse(const struct json *doc, struct journal *out, struct error *err)
{
	int kind = name_index(kind_names, json_get_string(doc, "kind"));
	int mode = name_index(mode_names, json_get_string(doc, "mode"));
	const char *tag = json_get_string(doc, "tag");
	int64_t version;

	if (!json_get_int(doc, "version", &version))
		return damaged(err);
	if (version > 1)
		return error_set(err, ERR_NEWER,
				 "'%s' was written by a newer version",
				 FILE_NAME);
	if (kind < 0 || mode < 0 || !tag ||
	    !json_get_bool(doc, "operation", &out->operation) ||
	    !json_get_int(doc, "index_lock", &out->index_lock))
		return damaged(err);
	out->kind = (enum restore_kind)kind;
	out->mode = (enum restore_mode)mode;
	out->tag = xstrdup(tag);
	if (checkpoint_from_json(&out->target, json_get(doc, "target"), err) <
		    0 ||
	    checkpoint_from_json(&out->safety, json_get(doc, "safety"), err) <
		    0 ||
	    ref_moves_from_json(&out->moves, json_get(doc, "moves"), err) < 0)
		return err->code;
	if (!json_get_paths(doc, "pathspecs", &out->pathspecs) ||
	    !json_get_paths(doc, "made", &out->made) ||
	    !json_get_paths(doc, "absent", &out->absent) ||
	    !json_get_paths(doc, "plan", &out->plan))
		return damaged(err);
	return 0;
}

int journal_read(struct repository *repo, struct journal *out,
		 struct error *err)
{
	char *path = repository_path(repo, FILE_NAME);
	struct json *doc;
	int ret = json_file_read(&doc, path, MAX_BYTES, err);

	*out = (struct journal){0};
	if (!ret)
		ret = parse(doc, out, err);
	json_free(doc);
	free(path);
	return ret;
}

void journal_mark(struct repository *repo, char out[JOURNAL_MARK_SIZE])
{
	char *path = repository_path(repo, MARK_NAME);
	struct error ignored = ERROR_INIT;
	struct buf text = BUF_INIT;

	buf_read_file(&text, path, JOURNAL_MARK_SIZE - 1, &ignored);
	snprintf(out, JOURNAL_MARK_SIZE, "%s", text.ptr);
	error_release(&ignored);
	buf_release(&text);
	free(path);
}

/* The mark first: who finds no journal any more must find another mark. */
int journal_remove(struct repository *repo, struct error *err)
{
	char *mark_path = repository_path(repo, MARK_NAME);
	char *path = repository_path(repo, FILE_NAME);
	char mark[JOURNAL_MARK_SIZE];
	int ret;

	random_hex(mark, (JOURNAL_MARK_SIZE - 1) / 2);
	ret = file_replace(mark_path, mark, JOURNAL_MARK_SIZE - 1, false, err);
	if (!ret && unlink(path) < 0 && errno != ENOENT)
		ret = error_errno(err, "cannot remove '%s'", path);
	free(mark_path);
	free(path);
	return ret;
}

void journal_release(struct journal *journal)
{
	free(journal->tag);
	checkpoint_release(&journal->target);
	checkpoint_release(&journal->safety);
	strlist_release(&journal->pathspecs);
	strlist_release(&journal->plan);
	strlist_release(&journal->made);
	strlist_release(&journal->absent);
	ref_moves_release(&journal->moves);
	*journal = (struct journal){0};
}
