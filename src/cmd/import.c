#include "cmd/command.h"

#include <sys/stat.h>

#include "core/import.h"
#include "core/json.h"
#include "ui/options.h"
#include "ui/output.h"
#include "ui/progress.h"

static const char *const import_usage[] = {
	"git checkpoint import [<options>] <file>",
	NULL,
};

static int read_options(struct import_request *request, struct output *output,
			int argc, const char **argv, struct error *err)
{
	const struct option table[] = {
		OPT_FLAG(0, "own", &request->own,
			 "it is a backup of this clone: put all back to where "
			 "it was"),
		OPT_OUTPUT(output),
		OPT_END,
	};
	const struct options options = {import_usage, table, 0};
	struct arguments args;

	if (options_parse(&options, argc, argv, &args, err) < 0)
		return err->code;
	if (!args.nr)
		return options_error(&options, err, "which file?");
	if (args.nr > 1)
		return options_error(&options, err, "too many arguments");
	request->path = args.items[0];
	return 0;
}

static void tick(void *context, size_t done, size_t total)
{
	struct progress *progress = context;

	progress->total = total;
	progress_tick(progress, done - progress->done);
}

static const char *state_name(enum import_state state)
{
	switch (state) {
	case IMPORT_NEW:
		return "imported";
	case IMPORT_PRESENT:
		return "present";
	default:
		return "refused";
	}
}

static void print_json(struct output *output, const char *path,
		       const struct imported *imported)
{
	struct json *doc = json_object_new();
	struct json *array;
	char hex[OID_HEXSZ + 1];

	json_set_path(doc, "file", path);
	array = json_set_array(doc, "checkpoints");
	for (size_t i = 0; i < imported->nr; i++) {
		const struct import_item *item = &imported->items[i];
		struct json *object = json_add_object(array);

		json_set_string(object, "id", item->name.id);
		json_set_string(object, "session_id", item->name.session);
		json_set_path(object, "ref", item->name.ref);
		json_set_string(object, "commit",
				oid_hex(&item->name.commit, hex));
		json_set_string(object, "state", state_name(item->state));
		json_set_string(object, "reason", item->reason);
	}
	array = json_set_array(doc, "not_taken");
	for (size_t i = 0; i < imported->notes.nr; i++)
		json_add_path(array, imported->notes.items[i]);
	output_json(output, doc);
	json_free(doc);
}

static void print_text(struct output *output, const struct imported *imported)
{
	size_t added = imported_count(imported, IMPORT_NEW);
	size_t present = imported_count(imported, IMPORT_PRESENT);
	size_t remote = 0;

	for (size_t i = 0; i < imported->nr; i++) {
		const struct import_item *item = &imported->items[i];

		if (item->state == IMPORT_REFUSED)
			output_warn(output, "'%s' is not taken in: %s",
				    item->name.id, item->reason);
		if (item->state == IMPORT_NEW && output->quiet)
			output_print(output, "%s\n", item->name.id);
		remote += item->state == IMPORT_NEW && item->name.remote;
	}
	output_say(output, "Imported %zu checkpoint%s", added,
		   added == 1 ? "" : "s");
	if (present)
		output_say(output, ", %zu %s here already", present,
			   present == 1 ? "was" : "were");
	output_say(output, "\n");
	if (imported->notes.nr)
		output_say(output,
			   "%zu ref%s of other kinds in it %s left alone\n",
			   imported->notes.nr,
			   imported->notes.nr == 1 ? "" : "s",
			   imported->notes.nr == 1 ? "was" : "were");
	if (remote)
		output_hint(output,
			    "%zu %s of another clone's sessions: 'git "
			    "checkpoint list --remotes' lists them; with --own "
			    "they are put back as this clone's own",
			    remote, remote == 1 ? "is" : "are");
}

int cmd_import(struct command_context *context, int argc, const char **argv,
	       struct error *err)
{
	struct imported imported = {.notes = STRLIST_INIT};
	struct progress progress;
	struct import_request request = {.tick = tick,
					 .tick_context = &progress};
	int ret = read_options(&request, context->output, argc, argv, err);

	if (ret < 0)
		return ret;
	progress_start(&progress, "Verifying checkpoints", 0,
		       !context->output->quiet);
	ret = import_bundle(context->repo, &request, &imported, err);
	progress_stop(&progress);
	if (!ret && context->output->json)
		print_json(context->output, request.path, &imported);
	else if (!ret)
		print_text(context->output, &imported);
	if (!ret && imported_count(&imported, IMPORT_REFUSED))
		ret = err->code = ERR_REFUSED;
	imported_release(&imported);
	return ret;
}
