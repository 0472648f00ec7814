#include "core/snapshot/drift.h"

#include "base/alloc.h"
#include "core/record/changes.h"
#include "core/record/json.h"
#include "core/record/stored.h"
#include "core/snapshot/workspace.h"
#include "git/ref.h"

const char *drift_kind_name(enum drift_kind kind)
{
	static const char *const names[] = {"deleted", "changed", "created"};

	return names[kind];
}

/* -- files --------------------------------------------------------------- */

static int add_file(struct drift *drift, const struct json *change,
		    struct error *err)
{
	const char *status = json_get_string(change, "status");
	const char *blob = json_get_string(change, "old_oid");
	struct buf path = BUF_INIT;
	struct drift_file *file;

	if (!status || !json_get_path(change, "path", &path)) {
		buf_release(&path);
		return error_set(err, ERR_FAILED,
				 "cannot read what 'git diff-tree' says");
	}
	ARRAY_GROW(drift->files, drift->nr, drift->alloc);
	file = &drift->files[drift->nr++];
	*file = (struct drift_file){.path = buf_detach(&path),
				    .kind = DRIFT_CHANGED};
	if (*status == 'D')
		file->kind = DRIFT_DELETED;
	else if (*status == 'A')
		file->kind = DRIFT_CREATED;
	if (blob)
		oid_parse(&file->blob, blob);
	return 0;
}

static int list_files(struct repository *repo, const struct stored *stored,
		      const struct workspace *workspace, struct drift *out,
		      struct error *err)
{
	char from[OID_HEXSZ + 1], to[OID_HEXSZ + 1];
	const struct changes changes = {
		.repo = repo,
		.from = oid_hex(&stored->tree, from),
		.to = oid_hex(&workspace->tree, to),
		.alternates = workspace->alternates,
	};
	struct json *array = json_array_new();
	int ret = changes_to_json(&changes, array, err);

	JSON_FOR_EACH (change, array) {
		if (!ret)
			ret = add_file(out, change, err);
	}
	json_free(array);
	return ret;
}

static int compare_files(struct repository *repo, const struct stored *stored,
			 struct drift *out, struct error *err)
{
	const char *recorded = stored->record.snapshot.digest;
	struct workspace workspace;
	int ret = workspace_capture(&workspace, repo, &stored->tree, err);

	if (!ret) {
		out->checked = true;
		memcpy(out->digest, workspace.digest, sizeof(out->digest));
		out->same = recorded && !strcmp(recorded, workspace.digest);
	}
	if (!ret && !out->same)
		ret = list_files(repo, stored, &workspace, out, err);
	workspace_release(&workspace);
	return ret;
}

/* -- HEAD ---------------------------------------------------------------- */

static bool differ(const char *a, const char *b)
{
	return (a != NULL) != (b != NULL) || (a && strcmp(a, b));
}

static int compare_head(struct repository *repo, const struct stored *stored,
			struct drift *out, struct error *err)
{
	const struct record *record = &stored->record;
	char hex[OID_HEXSZ + 1];
	struct head head;
	int ret = head_read(repo, &head, err);

	if (!ret) {
		if (!head.unborn)
			out->head = xstrdup(oid_hex(&head.id, hex));
		if (head.branch)
			out->branch = xstrdup(head.branch);
		/* An imported one may have a part of the commit's name. */
		out->head_moved =
			record->git_commit && out->head
				? strncmp(out->head, record->git_commit,
					  strlen(record->git_commit)) != 0
				: differ(record->git_commit, out->head);
		out->branch_changed = differ(record->git.branch, out->branch);
	}
	head_release(&head);
	return ret;
}

int drift_find(struct repository *repo, const struct stored *stored, bool files,
	       struct drift *out, struct error *err)
{
	*out = (struct drift){0};
	if (compare_head(repo, stored, out, err) < 0)
		return err->code;
	/* One that was imported has no files to compare. */
	if (!files || !stored->record.snapshot.digest)
		return 0;
	return compare_files(repo, stored, out, err);
}

void drift_release(struct drift *drift)
{
	for (size_t i = 0; i < drift->nr; i++)
		free(drift->files[i].path);
	free(drift->files);
	free(drift->head);
	free(drift->branch);
	*drift = (struct drift){0};
}

size_t drift_count(const struct drift *drift, enum drift_kind kind)
{
	size_t nr = 0;

	for (size_t i = 0; i < drift->nr; i++)
		nr += drift->files[i].kind == kind;
	return nr;
}

/* -- for scripts --------------------------------------------------------- */

static void set_sides(struct json *doc, const char *key, const char *checkpoint,
		      const char *workspace, bool changed)
{
	struct json *sides = json_set_object(doc, key);

	json_set_path(sides, "checkpoint", checkpoint);
	json_set_path(sides, "workspace", workspace);
	json_set_bool(sides, "changed", changed);
}

struct json *drift_to_json(const struct drift *drift,
			   const struct stored *stored)
{
	struct json *doc = json_object_new(), *files;

	json_set_bool(doc, "checked", drift->checked);
	if (drift->checked)
		json_set_bool(doc, "changed", !drift->same);
	else
		json_set_null(doc, "changed");
	set_sides(doc, "head", stored->record.git_commit, drift->head,
		  drift->head_moved);
	set_sides(doc, "branch", stored->record.git.branch, drift->branch,
		  drift->branch_changed);
	files = json_set_array(doc, "files");
	for (size_t i = 0; i < drift->nr; i++) {
		struct json *file = json_add_object(files);

		json_set_path(file, "path", drift->files[i].path);
		json_set_string(file, "change",
				drift_kind_name(drift->files[i].kind));
	}
	return doc;
}
