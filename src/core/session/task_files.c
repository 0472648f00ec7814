#include "core/session/task_files.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "core/record/json.h"
#include "core/session/session_state.h"
#include "core/snapshot/snapshot.h"
#include "git/commit.h"
#include "git/repository.h"
#include "git/tree.h"
#include "git/tree_diff.h"

/* Trees that differ in more than this are not compared to the end. */
#define MAX_ENTRIES 10000000

struct noting {
	struct repository *repo;
	struct json *modified; /* the array */
	struct strmap known;   /* path as in the document -> its element */
	size_t nr, left_out;
};

static const char *action_of(const struct tree_change *change)
{
	if (!change->old_mode)
		return "created";
	return change->new_mode ? "modified" : "deleted";
}

/* Size and time as they are on disk. */
static void set_stat(struct noting *noting, struct json *item, const char *path)
{
	char *full = xstrfmt("%s/%s", noting->repo->worktree, path);
	struct buf time = BUF_INIT;
	struct stat st;

	json_set_null(item, "size");
	json_set_null(item, "mtime");
	if (!lstat(full, &st) && (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))) {
		json_set_int(item, "size", st.st_size);
		clock_rfc3339(&time, (int64_t)st.st_mtim.tv_sec * 1000 +
					     st.st_mtim.tv_nsec / 1000000);
		json_set_string(item, "mtime", time.ptr);
	}
	buf_release(&time);
	free(full);
}

static int note_change(void *context, const struct tree_change *change,
		       struct error *err)
{
	struct noting *noting = context;
	struct json *scratch = json_object_new();
	struct buf checksum = BUF_INIT;
	char hex[OID_HEXSZ + 1];
	struct json *item;

	(void)err;
	json_set_path(scratch, "path", change->path);
	item = strmap_get(&noting->known, json_get_string(scratch, "path"));
	if (!item && noting->nr >= TASK_FILES_MAX) {
		noting->left_out++;
		goto done;
	}
	if (!item) {
		item = json_add_object(noting->modified);
		json_set_path(item, "path", change->path);
		noting->nr++;
	}
	json_set_string(item, "action", action_of(change));
	if (change->new_mode && change->new_mode != MODE_GITLINK) {
		buf_addf(&checksum, "git:%s", oid_hex(&change->new_oid, hex));
		json_set_string(item, "checksum", checksum.ptr);
	} else {
		json_set_null(item, "checksum");
	}
	set_stat(noting, item, change->path);
done:
	json_free(scratch);
	buf_release(&checksum);
	return 0;
}

/* The tree that the work began with. 1: it is there. */
static int find_base(struct repository *repo, const struct session_task *task,
		     struct oid *out, struct error *err)
{
	struct commit commit;
	struct oid oid;
	int ret;

	if (!task->base || !oid_parse(&oid, task->base))
		return 0;
	ret = commit_read(repo, &oid, &commit, err);
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		return 0;
	}
	if (ret < 0)
		return ret;
	*out = commit.tree;
	commit_release(&commit);
	return 1;
}

int task_files_note(struct json *record, const struct session_task *task,
		    struct repository *repo, const struct snapshot *snapshot,
		    struct error *err)
{
	struct json *files = json_get(record, "files");
	struct noting noting = {.repo = repo,
				.modified = json_get(files, "modified"),
				.known = STRMAP_INIT};
	struct oid base;
	int ret = find_base(repo, task, &base, err);

	if (ret <= 0)
		return ret;
	JSON_FOR_EACH (item, noting.modified) {
		const char *path = json_get_string(item, "path");

		noting.nr++;
		if (path)
			strmap_put(&noting.known, path, item);
	}
	ret = tree_diff(repo, snapshot->trees, &base, &snapshot->tree,
			MAX_ENTRIES, note_change, &noting, err);
	/* It has gone with its checkpoint, or there is too much of it: the
	 * checkpoint is no worse for that. */
	if (ret == ERR_NOT_FOUND || ret == ERR_INVALID) {
		error_release(err);
		ret = 0;
	}
	if (noting.left_out)
		json_set_int(files, "modified_left_out",
			     (int64_t)noting.left_out);
	strmap_release(&noting.known, NULL);
	return ret;
}
