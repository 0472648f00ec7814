#include "git/operation.h"

#include "base/alloc.h"
#include "git/object.h"
#include "git/operation_files.h"
#include "git/operation_mention.h"
#include "git/operation_names.h"
#include "git/operation_resolve.h"
#include "git/operation_tag.h"
#include "git/operation_todo.h"
#include "git/repository.h"
#include "git/tree.h"

/* -- its name ------------------------------------------------------------ */

static bool has_below(const struct operation *operation, const char *prefix)
{
	for (size_t i = 0; i < operation->nr_files; i++)
		if (!strncmp(operation->files[i].path, prefix, strlen(prefix)))
			return true;
	return false;
}

static const struct operation_file *find(const struct operation *operation,
					 const char *path)
{
	for (size_t i = 0; i < operation->nr_files; i++)
		if (!strcmp(operation->files[i].path, path))
			return &operation->files[i];
	return NULL;
}

/* What a sequence of several commits does: its todo has just one command. */
static bool sequence_is(const struct operation *operation,
			enum todo_command command)
{
	const struct operation_file *todo = find(operation, "sequencer/todo");
	struct todo_line line = {.number = 0};
	size_t pos = 0;

	while (todo && todo_next(&todo->text, &pos, &line))
		if (line.command != TODO_COMMENT)
			return line.command == command;
	return false;
}

static char *name_of(const struct operation *operation)
{
	bool am = find(operation, "rebase-apply/applying");
	bool rebase = has_below(operation, "rebase-merge/") ||
		      (!am && has_below(operation, "rebase-apply/"));
	bool merge = find(operation, "MERGE_HEAD");
	/* A rebase leaves CHERRY_PICK_HEAD where a pick stopped it. */
	bool picked = find(operation, "CHERRY_PICK_HEAD") && !rebase && !am;
	const struct {
		const char *name;
		bool is_there;
	} all[] = {
		{"merge", merge},
		{"squash", !merge && !rebase && find(operation, "SQUASH_MSG")},
		{"cherry-pick", picked || sequence_is(operation, TODO_PICK)},
		{"revert", find(operation, "REVERT_HEAD") ||
				   sequence_is(operation, TODO_REVERT)},
		{"rebase", rebase},
		{"am", am},
		{"bisect", find(operation, "BISECT_LOG") ||
				   find(operation, "BISECT_START")},
	};
	struct buf name = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i].is_there)
			buf_addf(&name, "%s%s", name.len ? "+" : "",
				 all[i].name);
	return name.len ? buf_detach(&name) : NULL;
}

/* -- what it names ------------------------------------------------------- */

static void collect_mentions(const struct operation *operation,
			     struct operation_mentions *out)
{
	for (size_t i = 0; i < operation->nr_files; i++) {
		enum operation_format format;

		if (operation_name_find(operation->files[i].path, &format))
			operation_mention(&operation->files[i], format, out);
	}
}

int operation_read_files(struct repository *repo, struct operation *out,
			 struct error *err)
{
	struct operation_mentions mentions = {.ids = STRLIST_INIT};
	int ret;

	*out = (struct operation){0};
	ret = operation_files_read(repo, out, err);
	if (!ret) {
		out->name = name_of(out);
		collect_mentions(out, &mentions);
		ret = operation_resolve_refs(repo, &mentions, out, err);
	}
	operation_mentions_release(&mentions);
	if (ret < 0)
		operation_release(out);
	return ret;
}

int operation_find_objects(struct repository *repo, struct operation *operation,
			   struct error *err)
{
	struct operation_mentions mentions = {.ids = STRLIST_INIT};
	int ret;

	collect_mentions(operation, &mentions);
	ret = operation_resolve_objects(repo, &mentions, operation, err);
	operation_mentions_release(&mentions);
	return ret;
}

int operation_read(struct repository *repo, struct operation *out,
		   struct error *err)
{
	int ret = operation_read_files(repo, out, err);

	if (!ret)
		ret = operation_find_objects(repo, out, err);
	if (ret < 0)
		operation_release(out);
	return ret;
}

void operation_release(struct operation *operation)
{
	operation_files_release(operation);
	free(operation->name);
	ref_list_release(&operation->refs);
	free(operation->commits);
	free(operation->others);
	for (size_t i = 0; i < operation->nr_tags; i++)
		buf_release(&operation->tags[i].text);
	free(operation->tags);
	*operation = (struct operation){0};
}

int operation_hold(struct repository *repo, const struct operation *operation,
		   struct pack *pack, struct tree_builder *tree,
		   struct error *err)
{
	for (size_t i = 0; i < operation->nr_others; i++) {
		const struct oid *oid = &operation->others[i];
		char hex[OID_HEXSZ + 1], path[sizeof("objects/") + OID_HEXSZ];
		enum object_type type;

		if (object_header(repo, oid, &type, NULL, err) < 0)
			return err->code;
		snprintf(path, sizeof(path), "objects/%s", oid_hex(oid, hex));
		tree_builder_add(tree, path,
				 type == OBJECT_TREE ? MODE_TREE : MODE_FILE,
				 oid);
	}
	return operation_tags_hold(operation, pack, tree, err);
}
