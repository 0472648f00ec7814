#include "cmd/command.h"

#include <unistd.h>

#include "base/path.h"
#include "core/carry/export.h"
#include "core/record/json.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/searched.h"
#include "ui/size.h"

static const char *const export_usage[] = {
	"git checkpoint export [<options>] <file> "
	"[<session> | <checkpoint>]...",
	NULL,
};

static int read_options(struct export_request *request, struct strlist *without,
			struct output *output, struct arguments *args, int argc,
			const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "all", &request->all,
			 "those of all worktrees of this repository"),
		OPT_FLAG(0, "with-local", &request->with_local,
			 "also what never leaves this clone, and pins"),
		OPT_LIST(0, "not", without, "revision",
			 "leave out what this has; may be given again"),
		OPT_FLAG(0, "thin", &request->thin,
			 "leave out what remote-tracking branches have"),
		OPT_STRING(0, "outputs", &request->outputs, "dir",
			   "write the outputs of completed tasks there, too"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {export_usage, table, 0};

	if (options_parse(&options, argc, argv, args, err) < 0)
		return err->code;
	if (!args->nr)
		return options_error(&options, err, "which file?");
	request->file = args->items[0];
	request->names = args->items + 1;
	request->nr_names = args->nr - 1;
	request->without = without;
	if (request->all && request->nr_names)
		return options_error(&options, err,
				     "--all does not go with names");
	if (request->outputs && !*request->outputs)
		return options_error(&options, err,
				     "--outputs needs a directory");
	if (strcmp(request->file, "-") != 0)
		return 0;
	if (output->json)
		return options_error(&options, err,
				     "--json needs a file other than '-'");
	if (output->terminal)
		return options_error(&options, err,
				     "a bundle is not for a terminal");
	return 0;
}

static void add_outputs(struct json *doc, const struct outputs *outputs)
{
	struct json *array = json_set_array(doc, "outputs");

	for (size_t i = 0; i < outputs->nr; i++) {
		const struct output_file *file = &outputs->items[i];
		struct json *object = json_add_object(array);

		json_set_path(object, "path", file->path);
		json_set_string(object, "task", file->task);
		json_set_string(object, "id", file->checkpoint);
		json_set_bool(object, "written", !file->was_there);
	}
}

static void add_strings(struct json *doc, const char *key,
			const struct strlist *list)
{
	struct json *array = json_set_array(doc, key);

	for (size_t i = 0; i < list->nr; i++)
		json_add_string(array, list->items[i]);
}

static void print_json(struct output *output,
		       const struct export_request *request,
		       const struct exported *exported)
{
	struct json *doc = json_object_new();
	struct json *array;
	char hex[OID_HEXSZ + 1];

	json_set_path(doc, "file", request->file);
	json_set_int(doc, "bytes", (int64_t)exported->bytes);
	array = json_set_array(doc, "checkpoints");
	for (size_t i = 0; i < exported->list.nr; i++)
		json_add_string(array, exported->list.items[i].id);
	add_strings(doc, "sessions", &exported->sessions);
	add_strings(doc, "left_out", &exported->left_out);
	json_set_int(doc, "local", (int64_t)exported->local);
	json_set_int(doc, "pins", (int64_t)exported->pins);
	array = json_set_array(doc, "prerequisites");
	for (size_t i = 0; i < exported->bundle.nr_needs; i++)
		json_add_string(array,
				oid_hex(&exported->bundle.needs[i], hex));
	add_outputs(doc, &exported->outputs);
	output_json(output, doc);
	json_free(doc);
}

static void print_text(struct output *output,
		       const struct export_request *request,
		       const struct exported *exported)
{
	size_t nr = exported->list.nr, sessions = exported->sessions.nr;
	size_t needs = exported->bundle.nr_needs, written = 0;
	struct buf size = BUF_INIT, file = BUF_INIT;

	size_human(&size, exported->bytes);
	path_quote(&file, request->file);
	output_say(output,
		   "Exported %zu checkpoint%s of %zu session%s to '%s' (%s)\n",
		   nr, nr == 1 ? "" : "s", sessions, sessions == 1 ? "" : "s",
		   file.ptr, size.ptr);
	if (needs)
		output_say(output,
			   "It leaves history out: it is for clones that have "
			   "it (%zu commit%s)\n",
			   needs, needs == 1 ? "" : "s");
	else
		output_say(output, "It is complete in itself\n");
	if (request->with_local)
		output_say(output,
			   "With the local part of %zu, and %zu pin%s\n",
			   exported->local, exported->pins,
			   exported->pins == 1 ? "" : "s");
	for (size_t i = 0; i < exported->outputs.nr; i++)
		written += !exported->outputs.items[i].was_there;
	if (request->outputs)
		output_say(output, "Wrote %zu of %zu output%s of tasks\n",
			   written, exported->outputs.nr,
			   exported->outputs.nr == 1 ? "" : "s");
	buf_release(&size);
	buf_release(&file);
}

int cmd_export(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct export_request request = {.file = NULL};
	struct exported exported = {.list = CHECKPOINT_LIST_INIT};
	struct strlist without = STRLIST_INIT;
	struct searching searching;
	struct arguments args;
	int ret = read_options(&request, &without, context->output, &args, argc,
			       argv, err);

	if (!ret) {
		searching_start(&searching, context->output);
		request.progress = searching_tick;
		request.context = &searching;
		ret = export_run(context->repo, &request, &exported, err);
		searching_stop(&searching, &exported.secrets);
	}
	for (size_t i = 0; !ret && i < exported.left_out.nr; i++)
		output_warn(context->output,
			    "checkpoint '%s' is not in the file: it is in what "
			    "--not leaves out",
			    exported.left_out.items[i]);
	if (!ret && context->output->json)
		print_json(context->output, &request, &exported);
	else if (!ret && strcmp(request.file, "-") != 0)
		print_text(context->output, &request, &exported);
	exported_release(&exported);
	strlist_release(&without);
	return ret;
}
